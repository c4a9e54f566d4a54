import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decodeItem, type MenuItem } from "../../src/client/menu";
import { Cart } from "../../src/shop/cart.svelte";
import { FakeTill, settled } from "./till";

const price = { id: 1, title: "기본", isDefault: true, state: "ON_SALE", priceType: "FIXED", priceUnit: 1, priceValue: 1_000, isTaxFree: false };
const rice: MenuItem = decodeItem({
  catalog: { id: 10, title: "공기밥", state: "ON_SALE", category: { id: 1, title: "식사" }, type: "ITEM", labels: [], price, prices: [price], options: [], mine: { kept: true } },
}).catalog;

interface Sent {
  readonly lineItem: { readonly key: string; readonly item: object };
}

function draft(version: number, ...lines: [key: string, quantity: number][]) {
  return {
    lineItems: lines.map(([key, quantity]) => ({
      key,
      item: { id: 10, title: "공기밥", type: "ITEM", category: { id: 1, title: "식사" } },
      itemPrice: price,
      quantity,
      diningOption: "HERE",
    })),
    price: { orderPriceValue: 0, orderListPriceValue: 0, orderDiscountValue: 0 },
    discounts: [],
    ignorePrint: false,
    version,
  };
}

let shop: FakeTill;
let cart: Cart;
const quantities = () => cart.view.lineItems.map(({ quantity }) => quantity);
const keyOf = (place: number) => (shop.at(place).data as Sent).lineItem.key;

beforeEach(() => {
  vi.useFakeTimers();
  shop = new FakeTill();
  cart = new Cart(shop.till);
});
afterEach(() => vi.useRealTimers());

describe("the cart of a till", () => {
  it("shows a change at once, sends the whole item, and takes over what the shop says", async () => {
    cart.add(rice, rice.price);
    expect(quantities()).toEqual([1]);
    expect(cart.view.price.orderPriceValue).toBe(1_000);
    expect((shop.at(0).data as Sent).lineItem.item).toMatchObject({ mine: { kept: true } });
    await shop.at(0).answer({ draftOrder: draft(1, [keyOf(0), 1]) });
    expect(cart.isWaiting).toBe(false);
    expect(quantities()).toEqual([1]);
  });

  it("makes one more of the same one more, also before the first was answered", async () => {
    cart.add(rice, rice.price);
    cart.add(rice, rice.price);
    expect(quantities()).toEqual([2]);
    expect(shop.at(1)).toMatchObject({ name: "draft-order.update-item-quantity.request", data: { key: keyOf(0), quantity: 2 } });
    await shop.at(0).answer({ draftOrder: draft(1, [keyOf(0), 1]) });
    expect(quantities()).toEqual([2]);
  });

  it("takes a refused line off with all that was asked of it, and says the first reason for a while", async () => {
    cart.add(rice, rice.price);
    cart.add(rice, rice.price);
    await shop.at(0).refuse("판매할 수 없는 상품입니다");
    await shop.at(1).refuse("없는 줄입니다", "NOT_FOUND");
    expect(quantities()).toEqual([]);
    expect(cart.problem).toBe("판매할 수 없는 상품입니다");
    vi.advanceTimersByTime(8_000);
    expect(cart.problem).toBe("");
  });

  it("believes no older push", async () => {
    cart.add(rice, rice.price);
    const key = keyOf(0);
    cart.setQuantity(key, 5);
    await shop.at(0).answer({ draftOrder: draft(1, [key, 1]) });
    await shop.at(1).answer({ draftOrder: draft(2, [key, 5]) });
    shop.push("draft-order.change.event", { event: "change", draftOrder: draft(1, [key, 1]) });
    expect(quantities()).toEqual([5]);
    shop.push("draft-order.change.event", { event: "change", draftOrder: draft(3) });
    shop.push("draft-order.change.event", { event: "change", draftOrder: "nonsense" });
    expect(quantities()).toEqual([]);
  });

  it("does not double a line whose push comes before its answer", async () => {
    cart.add(rice, rice.price);
    shop.push("draft-order.change.event", { event: "change", draftOrder: draft(1, [keyOf(0), 1]) });
    expect(quantities()).toEqual([1]);
    await shop.at(0).answer({ draftOrder: draft(1, [keyOf(0), 1]) });
    expect(quantities()).toEqual([1]);
  });

  it("reads the cart again when nobody said what became of a change", async () => {
    cart.add(rice, rice.price);
    await shop.at(0).refuse("제시간에 응답이 없었습니다", "TIMEOUT");
    expect(shop.asked.map(({ name }) => name)).toContain("draft-order.get.request");
    await shop.at(1).answer({ draftOrder: draft(0, ["a", 4]) });
    await shop.at(2).answer({ heldDraftOrders: [] });
    expect(quantities()).toEqual([4]);
  });

  it("is sent after all its changes were taken, and not when one was refused", async () => {
    cart.add(rice, rice.price);
    const refused = cart.submit(null);
    await settled();
    expect(shop.asked).toHaveLength(1);
    await shop.at(0).refuse("품절입니다");
    expect(await refused).toBeNull();
    expect(shop.asked).toHaveLength(1);
    void cart.submit({ orderId: "o-1" });
    await settled();
    expect(shop.at(-1)).toMatchObject({ name: "draft-order.submit.request", data: { orderId: "o-1" } });
  });

  it("undoes a removal for a while", async () => {
    shop.push("draft-order.change.event", { event: "change", draftOrder: draft(1, ["a", 3]) });
    cart.remove("a");
    expect(quantities()).toEqual([]);
    await shop.at(0).answer({ draftOrder: draft(2) });
    cart.undo();
    expect(quantities()).toEqual([3]);
    cart.remove(keyOf(1));
    vi.advanceTimersByTime(8_000);
    expect(cart.removed).toBeNull();
  });
});
