import { describe, expect, it } from "vitest";
import { decodeLine, type Line } from "../../src/client/cart";
import { adding, choosing, counting, diningOf, eating, EMPTY, emptying, estimated, heading, listAmount, noting, removing, sameLine } from "../../src/shop/draft";

function line(key: string, more: object = {}): Line {
  return decodeLine({
    key,
    item: { id: 1, title: "해물파전", category: { id: 1, title: "전" }, type: "ITEM" },
    itemPrice: { priceType: "FIXED", priceUnit: 1, priceValue: 18_000, title: "기본" },
    quantity: 1,
    diningOption: "HERE",
    ...more,
  });
}
const choice = { id: 9, title: "곱빼기", priceValue: 1_500, state: "ON_SALE", quantity: 2, imageUrl: undefined, titleI18n: undefined };

describe("the cart before the shop answers (draft-order §3)", () => {
  it("does every change once, however often it is asked for", () => {
    const changes = [adding(line("b")), counting("a", 3), noting("a", "바삭하게"), choosing("a", [choice]), eating("a", "TOGO"), heading({ tableId: 3 }), removing("c"), emptying];
    const before = { ...EMPTY, lineItems: [line("a"), line("c")] };
    for (const change of changes) expect(change(change(before))).toEqual(change(before));
  });

  it("counts what a line costs as the shop does (MON-3, MON-7)", () => {
    expect(listAmount(line("a", { quantity: 2, optionChoices: [choice] }))).toBe(2 * (18_000 + 2 * 1_500));
    const weighed = { priceType: "UNIT", priceUnit: 100, priceValue: 12_000, title: "100g" };
    expect(listAmount(line("a", { itemPrice: weighed, quantity: 255 }))).toBe(30_600);
    expect(listAmount(line("a", { itemPrice: { ...weighed, priceUnit: 1_000, priceValue: 1 }, quantity: 500 }))).toBe(1);
    expect(listAmount(line("a", { itemPrice: { ...weighed, priceUnit: 1, priceValue: 10_001 }, quantity: 0.35 }))).toBe(3_500);
  });

  it("estimates what is due with the discounts at hand, never below nothing", () => {
    const off = [{ title: "쿠폰", amountMoney: { value: 2_000 } }];
    const cart = { ...EMPTY, lineItems: [line("a", { discount: off }), line("b", { quantity: 2 })], discounts: off };
    expect(estimated(cart).price).toEqual({ orderPriceValue: 50_000, orderListPriceValue: 54_000, orderDiscountValue: 4_000 });
    expect(estimated({ ...cart, lineItems: [], discounts: off }).price.orderPriceValue).toBe(0);
  });

  it("adds one more to the same line only where nothing is its own (SCN-2)", () => {
    const cart = (...lines: Line[]) => ({ ...EMPTY, lineItems: lines });
    const wanted = line("new");
    expect(sameLine(cart(line("a")), wanted)?.key).toBe("a");
    for (const other of [
      { memo: "덜 맵게" },
      { diningOption: "TOGO" },
      { optionChoices: [choice] },
      { discount: [{ title: "쿠폰", amountMoney: { value: 1 } }] },
      { metadata: { quantityFixed: true } },
      { itemPrice: { priceType: "FIXED", priceUnit: 1, priceValue: 17_000, title: "기본" } },
      { item: { id: 1, title: "딴 이름", category: { id: 1, title: "전" }, type: "ITEM" } },
    ])
      expect(sameLine(cart(line("a", other)), wanted)).toBeUndefined();
    const weighed = { itemPrice: { priceType: "UNIT", priceUnit: 1, priceValue: 10, title: "g" } };
    expect(sameLine(cart(line("a", weighed)), line("new", weighed))).toBeUndefined();
  });

  it("knows how all of it is eaten", () => {
    expect(diningOf(EMPTY)).toBeNull();
    expect(diningOf({ ...EMPTY, lineItems: [line("a"), line("b")] })).toBe("HERE");
    expect(diningOf({ ...EMPTY, lineItems: [line("a"), line("b", { diningOption: "TOGO" })] })).toBeNull();
  });
});
