/** What has no end yet, and the day's cards by our books and by the terminals (contract, extensions §2 and §6). */

import { type Decoded, fields, flag, list, maybe, number, object, oneOf, orElse, readable, text } from "./decode";

const action = fields({ name: text, data: object });
/** A message that can be sent as it stands. */
export type ReconcileAction = Decoded<typeof action>;

const item = fields({
  kind: oneOf("ATTEMPT", "REFUND", "RECEIPT"),
  id: text,
  standing: oneOf("PENDING", "UNKNOWN", "ORPHAN", "MANUAL"),
  state: text,
  orderId: text,
  orderNumber: maybe(text),
  table: maybe(fields({ title: orElse(text, "") })),
  amount: number,
  since: text,
  message: orElse(text, ""),
  method: maybe(fields({ pluginId: text, paymentName: maybe(text) })),
  terminal: maybe(fields({ name: text })),
  paymentId: maybe(text),
  approvedNo: maybe(text),
  error: maybe(fields({ reason: orElse(text, ""), message: orElse(text, "") })),
  nextTryAt: maybe(text),
  cashReceipt: maybe(fields({ use: text, identifier: text, dueOn: orElse(text, "") })),
  actions: readable(action),
});
export type ReconcileItem = Decoded<typeof item>;
export const decodeReconcile = fields({ items: readable(item), waiting: number, next: maybe(text) });
export const decodeReconcileChange = fields({ waiting: number });

const totals = fields({ approvals: number, approved: number, cancels: number, cancelled: number });
/** Count and won of what was approved and of what was given back. */
export type Totals = Decoded<typeof totals>;

const doubt = fields({
  kind: text,
  id: text,
  orderId: text,
  amount: number,
  why: oneOf("OPEN", "BY_HAND"),
  approvedNo: maybe(text),
});
export type Doubt = Decoded<typeof doubt>;

const terminal = fields({
  terminal: fields({ id: text, name: text, testMode: orElse(flag, false) }),
  ours: totals,
  theirs: maybe(totals),
  difference: maybe(totals),
  agrees: flag,
  groups: list(fields({ van: text, acquirer: text, cardType: text, totals })),
  doubts: readable(doubt),
});
export type TerminalDay = Decoded<typeof terminal>;
const settlement = fields({ businessDate: text, since: text, until: text, open: number, terminals: list(terminal) });
export type Settlement = Decoded<typeof settlement>;
export const decodeSettlement = fields({ settlement });
