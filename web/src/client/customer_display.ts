/** What the shop shows a guest (contract, extensions §2 `CustomerView`). */

import { type Decoded, fields, list, maybe, number, oneOf, orElse, text } from "./decode";

const discount = fields({ title: orElse(text, ""), amount: number });
const choice = fields({ title: orElse(text, ""), quantity: orElse(number, 1) });
const line = fields({
  title: text,
  quantity: number,
  amount: number,
  choices: orElse(list(choice), []),
  discounts: orElse(list(discount), []),
});
export type ShownLine = Decoded<typeof line>;

const payment = fields({
  state: oneOf("waiting", "taken"),
  amount: number,
  name: maybe(text),
  tendered: maybe(number),
  change: maybe(number),
  scan: orElse(text, ""),
});

const view = fields({
  state: oneOf("idle", "cart", "paying", "paid"),
  shopName: text,
  lines: list(line),
  discounts: list(discount),
  tip: orElse(number, 0),
  total: number,
  paid: number,
  unpaid: number,
  number: maybe(text),
  payment: maybe(payment),
  endsInMs: maybe(number),
});
export type CustomerView = Decoded<typeof view>;
export const decodeCustomerView = fields({ view });
