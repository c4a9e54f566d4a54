/** The menu as the shop's pages read it; each thing keeps what it came as, to be sent on whole. */

import { attempt, type Decode, type Decoded, fields, flag, type Json, list, maybe, number, object, orElse, readable, record, text } from "./decode";

/** A thing with everything it arrived with under `raw`: plugins know keys that the page does not (contract, draft-order §1.2). */
function whole<T extends object>(inner: Decode<T>): Decode<T & { readonly raw: Json }> {
  return (value, path) => ({ ...inner(value, path), raw: object(value, path) });
}

const languages = fields({ languages: record(text) });
/** Titles by language; plugins hand over what they like, so an odd one counts as none. */
export const pack: Decode<Decoded<typeof languages> | undefined> = (value) => attempt(languages, value) ?? undefined;

const category = fields({
  id: number,
  title: text,
  titleI18n: pack,
  order: orElse(number, 0),
  enabled: orElse(flag, true),
  version: orElse(number, 0),
});
export type Category = Decoded<typeof category>;
export const decodeCategories = fields({ categories: list(category) });

const price = whole(
  fields({
    id: number,
    title: text,
    state: text,
    priceType: text,
    priceUnit: number,
    priceValue: number,
    isStockable: orElse(flag, false),
    stockQuantity: maybe(fields({ remainQuantity: number })),
  }),
);
export type Price = Decoded<typeof price>;

const choice = fields({
  id: number,
  title: text,
  titleI18n: pack,
  priceValue: number,
  imageUrl: maybe(text),
  state: text,
  quantityInputEnabled: orElse(flag, false),
});
export type Choice = Decoded<typeof choice>;

const option = fields({
  id: number,
  title: text,
  titleI18n: pack,
  isRequired: flag,
  minChoices: number,
  maxChoices: number,
  choices: list(choice),
  defaultChoices: orElse(list(number), []),
});
export type Option = Decoded<typeof option>;

const item = whole(
  fields({
    id: number,
    title: text,
    titleI18n: pack,
    state: text,
    category,
    labels: readable(fields({ title: text, color: text })),
    imageUrl: maybe(text),
    price,
    prices: list(price),
    options: list(option),
    color: maybe(text),
    stateUntil: maybe(text),
    version: orElse(number, 0),
  }),
);
export type MenuItem = Decoded<typeof item>;
export const decodeItem = fields({ catalog: item });
export const decodeFound = fields({ catalogs: list(item), price: maybe(price), quantity: maybe(number) });
export type Found = Decoded<typeof decodeFound>;

export const decodePage = fields({
  catalogs: list(item),
  total: number,
  categories: list(fields({ id: number, count: number })),
});
