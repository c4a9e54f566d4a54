import { describe, expect, it } from "vitest";
import { Approvals } from "../../src/shop/approval.svelte";
import { Payments } from "../../src/shop/payments.svelte";
import { Terminals } from "../../src/shop/terminals.svelte";
import { FakeTill } from "./till";

const terminal = (id: string, more = {}) => ({
  id,
  name: id,
  driver: "simulator",
  address: "a:1",
  version: 1,
  state: "idle",
  ...more,
});

describe("the shop's terminals", () => {
  it("are read again when one changes; an earlier answer that comes later is not taken", async () => {
    const fake = new FakeTill();
    const terminals = new Terminals(fake.till);
    expect(terminals.known).toBe(false);
    const first = terminals.refresh();
    fake.push("terminal.change.event", { event: "save", terminal: { id: "new" } });
    await fake.at(1).answer({ terminals: [terminal("old"), terminal("new", { here: true })], drivers: ["simulator"] });
    await fake.at(0).answer({ terminals: [terminal("old")], drivers: ["simulator"] });
    await first;
    expect(terminals.all.map(({ id }) => id)).toEqual(["old", "new"]);
    expect(terminals.here?.id).toBe("new");
  });

  it("stay as they are while the shop is out of reach", async () => {
    const fake = new FakeTill();
    const terminals = new Terminals(fake.till);
    const reading = terminals.refresh();
    await fake.at(0).answer({ terminals: [terminal("one")], drivers: [] });
    await reading;
    const again = terminals.refresh();
    await fake.at(1).refuse("", "HOST_UNAVAILABLE");
    await again;
    expect(terminals.all).toHaveLength(1);
  });
});

describe("wallets (PAY-9)", () => {
  const wallets = { reads: [{ wallet: "연습페이", starts: "91", least: 16, most: 24 }], shows: true };

  async function known(...answers: unknown[]) {
    const fake = new FakeTill();
    const terminals = new Terminals(fake.till);
    for (const [at, one] of answers.entries()) {
      const reading = terminals.refresh();
      await fake.at(at).answer({ terminals: [one], drivers: [] });
      await reading;
    }
    return terminals;
  }

  it.each([
    ["9100000000000001", true],
    ["910000000000000", false],
    ["9200000000000001", false],
    ["8801234567893", false],
  ])("a code is known by how it begins and how long it is: %s", async (code, isOne) => {
    const terminals = await known(terminal("one", { here: true, wallets }));
    expect(terminals.isWalletCode(code)).toBe(isOne);
  });

  it("are known while a terminal is out of reach, and not of one that takes cards only", async () => {
    const away = await known(terminal("one", { here: true, wallets }), terminal("one", { here: true, state: "away" }));
    expect(away.wallets).toEqual(wallets);
    const gone = await known(terminal("one", { here: true, wallets }), terminal("one", { here: true }));
    expect(gone.wallets).toBeUndefined();
  });

  it.each([
    ["9100000000000001", { tender: "BARCODE", barcode: "9100000000000001" }],
    [null, { tender: "BARCODE" }],
  ])("are charged by the guest's code %s, or show one", (code, said) => {
    const fake = new FakeTill();
    void new Payments(fake.till, new Approvals(fake.till)).start({ orderId: "o1", amount: 1_000, expectedUnpaid: 1_000, by: { code } });
    expect(fake.at(-1).data).toEqual({ orderId: "o1", amount: 1_000, expectedUnpaid: 1_000, ...said });
  });
});

describe("charging a card (PAY-4)", () => {
  it.each([
    [0, "00"],
    [3, "03"],
    [12, "12"],
  ])("in %i months says %s", (months, installmentMonth) => {
    const fake = new FakeTill();
    const charge = { orderId: "o1", amount: 60_000, expectedUnpaid: 60_000, by: { months } };
    void new Payments(fake.till, new Approvals(fake.till)).start(charge);
    expect(fake.at(-1)).toMatchObject({
      name: "payment.start.request",
      data: { orderId: "o1", amount: 60_000, expectedUnpaid: 60_000, tender: "CARD", installmentMonth },
    });
    expect(fake.at(-1).data).not.toHaveProperty("by");
  });
});

describe("refunds that have no end yet", () => {
  it("are known by their payment, asked or unknown, until they end", () => {
    const fake = new FakeTill();
    const payments = new Payments(fake.till, new Approvals(fake.till));
    const refund = (state: string) => ({
      refund: { id: "p1", paymentId: "p1", orderId: "o1", amount: 1, state, terminal: { id: "t1", name: "홀" } },
    });
    fake.push("payment-refund.change.event", refund("SENT"));
    expect(payments.refundOf("p1")?.state).toBe("SENT");
    expect(payments.unknownRefunds).toEqual([]);
    fake.push("payment-refund.change.event", refund("UNKNOWN"));
    expect(payments.unknownRefunds).toHaveLength(1);
    fake.push("payment-refund.change.event", refund("RETURNED"));
    expect(payments.refundOf("p1")).toBeUndefined();
  });
});
