/** An order as its bill is shown and paid, and what it is divided into. */

import { decodeCard } from "./card";
import { type Decoded, fields, list, maybe, number, orElse, readable, text } from "./decode";

const discount = fields({ title: orElse(text, ""), amountMoney: fields({ value: number }) });
export type Discount = Decoded<typeof discount>;

const choice = fields({ title: orElse(text, ""), quantity: orElse(number, 1) });
const line = fields({
  id: text,
  item: fields({ title: text }),
  quantity: fields({ value: number }),
  chargePrice: fields({ value: number }),
  optionChoices: orElse(list(choice), []),
  discounts: orElse(list(discount), []),
});
export type BillLine = Decoded<typeof line>;

const payment = fields({
  id: text,
  sourceType: text,
  amountMoney: number,
  tipMoney: orElse(number, 0),
  state: text,
  externalDetails: maybe(fields({ source: orElse(text, "") })),
  cardDetails: maybe(decodeCard),
});
export type BillPayment = Decoded<typeof payment>;
const bill = fields({
  id: text,
  number: maybe(text),
  orderState: text,
  version: orElse(number, 0),
  table: maybe(fields({ title: orElse(text, "") })),
  numGuests: maybe(number),
  lineItems: list(line),
  discounts: orElse(list(discount), []),
  payments: readable(payment),
  chargePrice: fields({ chargePriceValue: number, chargeSupplyValue: orElse(number, 0), chargeTipValue: orElse(number, 0) }),
  paymentPrice: fields({ paymentUnpaidValue: number, paymentPaidValue: number }),
});
export type Bill = Decoded<typeof bill>;
export const decodeBill = fields({ order: bill });
export const decodeBillView = fields({ order: bill, version: number, number: orElse(text, "") });

export const decodeLock = fields({ lock: fields({ id: text }) });

const share = fields({ id: text, quantity: number });
export type Share = Decoded<typeof share>;
const billPart = fields({ id: text, amount: number, lines: orElse(list(share), []) });
export type BillPart = Decoded<typeof billPart>;
export const decodeParts = fields({ parts: list(billPart) });

const holder = fields({ by: fields({ id: text, name: text }) });
/** `data` of the refusal of a locked order: the device that takes its money. */
export const decodeHolder = holder;
