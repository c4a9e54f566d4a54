import { describe, expect, test } from "vitest";
import type { FullOrder, FullPayment } from "../../src/client/order";
import type { ReconcileItem } from "../../src/client/reconcile";
import type { PlannedRefund, RefundPlan } from "../../src/client/refund";
import { backRows, byHand } from "../../src/screens/status/back";

const payment = (id: string, state = "APPROVED"): FullPayment => ({
  id,
  sourceType: "CASH",
  amountMoney: 10_000,
  state,
  approvedAt: "",
  cancelledAt: "",
  externalDetails: undefined,
  cardDetails: undefined,
});
const order = (...payments: readonly FullPayment[]) => ({ payments }) as unknown as FullOrder;
const step = (paymentId: string, how: PlannedRefund["how"] = "TERMINAL"): PlannedRefund => ({
  paymentId,
  amount: 9_000,
  how,
  name: "",
  plugin: undefined,
  reachable: true,
  receipt: 0,
});
const held = (cancelPending: boolean, ...steps: readonly PlannedRefund[]): RefundPlan => ({ version: 1, cancelPending, total: 0, tax: 0, steps });
const item = (id: string, more: Partial<ReconcileItem> = {}): ReconcileItem =>
  ({ kind: "REFUND", id, standing: "MANUAL", state: "DECLINED", orderId: "o", amount: 5_000, paymentId: id, actions: [], ...more }) as ReconcileItem;
const seen = (rows: ReturnType<typeof backRows>) => rows.map(({ key, standing, amount }) => [key, standing, amount]);

describe("what of an order's money is on its way back", () => {
  test("nothing while nothing is: not even what a payment holds", () => {
    expect(backRows(order(payment("a")), held(false, step("a")), [])).toEqual([]);
    expect(backRows(order(payment("a")), null, [])).toEqual([]);
  });

  test("of a cancelled order one row per payment: done, under way, refused, and what nobody was asked for", () => {
    const payments = [payment("done", "CANCELLED"), payment("asked"), payment("refused"), payment("hand")];
    const items = [item("asked", { standing: "PENDING", state: "SENT", amount: 9_000 }), item("refused")];
    const rows = backRows(order(...payments), held(true, step("asked"), step("refused"), step("hand", "BY_HAND")), items);
    expect(seen(rows)).toEqual([
      ["done", "done", 10_000],
      ["asked", "going", 9_000],
      ["refused", "open", 5_000],
      ["hand", "open", 9_000],
    ]);
    expect(rows[3]?.step?.how).toBe("BY_HAND");
  });

  test("parts that are owed stand beside them, once; charges only where the cancel waits for them", () => {
    const owed = item("part", { paymentId: "a", amount: 3_000 });
    const charge = item("charge", { kind: "ATTEMPT", standing: "UNKNOWN", paymentId: undefined });
    const receipt = item("receipt", { kind: "RECEIPT" });
    expect(seen(backRows(order(payment("a")), held(false, step("a")), [owed, charge, receipt]))).toEqual([["part", "open", 3_000]]);
    expect(seen(backRows(order(payment("a")), held(true, step("a")), [owed, charge, receipt])).map(([key]) => key)).toEqual([
      "a",
      "part",
      "charge",
    ]);
  });

  test("a cancelled payment is done but for the parts its guest has not got", () => {
    const payments = [payment("some", "CANCELLED"), payment("none", "CANCELLED"), payment("b")];
    const items = [item("part", { paymentId: "some", amount: 4_000 }), item("whole", { paymentId: "none", amount: 10_000 })];
    expect(seen(backRows(order(...payments), held(true, step("b")), items))).toEqual([
      ["some", "done", 6_000],
      ["b", "open", 9_000],
      ["part", "open", 4_000],
      ["whole", "open", 10_000],
    ]);
  });

  test("by hand is said with the message that ends it", () => {
    expect(byHand(step("a")).actions).toEqual([{ name: "payment.confirm-refund.request", data: { id: "a", refunded: true } }]);
  });
});
