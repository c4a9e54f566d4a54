/** What of an order's money is on its way back, payment by payment (CAN-2, CAN-7, CAN-10). */

import type { FullOrder, FullPayment } from "../../client/order";
import type { ReconcileItem } from "../../client/reconcile";
import type { PlannedRefund, RefundPlan } from "../../client/refund";
import { isLive } from "./explain";

/**
 * done: it went back.  going: somebody is asked, or it waits for its turn.  open: a person has something to do or to
 * know.  payment: absent for a charge nobody knows the end of.  item: of the list of what has no end; absent where
 * nobody was asked.
 */
export interface BackRow {
  readonly key: string;
  readonly standing: "done" | "going" | "open";
  readonly amount: number;
  readonly payment?: FullPayment;
  readonly step?: PlannedRefund;
  readonly item?: ReconcileItem;
}

/** held: what the payments still hold; null while it is not known. items: of this order. */
export function backRows(order: FullOrder, held: RefundPlan | null, items: readonly ReconcileItem[]): readonly BackRow[] {
  const byId = new Map(order.payments.map((payment) => [payment.id, payment]));
  const whole = (paymentId: string) => items.find(({ id, kind }) => kind === "REFUND" && id === paymentId);
  const rows: BackRow[] = [];
  if (held?.cancelPending === true)
    for (const payment of order.payments) {
      const step = held.steps.find(({ paymentId }) => paymentId === payment.id);
      const item = whole(payment.id);
      if (!isLive(payment)) {
        // Its parts that have no end yet stand for themselves.
        const amount = payment.amountMoney - openParts(items, payment.id);
        if (amount > 0) rows.push({ key: payment.id, standing: "done", amount, payment });
      } else if (item !== undefined) rows.push({ ...rowOf(item), payment });
      else
        rows.push({
          key: payment.id,
          standing: "open",
          amount: step?.amount ?? payment.amountMoney,
          payment,
          ...(step === undefined ? {} : { step }),
        });
    }
  for (const item of items) {
    if (item.kind === "RECEIPT" || (item.kind === "ATTEMPT" && held?.cancelPending !== true)) continue;
    if (rows.some(({ key }) => key === item.id)) continue;
    const payment = byId.get(item.paymentId ?? "");
    rows.push({ ...rowOf(item), ...(payment === undefined ? {} : { payment }) });
  }
  return rows;
}

/** Won of a payment the books have given back and the guest has not got. */
function openParts(items: readonly ReconcileItem[], payment: string): number {
  const parts = items.filter(({ id, kind, paymentId }) => kind === "REFUND" && paymentId === payment && id !== payment);
  return parts.reduce((sum, { amount }) => sum + amount, 0);
}

function rowOf(item: ReconcileItem): BackRow {
  return {
    key: item.id,
    standing: item.standing === "PENDING" ? "going" : "open",
    amount: item.amount,
    item,
  };
}

/** What a manager can say of a payment nobody can be asked for: that it was given back by hand. */
export function byHand({ paymentId }: PlannedRefund): Pick<ReconcileItem, "actions" | "standing"> {
  return {
    actions: [{ name: "payment.confirm-refund.request", data: { id: paymentId, refunded: true } }],
    standing: "MANUAL",
  };
}
