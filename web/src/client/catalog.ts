/** The menu as managers edit it: everything that may be written, with the version it was read at (OFF-4). */

import { type Decoded, fields, flag, list, maybe, number, object, orElse, readable, text } from "./decode";
import { pack } from "./menu";

const editedPrice = fields({
  id: number,
  title: text,
  isDefault: flag,
  barcode: orElse(text, ""),
  priceType: text,
  priceUnit: number,
  priceValue: number,
  isTaxFree: flag,
  isStockable: flag,
  stockQuantity: maybe(fields({ remainQuantity: number })),
});
export type EditedPrice = Decoded<typeof editedPrice>;

const editedItem = fields({
  id: number,
  title: text,
  titleI18n: pack,
  state: text,
  description: orElse(text, ""),
  category: fields({ id: number }),
  labels: list(fields({ title: text, color: text })),
  imageUrl: orElse(text, ""),
  prices: list(editedPrice),
  options: list(fields({ id: number })),
  version: number,
});
export type EditedItem = Decoded<typeof editedItem>;
export const decodeEditedItem = fields({ catalog: editedItem });

const groupChoice = fields({
  id: number,
  title: text,
  titleI18n: pack,
  priceValue: number,
  state: text,
  stateUntil: maybe(text),
  quantityInputEnabled: flag,
});
export type GroupChoice = Decoded<typeof groupChoice>;

const group = fields({
  id: number,
  title: text,
  titleI18n: pack,
  isRequired: flag,
  minChoices: number,
  maxChoices: number,
  choices: list(groupChoice),
  defaultChoices: orElse(list(number), []),
  version: number,
});
/** A group of choices as managers edit it. */
export type OptionGroup = Decoded<typeof group>;
export const decodeGroups = fields({ options: list(group) });
export const decodeGroup = fields({ option: group });

export const decodeFillers = fields({ plugins: list(fields({ id: text, name: text })) });
export type Filler = Decoded<typeof decodeFillers>["plugins"][number];
/** initialValue: whatever a plugin likes (E-3). */
export const decodeFilled = fields({ initialValue: maybe(object) });

/** What of a plugin's partial item has the shape it should have; an odd part counts as left out. */
export const suggestedPrices = readable(
  fields({
    title: orElse(text, ""),
    barcode: orElse(text, ""),
    priceType: orElse(text, "FIXED"),
    priceUnit: orElse(number, 1),
    priceValue: number,
    isTaxFree: orElse(flag, false),
  }),
);
export const suggestedIds = readable(fields({ id: number }));
export const suggestedLabels = readable(fields({ title: text, color: text }));
