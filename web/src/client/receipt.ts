/** The receipt of an order (contract, extensions §2). */

import { type Decoded, fields, flag, list, maybe, number, oneOf, orElse, text } from "./decode";

const discount = fields({ title: orElse(text, ""), amount: number });
const choice = fields({ title: text, quantity: orElse(number, 1) });
const line = fields({
  title: text,
  unit: number,
  quantity: number,
  amount: number,
  choices: orElse(list(choice), []),
  discounts: orElse(list(discount), []),
  exempt: orElse(flag, false),
});
const payment = fields({
  sourceType: text,
  amount: number,
  tip: orElse(number, 0),
  refunded: orElse(number, 0),
  owed: orElse(number, 0),
  approvedAt: orElse(text, ""),
  approvedNo: orElse(text, ""),
  cancelledAt: orElse(text, ""),
  name: orElse(text, ""),
  card: maybe(fields({ issuer: text, number: orElse(text, ""), months: orElse(text, "00") })),
  tendered: maybe(number),
  change: maybe(number),
  testMode: orElse(flag, false),
});
export type ReceiptPayment = Decoded<typeof payment>;
const receipted = fields({ use: orElse(text, ""), identifier: text, number: text, amount: number, testMode: orElse(flag, false) });
const receipt = fields({
  kind: oneOf("RECEIPT", "PRE_BILL", "CANCELLED"),
  shop: fields({
    name: text,
    businessNumber: text,
    representative: orElse(text, ""),
    address: orElse(text, ""),
    phone: orElse(text, ""),
  }),
  number: text,
  orderNumber: text,
  soldAt: text,
  table: orElse(text, ""),
  numGuests: maybe(number),
  lines: list(line),
  discounts: list(discount),
  supply: maybe(number),
  tax: maybe(number),
  exempt: maybe(number),
  tip: orElse(number, 0),
  total: number,
  paid: number,
  unpaid: number,
  payments: list(payment),
  cashReceipts: list(receipted),
  testMode: orElse(flag, false),
});
export type Receipt = Decoded<typeof receipt>;
export const decodeReceipt = fields({ receipt });
