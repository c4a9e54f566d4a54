/** An item while it is edited: what stands in the form, as typed, and what is sent of it. */

import { type EditedItem, type EditedPrice, suggestedIds, suggestedLabels, suggestedPrices } from "../client/catalog";
import { attempt, type Json, isObject, text } from "../client/decode";
import { pack } from "../client/menu";
import { wonOf } from "../kit/amount";
import { inEnglish, titles } from "./titles";

export const PRICE_TYPES = ["FIXED", "VARIABLE", "UNIT"] as const;
export const STATES = ["ON_SALE", "SOLD_OUT", "UNAVAILABLE"] as const;

/** Numbers are as typed; `id` absent for a price that is new. */
export interface PriceDraft {
  readonly id?: number;
  readonly title: string;
  readonly isDefault: boolean;
  readonly priceType: string;
  readonly priceValue: string;
  readonly priceUnit: string;
  readonly barcode: string;
  readonly isTaxFree: boolean;
  readonly isStockable: boolean;
  /** What is there to begin with; later it is adjusted with a reason (CAT-9). */
  readonly startStock: string;
}

export interface ItemDraft {
  readonly title: string;
  readonly english: string;
  readonly description: string;
  readonly categoryId: number;
  readonly state: string;
  readonly prices: readonly PriceDraft[];
  readonly optionIds: readonly number[];
  readonly labels: readonly { readonly title: string; readonly color: string }[];
  readonly imageUrl: string;
}

export const NEW_PRICE: PriceDraft = {
  title: "",
  isDefault: false,
  priceType: "FIXED",
  priceValue: "",
  priceUnit: "1",
  barcode: "",
  isTaxFree: false,
  isStockable: false,
  startStock: "0",
};

export function emptyDraft(categoryId: number): ItemDraft {
  const prices = [{ ...NEW_PRICE, isDefault: true }];
  return { title: "", english: "", description: "", categoryId, state: "ON_SALE", prices, optionIds: [], labels: [], imageUrl: "" };
}

export function draftOf(item: EditedItem): ItemDraft {
  return {
    title: item.title,
    english: inEnglish(item.titleI18n),
    description: item.description,
    categoryId: item.category.id,
    state: item.state,
    prices: item.prices.map(priceDraft),
    optionIds: item.options.map(({ id }) => id),
    labels: item.labels,
    imageUrl: item.imageUrl,
  };
}

function priceDraft({ priceValue, priceUnit, stockQuantity, ...price }: EditedPrice): PriceDraft {
  return {
    ...price,
    priceValue: String(priceValue),
    priceUnit: String(priceUnit),
    startStock: String(stockQuantity?.remainQuantity ?? 0),
  };
}

/**
 * The form with what a plugin suggests (contract, catalog §2.6); nothing of it is saved yet.
 * known: the categories and option groups there are; what the shop does not have is left out, as is every odd part (E-3).
 */
export function filled(
  draft: ItemDraft,
  value: Json,
  known: { readonly categoryIds: readonly number[]; readonly optionIds: readonly number[] },
): ItemDraft {
  const said = (key: string, otherwise: string) => attempt(text, value[key]) ?? otherwise;
  const [category] = suggestedIds([value["category"]]);
  const prices = suggestedPrices(value["prices"] ?? [value["price"]]);
  const optionIds = suggestedIds(value["options"]).map(({ id }) => id).filter((id) => known.optionIds.includes(id));
  const labels = suggestedLabels(value["labels"]);
  return {
    ...draft,
    title: said("title", draft.title),
    english: isObject(value["titleI18n"]) ? inEnglish(pack(value["titleI18n"])) || draft.english : draft.english,
    description: said("description", draft.description),
    imageUrl: said("imageUrl", draft.imageUrl),
    categoryId: category !== undefined && known.categoryIds.includes(category.id) ? category.id : draft.categoryId,
    optionIds: optionIds.length === 0 ? draft.optionIds : optionIds,
    labels: labels.length === 0 ? draft.labels : labels,
    prices:
      prices.length === 0
        ? draft.prices
        : prices.map((price, place) => ({
            ...NEW_PRICE,
            ...price,
            priceType: PRICE_TYPES.find((type) => type === price.priceType) ?? "FIXED",
            priceValue: String(price.priceValue),
            priceUnit: String(price.priceUnit),
            // A scan that led here stays.
            barcode: price.barcode === "" ? (draft.prices[place]?.barcode ?? "") : price.barcode,
            isDefault: place === 0,
          })),
  };
}

/** Whether the shop keeps a picture itself: of other servers the pages load none. */
export function isOwn(url: string): boolean {
  return /^\/\.jumak\/pictures\/[\da-f]{64}\.webp$/.test(url);
}

/** What is wrong with the form, by field as `fieldOf` names them, before the shop is asked; empty when nothing is. */
export function wrong(draft: ItemDraft): ReadonlyMap<string, "needed" | "wrongNumber"> {
  const found = new Map<string, "needed" | "wrongNumber">();
  if (draft.title.trim() === "") found.set("title", "needed");
  draft.prices.forEach((price, place) => {
    const at = `prices[${String(place)}]`;
    const isOpen = price.priceType === "VARIABLE";
    if (!isOpen && price.priceValue.trim() === "") found.set(`${at}.priceValue`, "needed");
    else if (!isOpen && (wonOf(price.priceValue) ?? -1) < 0) found.set(`${at}.priceValue`, "wrongNumber");
    if (price.priceType === "UNIT" && (!isWhole(price.priceUnit) || Number(price.priceUnit) < 1)) found.set(`${at}.priceUnit`, "wrongNumber");
    if (price.isStockable && !isQuantity(price.startStock)) found.set(`${at}.stockQuantity`, "wrongNumber");
  });
  draft.labels.forEach(({ title }, place) => {
    if (title.trim() === "") found.set(`labels[${String(place)}]`, "needed");
  });
  return found;
}

/** What is sent: the whole form; the state only when it was changed, for the one that was read is an effective one. */
export function sent(draft: ItemDraft, before: EditedItem | null): Json {
  return {
    ...(before === null ? {} : { id: before.id }),
    title: draft.title.trim(),
    ...titles(draft.english, before?.titleI18n),
    description: draft.description.trim(),
    category: { id: draft.categoryId },
    ...(before !== null && before.state === draft.state ? {} : { state: draft.state }),
    prices: draft.prices.map((price) => {
      const known = before?.prices.find(({ id }) => id === price.id);
      return {
        ...(price.id === undefined ? {} : { id: price.id }),
        title: price.title.trim(),
        isDefault: price.isDefault,
        priceType: price.priceType,
        priceValue: wonOf(price.priceValue) ?? 0,
        priceUnit: price.priceType === "UNIT" ? Number(price.priceUnit) : 1,
        barcode: price.barcode.trim(),
        isTaxFree: price.isTaxFree,
        isStockable: price.isStockable,
        ...(price.isStockable && known?.isStockable !== true ? { stockQuantity: { remainQuantity: Number(price.startStock) } } : {}),
      };
    }),
    options: draft.optionIds.map((id) => ({ id })),
    labels: draft.labels.map(({ title, color }) => ({ title: title.trim(), color })),
    imageUrl: draft.imageUrl.trim(),
  };
}

/** The field a refusal is about: `title`, `prices[0].barcode`; empty when it is about none. path: as refusals name it. */
export function fieldOf(path: unknown): string {
  if (typeof path !== "string") return "";
  return /^\$\.(?:catalog|option)\.(.+)$/.exec(path)?.[1] ?? "";
}

function isWhole(typed: string): boolean {
  return /^\d{0,9}$/.test(typed.trim());
}

function isQuantity(typed: string): boolean {
  return /^\d{1,9}(\.\d{1,3})?$/.test(typed.trim());
}
