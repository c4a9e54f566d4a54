/** One order in full: what was ordered, what it costs and why, what was paid (contract, order §2). */

import { decodeCard } from "./card";
import { type Decoded, fields, flag, list, maybe, number, orElse, readable, text } from "./decode";

const discount = fields({ title: orElse(text, ""), amountMoney: fields({ value: number }) });

const choice = fields({ title: orElse(text, ""), quantity: orElse(number, 1) });
const line = fields({
  id: text,
  diningOption: orElse(text, ""),
  item: fields({ title: text }),
  quantity: fields({ value: number }),
  chargePrice: fields({ value: number }),
  optionChoices: readable(choice),
  discounts: orElse(list(discount), []),
  memo: orElse(text, ""),
});
export type FullLine = Decoded<typeof line>;

const external = fields({ source: orElse(text, "") });
const payment = fields({
  id: text,
  sourceType: text,
  amountMoney: number,
  state: text,
  approvedAt: orElse(text, ""),
  cancelledAt: orElse(text, ""),
  externalDetails: maybe(external),
  cardDetails: maybe(decodeCard),
});
export type FullPayment = Decoded<typeof payment>;

const requested = fields({
  requestAt: orElse(text, ""),
  expiredAt: orElse(text, ""),
  expectedReadyAt: orElse(text, ""),
  estimatedReadyAt: orElse(text, ""),
  declinedReason: orElse(text, ""),
});

const order = fields({
  id: text,
  number: orElse(text, ""),
  version: orElse(number, 0),
  orderState: text,
  cancelPending: orElse(flag, false),
  source: orElse(text, ""),
  table: maybe(fields({ id: orElse(number, 0), title: orElse(text, "") })),
  numGuests: maybe(number),
  memo: orElse(text, ""),
  requestedInfo: maybe(requested),
  cancelReason: orElse(text, ""),
  createdAt: orElse(text, ""),
  lineItems: list(line),
  discounts: orElse(list(discount), []),
  payments: readable(payment),
  chargePrice: fields({
    chargeListPriceValue: number,
    chargeDiscountValue: number,
    chargePriceValue: number,
    chargeSupplyValue: number,
    chargeTaxValue: number,
    chargeTipValue: orElse(number, 0),
    chargeTaxExemptValue: orElse(number, 0),
  }),
  paymentPrice: fields({ paymentUnpaidValue: number, paymentPaidValue: number }),
});
export type FullOrder = Decoded<typeof order>;
export const decodeFullOrder = fields({ order });
export const decodeFullView = fields({ order, version: number, number: orElse(text, "") });

export const decodeCancelled = fields({ cancelPending: orElse(flag, false) });
