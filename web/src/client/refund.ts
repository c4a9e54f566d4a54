/** What would go back to whom, before it does (contract, extensions §2 and §6). */

import { type Decoded, fields, flag, list, maybe, number, oneOf, orElse, text } from "./decode";

const step = fields({
  paymentId: text,
  amount: number,
  how: oneOf("CASH", "TERMINAL", "METHOD", "BY_HAND"),
  name: orElse(text, ""),
  plugin: maybe(text),
  reachable: flag,
  receipt: number,
});
/** Of one payment. receipt: won of its cash receipt that are taken back with it. */
export type PlannedRefund = Decoded<typeof step>;

export const decodePlan = fields({
  version: number,
  cancelPending: flag,
  total: number,
  tax: number,
  steps: list(step),
});
export type RefundPlan = Decoded<typeof decodePlan>;

/** Money the books gave back. pending: it has not reached the guest yet, as far as the shop knew then. */
export const decodeGivenBack = fields({ refunds: orElse(list(fields({ id: text, amount: number, pending: flag })), []) });
export type GivenBack = Decoded<typeof decodeGivenBack>["refunds"][number];
