import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Menu } from "../../src/shop/menu.svelte";
import { FakeTill, settled } from "./till";

function item(id: number, title = `상품 ${String(id)}`, categoryId = 1) {
  const price = { id, title: "기본", isDefault: true, state: "ON_SALE", priceType: "FIXED", priceUnit: 1, priceValue: 1_000, isTaxFree: false };
  return { id, title, state: "ON_SALE", category: { id: categoryId, title: "분류" }, type: "ITEM", labels: [], price, prices: [price], options: [] };
}

let shop: FakeTill;
let menu: Menu;
const pages = () => shop.asked.filter(({ name }) => name === "catalog-item.page.request");
const last = () => {
  const found = pages().at(-1);
  if (found === undefined) throw new Error("no page was asked for");
  return found;
};
const page = (from: number, total: number) => ({
  catalogs: Array.from({ length: Math.min(100, total - from) }, (_, place) => item(from + place)),
  total,
  categories: [{ id: 1, count: total }],
});

beforeEach(() => {
  vi.useFakeTimers();
  shop = new FakeTill();
  menu = new Menu(shop.till);
});
afterEach(() => vi.useRealTimers());

describe("the menu of a till", () => {
  it("reads what comes into view and nothing else, each page once", async () => {
    void menu.refresh();
    expect(pages()).toHaveLength(1);
    await last().answer(page(0, 50_000));
    menu.need(0, 40);
    expect(pages()).toHaveLength(1);
    menu.need(30_050, 30_160);
    menu.need(30_060, 30_170);
    expect(pages().map(({ data }) => (data as { page: number }).page)).toEqual([1, 301, 302]);
    expect(menu.at(30_050)).toBeUndefined();
    await last().answer(page(30_100, 50_000));
    expect(menu.at(30_150)?.id).toBe(30_150);
  });

  it("shows what is at hand while the shop is asked, and asks for the last letter alone", async () => {
    void menu.refresh();
    await last().answer({ catalogs: [item(1, "비빔밥"), item(2, "국수"), item(3, "비빔냉면", 2)], total: 3, categories: [{ id: 1, count: 2 }, { id: 2, count: 1 }] });
    menu.open(2);
    expect(menu.at(0)?.title).toBe("비빔냉면");
    for (const text of ["ㅂ", "비", "빕", "비비"]) menu.search(text);
    expect(menu.categoryId).toBeNull();
    expect([menu.at(0)?.title, menu.at(1)?.title, menu.listing.total, menu.listing.guessed]).toEqual(["비빔밥", "비빔냉면", 2, true]);
    vi.advanceTimersByTime(100);
    expect(pages().filter(({ data }) => "text" in (data as object)).map(({ data }) => (data as { text: string }).text)).toEqual(["비비"]);
    menu.search("");
    expect(menu.categoryId).toBe(2);
  });

  it("keeps no answer to a question from before a change, and shows the old page until the new one is there", async () => {
    void menu.refresh();
    await last().answer(page(0, 3));
    shop.push("catalog-item.change.event", {});
    shop.push("catalog-item.change.event", {});
    vi.advanceTimersByTime(200);
    const first = last();
    expect(pages()).toHaveLength(2);
    expect(menu.at(0)?.id).toBe(0);
    shop.push("catalog-item.change.event", {});
    vi.advanceTimersByTime(200);
    await first.answer(page(0, 1));
    expect(menu.listing.total).toBe(3);
    await last().answer(page(0, 2));
    expect(menu.listing.total).toBe(2);
  });

  it("asks again for a page whose answer was lost", async () => {
    void menu.refresh();
    await last().refuse("연결이 끊어졌습니다", "HOST_UNAVAILABLE");
    await settled();
    menu.need(0, 10);
    expect(pages()).toHaveLength(2);
  });
});
