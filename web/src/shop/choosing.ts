/** Choosing the options of an item: what is due, what is too much, what it costs (CAT-5). */

import type { Chosen } from "../client/cart";
import type { Choice, MenuItem, Option, Price } from "../client/menu";

/** How many of each choice, by its id. */
export type Selection = ReadonlyMap<number, number>;

export type Lack = { readonly kind: "few" | "many"; readonly limit: number };

/** What is chosen when the sheet opens: the defaults that can be had. */
export function defaults(options: readonly Option[]): Selection {
  const sellable = options.flatMap(({ choices, defaultChoices }) =>
    choices.filter(({ id, state }) => state === "ON_SALE" && defaultChoices.includes(id)),
  );
  return new Map(sellable.map(({ id }) => [id, 1]));
}

/** What a line has chosen already. */
export function selectionOf(chosen: readonly Chosen[]): Selection {
  return new Map(chosen.map(({ id, quantity }) => [id, quantity]));
}

export function countIn(option: Option, selection: Selection): number {
  return option.choices.reduce((sum, { id }) => sum + (selection.get(id) ?? 0), 0);
}

/** What is wrong with a group as it is chosen, null when nothing is. */
export function lackOf(option: Option, selection: Selection): Lack | null {
  const { isRequired, minChoices, maxChoices } = option;
  const count = countIn(option, selection);
  if (isRequired && count < Math.max(1, minChoices)) return { kind: "few", limit: Math.max(1, minChoices) };
  if (count > 0 && count < minChoices) return { kind: "few", limit: minChoices };
  return maxChoices >= 0 && count > maxChoices ? { kind: "many", limit: maxChoices } : null;
}

/** A choice pressed: taken, or given back; where only one may be chosen it takes the place of the other. */
export function press(option: Option, choice: Choice, selection: Selection): Selection {
  const next = new Map(selection);
  if (next.has(choice.id)) {
    // The one that is due is not given back, only exchanged.
    if (!(option.isRequired && option.maxChoices === 1)) next.delete(choice.id);
    return next;
  }
  if (choice.state !== "ON_SALE") return selection;
  if (option.maxChoices === 1) for (const { id } of option.choices) next.delete(id);
  if (option.maxChoices >= 0 && countIn(option, next) >= option.maxChoices) return selection;
  return next.set(choice.id, 1);
}

/** Another number of one choice; 0 gives it back. More than the group takes is not taken. */
export function setCount(option: Option, choice: Choice, count: number, selection: Selection): Selection {
  const next = new Map(selection);
  if (count <= 0) next.delete(choice.id);
  else next.set(choice.id, count);
  return option.maxChoices >= 0 && countIn(option, next) > option.maxChoices && count > (selection.get(choice.id) ?? 0)
    ? selection
    : next;
}

/** The choices as an order line carries them, in the order of the menu. */
export function chosenOf(options: readonly Option[], selection: Selection): readonly Chosen[] {
  return options.flatMap(({ choices }) =>
    choices.flatMap(({ id, title, titleI18n, priceValue, state, imageUrl }) => {
      const quantity = selection.get(id);
      return quantity === undefined ? [] : [{ id, title, titleI18n, priceValue, state, imageUrl, quantity }];
    }),
  );
}

/** Prices an item may be sold at now, the default one first. */
export function sellablePrices({ prices }: MenuItem): readonly Price[] {
  return prices.filter(({ state }) => state === "ON_SALE");
}

/** Whether a label of the scale said what this piece costs: another price than the menu's. */
export function isLabelled(item: MenuItem, price: Price | undefined): boolean {
  const onMenu = item.prices.find(({ id }) => id === price?.id);
  return price !== undefined && onMenu !== undefined && onMenu.priceValue !== price.priceValue;
}

/** Whether something has to be asked before the item is in the cart. price, quantity: what a barcode said. */
export function asks(item: MenuItem, price?: Price, quantity?: number): boolean {
  if (item.options.length > 0) return true;
  if (isLabelled(item, price)) return false;
  const { priceType } = price ?? item.price;
  if (priceType === "UNIT") return quantity === undefined;
  return priceType === "VARIABLE" || (price === undefined && sellablePrices(item).length > 1);
}
