import { describe, expect, it } from "vitest";
import { Approvals } from "../../src/shop/approval.svelte";
import { Reconcile } from "../../src/shop/reconcile.svelte";
import { Settlements } from "../../src/shop/settlements.svelte";
import { FakeTill, settled } from "./till";

const item = (id: string) => ({
  kind: "ATTEMPT",
  id,
  standing: "UNKNOWN",
  state: "UNKNOWN",
  orderId: "o1",
  amount: 1,
  since: "",
  actions: [],
});
const list = (...ids: readonly string[]) => ({ items: ids.map(item), total: ids.length, waiting: ids.length });

function opened() {
  const fake = new FakeTill();
  return { fake, reconcile: new Reconcile(fake.till, new Approvals(fake.till)) };
}

describe("the list of what has no end yet", () => {
  it("is counted by pushes, and read while somebody looks", async () => {
    const { fake, reconcile } = opened();
    fake.push("reconcile.change.event", { total: 3, waiting: 2 });
    expect([reconcile.waiting, fake.asked.length]).toEqual([2, 0]);
    const leave = reconcile.watch();
    await fake.at(0).answer(list("a1", "a2"));
    expect(reconcile.items.map(({ id }) => id)).toEqual(["a1", "a2"]);
    fake.push("reconcile.change.event", { total: 0, waiting: 0 });
    expect(fake.asked).toHaveLength(2);
    await fake.at(1).answer(list());
    expect(reconcile.items).toEqual([]);
    leave();
    fake.push("reconcile.change.event", { total: 1, waiting: 1 });
    expect([reconcile.waiting, fake.asked.length]).toEqual([1, 2]);
  });

  it("is asked for again when it changed under way, so that nothing older stays", async () => {
    const { fake, reconcile } = opened();
    const reading = reconcile.refresh();
    fake.push("reconcile.change.event", { total: 1, waiting: 1 });
    fake.push("reconcile.change.event", { total: 1, waiting: 1 });
    expect(fake.asked).toHaveLength(1);
    await fake.at(0).answer(list());
    expect(fake.asked).toHaveLength(2);
    await fake.at(1).answer(list("a1"));
    await reading;
    expect([reconcile.waiting, fake.asked.length]).toEqual([1, 2]);
  });

  it("comes by pages, and stays while the shop is out of reach", async () => {
    const { fake, reconcile } = opened();
    const reading = reconcile.refresh();
    await fake.at(0).answer({ ...list("a1"), waiting: 2, next: "place" });
    expect(fake.at(1).data).toMatchObject({ after: "place" });
    await fake.at(1).answer({ ...list("a2"), waiting: 2 });
    await reading;
    expect(reconcile.items).toHaveLength(2);
    const again = reconcile.refresh();
    await fake.at(2).refuse("", "HOST_UNAVAILABLE");
    await again;
    expect([reconcile.known, reconcile.items.length]).toEqual([true, 2]);
  });
});

describe("the terminals' day", () => {
  const day = (businessDate: string) => ({ settlement: { businessDate, since: "", until: "", open: 0, terminals: [] } });

  it("is that of the day asked for last", async () => {
    const fake = new FakeTill();
    const settlements = new Settlements(fake.till);
    const first = settlements.read("2026-02-01");
    const second = settlements.read("2026-02-02");
    await fake.at(1).answer(day("2026-02-02"));
    expect([settlements.now?.businessDate, settlements.busy]).toEqual(["2026-02-02", false]);
    await fake.at(0).answer(day("2026-02-01"));
    await Promise.all([first, second]);
    await settled();
    expect(settlements.now?.businessDate).toBe("2026-02-02");
  });
});
