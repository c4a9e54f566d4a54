import { expect, it } from "vitest";
import type { EditedItem } from "../../src/client/catalog";
import { draftOf, emptyDraft, fieldOf, filled, NEW_PRICE, sent, wrong } from "../../src/shop/item_draft";

const SOUP: EditedItem = {
  id: 7,
  title: "갈비탕",
  titleI18n: { languages: { en: "Soup", ja: "カルビタン" } },
  state: "SOLD_OUT",
  description: "",
  category: { id: 1 },
  labels: [],
  imageUrl: "",
  prices: [
    { id: 70, title: "", isDefault: true, barcode: "880", priceType: "FIXED", priceUnit: 1, priceValue: 15_000, isTaxFree: false, isStockable: true, stockQuantity: { remainQuantity: 3 } },
  ],
  options: [{ id: 2 }],
  version: 4,
};

it("sends neither an effective state nor a stock that was only read (CAT-4, CAT-9)", () => {
  const written = sent(draftOf(SOUP), SOUP);
  expect(written).not.toHaveProperty("state");
  expect(written["prices"]).toEqual([
    { id: 70, title: "", isDefault: true, priceType: "FIXED", priceValue: 15_000, priceUnit: 1, barcode: "880", isTaxFree: false, isStockable: true },
  ]);
  expect(sent({ ...draftOf(SOUP), state: "ON_SALE" }, SOUP)).toHaveProperty("state", "ON_SALE");
});

it("keeps titles in other languages (CAT-8)", () => {
  expect(sent({ ...draftOf(SOUP), english: "Rib soup" }, SOUP)["titleI18n"]).toEqual({ languages: { ja: "カルビタン", en: "Rib soup" } });
  expect(sent({ ...draftOf(SOUP), english: "" }, SOUP)["titleI18n"]).toEqual({ languages: { ja: "カルビタン" } });
  expect(sent({ ...emptyDraft(1), title: "밥" }, null)).not.toHaveProperty("titleI18n");
});

it("tells what is wrong by the fields refusals name", () => {
  expect([...wrong(emptyDraft(1))]).toEqual([["title", "needed"], ["prices[0].priceValue", "needed"]]);
  const odd = { ...emptyDraft(1), title: "밥", prices: [{ ...NEW_PRICE, isDefault: true, priceValue: "1e3" }] };
  expect([...wrong(odd)]).toEqual([["prices[0].priceValue", "wrongNumber"]]);
  const bill = { ...odd, prices: [{ ...NEW_PRICE, isDefault: true, priceValue: "11,500원" }] };
  expect([...wrong(bill)]).toEqual([]);
  expect(sent(bill, null)).toMatchObject({ prices: [{ priceValue: 11_500 }] });
  expect(fieldOf("$.catalog.prices[0].barcode")).toBe("prices[0].barcode");
  expect(fieldOf(undefined)).toBe("");
});

it("takes of a plugin's suggestion what fits the shop (E-3)", () => {
  const known = { categoryIds: [1, 2], optionIds: [5] };
  const typed = { ...emptyDraft(1), title: "빵", prices: [{ ...NEW_PRICE, isDefault: true, barcode: "880" }] };
  const value = { title: "단팥빵", category: { id: 2 }, price: { priceValue: 3_000 }, options: [{ id: 5 }, { id: 99 }, "x"], labels: "no" };
  const full = filled(typed, value, known);
  expect(full).toMatchObject({ title: "단팥빵", categoryId: 2, optionIds: [5], labels: [] });
  expect(full.prices).toMatchObject([{ priceValue: "3000", barcode: "880", isDefault: true, priceType: "FIXED" }]);
  expect(filled(typed, { title: 7, category: { id: 9 }, price: "free", titleI18n: 3 }, known)).toEqual(typed);
});
