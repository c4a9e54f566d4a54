import { describe, expect, it } from "vitest";
import { decodeItem, type MenuItem } from "../../src/client/menu";
import { asks, chosenOf, defaults, isLabelled, lackOf, press, setCount } from "../../src/shop/choosing";

const choice = (id: number, more: object = {}) => ({
  id,
  title: `choice ${id}`,
  priceValue: id * 100,
  imageUrl: null,
  state: "ON_SALE",
  quantityInputEnabled: false,
  ...more,
});
const price = (more: object = {}) => ({
  id: 1,
  title: "기본",
  isDefault: true,
  state: "ON_SALE",
  priceType: "FIXED",
  priceUnit: 1,
  priceValue: 9_000,
  isTaxFree: false,
  ...more,
});

function item({ options = [], prices = [price()] }: { options?: object[]; prices?: object[] } = {}): MenuItem {
  return decodeItem({
    catalog: {
      id: 7,
      title: "칼국수",
      state: "ON_SALE",
      category: { id: 1, title: "면" },
      labels: [],
      price: prices[0],
      prices,
      options: options.map((one, index) => ({
        id: index + 1,
        title: "맵기",
        isRequired: false,
        minChoices: 0,
        maxChoices: -1,
        choices: [choice(1), choice(2), choice(3, { state: "SOLD_OUT" }), choice(4, { quantityInputEnabled: true })],
        defaultChoices: [],
        ...one,
      })),
    },
  }).catalog;
}

function group(more: object) {
  const [option] = item({ options: [more] }).options;
  if (option === undefined) throw new Error("no option");
  const [one, two, soldOut, counted] = option.choices;
  if (one === undefined || two === undefined || soldOut === undefined || counted === undefined) throw new Error("no choice");
  return { option, one, two, soldOut, counted };
}

describe("choosing options (CAT-5)", () => {
  it("says what is due and what is too much", () => {
    const { option } = group({ isRequired: true, minChoices: 1, maxChoices: 2 });
    expect(lackOf(option, new Map())).toEqual({ kind: "few", limit: 1 });
    expect(lackOf(option, new Map([[1, 2]]))).toBeNull();
    expect(lackOf(option, new Map([[1, 2], [2, 1]]))).toEqual({ kind: "many", limit: 2 });
    const free = group({ minChoices: 2 });
    expect(lackOf(free.option, new Map())).toBeNull();
    expect(lackOf(free.option, new Map([[1, 1]]))).toEqual({ kind: "few", limit: 2 });
  });

  it("exchanges where one may be chosen, and keeps the one that is due", () => {
    const { option, one, two } = group({ isRequired: true, minChoices: 1, maxChoices: 1 });
    const first = press(option, one, new Map());
    expect([...press(option, two, first).keys()]).toEqual([2]);
    expect([...press(option, one, first).keys()]).toEqual([1]);
    const free = group({ maxChoices: 1 });
    expect(press(free.option, free.one, press(free.option, free.one, new Map())).size).toBe(0);
  });

  it("takes no more than the group takes, and nothing that is sold out", () => {
    const { option, one, two, soldOut, counted } = group({ maxChoices: 2 });
    const full = press(option, two, press(option, one, new Map()));
    expect(press(option, counted, full)).toBe(full);
    expect(press(option, soldOut, new Map()).size).toBe(0);
    const some = press(option, counted, new Map());
    const more = setCount(option, counted, 2, some);
    expect(more.get(4)).toBe(2);
    expect(setCount(option, counted, 3, more)).toBe(more);
    expect(setCount(option, counted, 0, more).size).toBe(0);
  });

  it("begins with the defaults that can be had, and lists choices in the order of the menu", () => {
    const { option } = group({ defaultChoices: [4, 3, 1] });
    const chosen = defaults([option]);
    expect(chosenOf([option], chosen).map(({ id, quantity }) => [id, quantity])).toEqual([[1, 1], [4, 1]]);
  });
});

describe("what has to be asked (CAT-4, CAT-10)", () => {
  it("nothing of a dish with one price and no options", () => expect(asks(item())).toBe(false));
  it("options, also free ones", () => expect(asks(item({ options: [{}] }))).toBe(true));
  it("which of several prices, unless a barcode said so", () => {
    const two = item({ prices: [price(), price({ id: 2, priceValue: 12_000 })] });
    expect(asks(two)).toBe(true);
    expect(asks(two, two.prices[1])).toBe(false);
    expect(asks(item({ prices: [price(), price({ id: 2, state: "SOLD_OUT" })] }))).toBe(false);
  });
  it("the amount of the day, unless the label says it", () => {
    const fish = item({ prices: [price({ priceType: "VARIABLE", priceValue: 0 })] });
    expect(asks(fish)).toBe(true);
    expect(asks(fish, fish.price)).toBe(true);
    const labelled = { ...fish.price, priceValue: 32_000 };
    expect(isLabelled(fish, labelled)).toBe(true);
    expect(asks(fish, labelled)).toBe(false);
  });
  it("the weight, unless the label says it", () => {
    const beef = item({ prices: [price({ priceType: "UNIT", priceUnit: 100 })] });
    expect(asks(beef)).toBe(true);
    expect(asks(beef, beef.price, 350)).toBe(false);
  });
});
