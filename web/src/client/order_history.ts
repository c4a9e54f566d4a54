/** The history of an order as the shop's journal tells it (contract, extensions §4.1). */

import { type Decode, type Decoded, fields, list, maybe, number, orElse, readable, text } from "./decode";

const named = fields({ id: text, name: orElse(text, "") });
const place = fields({ id: number, title: orElse(text, "") });
export const quantified = fields({ id: text, title: orElse(text, ""), quantity: number, previous: maybe(number) });

/** A payment, and an attempt to take one. */
export const madeOf = fields({ id: text, sourceType: orElse(text, ""), source: orElse(text, "") });
export const tried = fields({ id: text, tender: text, note: orElse(text, "") });

const plain: Decode<string | number | undefined> = (value) =>
  typeof value === "string" || typeof value === "number" ? value : undefined;

const change = fields({
  code: text,
  line: maybe(quantified),
  lines: orElse(list(quantified), []),
  from: plain,
  to: plain,
  fromTable: maybe(place),
  toTable: maybe(place),
  amount: maybe(number),
  number: orElse(text, ""),
  order: maybe(fields({ id: text, number: orElse(text, "") })),
  payment: maybe(madeOf),
  attempt: maybe(tried),
});
export type Change = Decoded<typeof change>;

const entry = fields({
  seq: number,
  at: text,
  atMs: number,
  who: fields({ kind: text, id: text, name: orElse(text, ""), device: maybe(named), staff: maybe(named) }),
  approvedBy: maybe(named),
  reason: orElse(text, ""),
  /** Codes of a later version, and keys that mean something else there, are left out. */
  changes: readable(change),
});
export type HistoryEntry = Decoded<typeof entry>;

export const decodeHistory = fields({ entries: list(entry), next: maybe(number) });

/** Of a push about an attempt or a refund: whose order it is. */
export const decodeAboutOrder = fields({
  attempt: maybe(fields({ orderId: text })),
  refund: maybe(fields({ orderId: text })),
});
