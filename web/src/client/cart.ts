/** The cart of a till as it is told: lines of staff and of plugins. */

import { anything, type Decoded, fields, flag, type Json, list, maybe, number, object, orElse, readable, text, type Decode } from "./decode";
import { pack } from "./menu";

const discount = fields({ title: text, amountMoney: fields({ value: number }) });
export type Discount = Decoded<typeof discount>;

const chosen = fields({
  id: number,
  title: text,
  titleI18n: pack,
  priceValue: number,
  state: orElse(text, "ON_SALE"),
  imageUrl: maybe(text),
  quantity: number,
});
export type Chosen = Decoded<typeof chosen>;

const fixed = fields({
  memoFixed: orElse(flag, false),
  optionFixed: orElse(flag, false),
  quantityFixed: orElse(flag, false),
});

const line = fields({
  key: text,
  item: fields({ id: number, title: text, titleI18n: pack, type: text, options: readable(anything) }),
  itemPrice: fields({ priceType: text, priceUnit: number, priceValue: number, title: orElse(text, "") }),
  discount: orElse(list(discount), []),
  optionChoices: orElse(list(chosen), []),
  quantity: number,
  diningOption: text,
  memo: orElse(text, ""),
  metadata: orElse(fixed, { memoFixed: false, optionFixed: false, quantityFixed: false }),
});
/** raw: the line as it came, with every key a plugin put on it. */
export type Line = Decoded<typeof line> & { readonly raw: Json };
export const decodeLine: Decode<Line> = (value, path) => ({ ...line(value, path), raw: object(value, path) });

const draft = fields({
  lineItems: list(decodeLine),
  price: fields({ orderPriceValue: number, orderListPriceValue: number, orderDiscountValue: number }),
  discounts: list(discount),
  ignorePrint: flag,
  memo: orElse(text, ""),
  tableId: orElse(number, 0),
  numGuests: orElse(number, 0),
  paying: orElse(flag, false),
  version: number,
});
/** memo empty, tableId and numGuests 0: none. */
export type Draft = Decoded<typeof draft>;
export const decodeDraft = fields({ draftOrder: draft });
export const decodeDraftChange = fields({ event: anything, draftOrder: draft });

const held = fields({
  id: text,
  heldAt: text,
  heldBy: text,
  title: text,
  lineCount: number,
  orderPriceValue: number,
  tableId: orElse(number, 0),
  numGuests: orElse(number, 0),
  memo: orElse(text, ""),
});
export type Held = Decoded<typeof held>;
export const decodeHeld = fields({ heldDraftOrders: list(held) });
