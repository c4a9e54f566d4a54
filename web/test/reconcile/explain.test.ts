import { describe, expect, it } from "vitest";
import { decodeReconcile, type ReconcileItem } from "../../src/client/reconcile";
import { tell, untilNextTry } from "../../src/screens/reconcile/explain";
import { keysOf } from "../../src/screens/reconcile/keys";

function item(given: object): ReconcileItem {
  const base = {
    kind: "ATTEMPT",
    id: "a1",
    standing: "UNKNOWN",
    state: "UNKNOWN",
    orderId: "o1",
    amount: 1_000,
    since: "2026-02-02T12:00:00+09:00",
    message: "",
    actions: [],
  };
  const [read] = decodeReconcile({ items: [{ ...base, ...given }], waiting: 1 }).items;
  if (read === undefined) throw new Error("it cannot be read");
  return read;
}

const CARD = { terminal: { id: "t", name: "카운터" } };
const PLUGIN = { method: { pluginId: "p", id: "m", paymentName: "도장" } };
const resolve = (...hows: readonly string[]) =>
  hows.map((how) => ({ name: "payment-attempt.resolve.request", data: { id: "a1", how } }));
const because = (reason: string) => ({ error: { code: "X", reason, message: "" } });

describe("what a cashier is told", () => {
  it.each([
    ["a card that is asked about", { ...CARD }, "payNoAnswer", false],
    ["a card that is being charged", { ...CARD, standing: "PENDING", state: "SENT" }, "waitsForPay", false],
    ["a card nobody answers for", { ...CARD, standing: "MANUAL", state: "NEEDS_MANUAL", ...because("RESULT_UNKNOWN") }, "whyNoWord", true],
    ["a plugin nobody waits for", PLUGIN, "whyGaveUp", true],
    ["a plugin that was lost", { ...PLUGIN, ...because("RESULT_UNKNOWN") }, "whyUnknown", true],
    ["a late approval", { ...PLUGIN, standing: "ORPHAN", state: "NEEDS_MANUAL", ...because("LATE_APPROVAL") }, "whyLate", true],
    ["a refund a terminal is asked about", { ...CARD, kind: "REFUND", paymentId: "a1" }, "refundNoAnswer", false],
    ["a refund a plugin was asked for", { ...PLUGIN, kind: "REFUND", paymentId: "a1" }, "refundNoAnswer", true],
    ["a part that is owed", { ...CARD, kind: "REFUND", standing: "MANUAL", paymentId: "p1" }, "partOwed", true],
    ["a part a plugin cannot give back", { ...PLUGIN, kind: "REFUND", standing: "MANUAL", paymentId: "p1" }, "partByHand", true],
    ["a refund that waits for another", { ...CARD, kind: "REFUND", standing: "PENDING", state: "QUEUED", paymentId: "a1" }, "refundQueued", false],
    ["a payment an order waits for", { ...CARD, kind: "REFUND", standing: "MANUAL", paymentId: "a1" }, "wholeOwed", true],
    ["a refused receipt", { kind: "RECEIPT", standing: "MANUAL", state: "FAILED" }, "receiptRefused", true],
    ["a receipt nobody issues", { kind: "RECEIPT", standing: "MANUAL", state: "QUEUED" }, "noIssuer", true],
    ["a receipt that was not heard", { kind: "RECEIPT", standing: "PENDING", state: "QUEUED" }, "receiptNotReached", false],
    ["a receipt of unknown end", { kind: "RECEIPT" }, "receiptNoAnswer", false],
  ])("of %s", (_name, given, word, isOpen) => {
    const told = tell(item(given));
    expect({ ...told.what, isOpen: told.isOpen }).toMatchObject({ isOpen });
    expect(Object.values(told.what)).toEqual([word]);
  });

  it("of money its order takes no more is to give it back", () => {
    const late = { ...PLUGIN, standing: "ORPHAN", state: "NEEDS_MANUAL", ...because("LATE_APPROVAL") };
    expect(tell(item({ ...late, actions: resolve("CONFIRM_PAID", "CONFIRM_NOT_PAID") })).todo).toBe("adopt");
    expect(tell(item({ ...late, actions: resolve("CONFIRM_NOT_PAID") })).todo).toBe("giveItBack");
  });
});

describe("the keys of an item", () => {
  it("are those of the list, in its order; what this till does not know is left out", () => {
    const actions = [...resolve("QUERY", "NET_CANCEL", "SOMETHING_NEW", "CONFIRM_PAID"), { name: "new.request", data: {} }];
    expect(keysOf(item({ ...CARD, standing: "MANUAL", actions })).map(({ word, asks }) => [word, asks])).toEqual([
      ["askTerminal", "nothing"],
      ["takeBack", "sure"],
      ["wasPaid", "note"],
    ]);
  });

  it("say of what nobody knows what happened, and of what is owed what was done", () => {
    const confirm = (refunded: boolean) => ({ name: "payment.confirm-refund.request", data: { id: "p1", refunded } });
    const refund = { kind: "REFUND", paymentId: "a1" };
    const words = (given: object) => keysOf(item({ ...refund, ...given })).map(({ word }) => word);
    expect(words({ actions: [confirm(true), confirm(false)] })).toEqual(["wentBack", "didNotGoBack"]);
    expect(words({ standing: "MANUAL", actions: [confirm(true)] })).toEqual(["gaveByHand"]);
  });
});

describe("the next try", () => {
  const at = (seconds: number) => Date.parse("2026-02-02T12:00:00+09:00") + seconds * 1_000;
  it.each([
    [undefined, 0, null],
    ["2026-02-02T12:00:10+09:00", 0, "0:10"],
    ["2026-02-02T12:10:00+09:00", 0.5, "10:00"],
    ["2026-02-02T12:00:10+09:00", 9.2, "0:01"],
    ["2026-02-02T12:00:10+09:00", 10, null],
    ["nonsense", 0, null],
  ])("%s at %d s is in %s", (nextTryAt, now, left) => {
    expect(untilNextTry({ nextTryAt }, at(now))).toBe(left);
  });
});
