/** The cart before the shop has answered: every change as a function of the cart, harmless when done twice. */

import type { Chosen, Draft, Line } from "../client/cart";

export type Change = (draft: Draft) => Draft;

export const EMPTY: Draft = {
  lineItems: [],
  price: { orderPriceValue: 0, orderListPriceValue: 0, orderDiscountValue: 0 },
  discounts: [],
  ignorePrint: false,
  memo: "",
  tableId: 0,
  numGuests: 0,
  paying: false,
  version: 0,
};

/** Won before discounts, half up as the shop rounds it (MON-3). */
export function listAmount({ itemPrice, optionChoices, quantity }: Pick<Line, "itemPrice" | "optionChoices" | "quantity">): number {
  const { priceValue, priceUnit } = itemPrice;
  const surcharge = optionChoices.reduce((sum, each) => sum + each.priceValue * each.quantity, 0);
  const numerator = (priceValue + surcharge * priceUnit) * Math.round(quantity * 1_000);
  const denominator = priceUnit * 1_000;
  return Math.floor((2 * numerator + denominator) / (2 * denominator));
}

export function lineAmount(line: Line): number {
  const off = line.discount.reduce((sum, { amountMoney }) => sum + amountMoney.value, 0);
  return Math.max(0, listAmount(line) - off);
}

/** The cart's amounts while changes are on their way: what the shop will say unless a percentage changes with them. */
export function estimated(draft: Draft): Draft {
  const list = draft.lineItems.reduce((sum, line) => sum + listAmount(line), 0);
  const lines = draft.lineItems.reduce((sum, line) => sum + lineAmount(line), 0);
  const off = draft.discounts.reduce((sum, { amountMoney }) => sum + amountMoney.value, 0);
  const due = Math.max(0, lines - off);
  return {
    ...draft,
    price: { orderPriceValue: due, orderListPriceValue: list, orderDiscountValue: list - due },
  };
}

export function adding(line: Line): Change {
  return (draft) =>
    draft.lineItems.some(({ key }) => key === line.key)
      ? draft
      : { ...draft, lineItems: [...draft.lineItems, line] };
}

export function removing(key: string): Change {
  return (draft) => ({ ...draft, lineItems: draft.lineItems.filter((line) => line.key !== key) });
}

function editing(key: string | undefined, edit: (line: Line) => Line): Change {
  return (draft) => ({
    ...draft,
    lineItems: draft.lineItems.map((line) => (key === undefined || line.key === key ? edit(line) : line)),
  });
}

export const counting = (key: string, quantity: number): Change => editing(key, (line) => ({ ...line, quantity }));
export const noting = (key: string, memo: string): Change => editing(key, (line) => ({ ...line, memo }));
export const choosing = (key: string, optionChoices: readonly Chosen[]): Change =>
  editing(key, (line) => ({ ...line, optionChoices }));
/** Without a key: every line. */
export const eating = (key: string | undefined, diningOption: string): Change =>
  editing(key, (line) => ({ ...line, diningOption }));
export const heading = (header: Partial<Pick<Draft, "memo" | "tableId" | "numGuests" | "ignorePrint">>): Change => {
  return (draft) => ({ ...draft, ...header });
};
export const emptying: Change = ({ version }) => ({ ...EMPTY, version });

/** The line that one more of the same belongs to: same price, same choices, nothing of its own on it (SCN-2). */
export function sameLine(draft: Draft, wanted: Line): Line | undefined {
  if (wanted.itemPrice.priceType !== "FIXED" || wanted.memo !== "") return undefined;
  return draft.lineItems.findLast(
    (line) =>
      line.item.id === wanted.item.id &&
      line.item.title === wanted.item.title &&
      line.itemPrice.priceType === "FIXED" &&
      line.itemPrice.priceValue === wanted.itemPrice.priceValue &&
      line.itemPrice.title === wanted.itemPrice.title &&
      line.diningOption === wanted.diningOption &&
      line.memo === "" &&
      line.discount.length === 0 &&
      !line.metadata.quantityFixed &&
      sameChoices(line.optionChoices, wanted.optionChoices),
  );
}

function sameChoices(some: readonly Chosen[], others: readonly Chosen[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ id, quantity }) => others.some((each) => each.id === id && each.quantity === quantity))
  );
}

/** How all of it is eaten; null when the lines differ, or there are none. */
export function diningOf(draft: Draft): string | null {
  const [first, ...rest] = draft.lineItems;
  return first !== undefined && rest.every(({ diningOption }) => diningOption === first.diningOption)
    ? first.diningOption
    : null;
}
