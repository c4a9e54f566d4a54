import { describe, expect, it } from "vitest";
import { fewer, type Group, more, shares, unitsLeft } from "../../src/screens/payment/grouping";

const line = (id: string, quantity: number) => ({
  id,
  item: { title: id },
  quantity: { value: quantity },
  chargePrice: { value: 1_000 },
  optionChoices: [],
  discounts: [],
});
const soju = line("soju", 3);
const pork = line("pork", 0.35);
const nobody: Group = new Map();

describe("units by guest (SPL-2)", () => {
  it("are given one by one, never more than the line has", () => {
    const first = more(soju, more(soju, nobody, []), [new Map([["soju", 1]])]);
    expect(first.get("soju")).toBe(2);
    expect(unitsLeft(soju, [first])).toBe(1);
    const second = more(soju, nobody, [first]);
    expect(second.get("soju")).toBe(1);
    expect(more(soju, second, [first, second])).toBe(second);
  });

  it("goods by weight go as a whole", () => {
    const group = more(pork, nobody, []);
    expect(group.get("pork")).toBe(0.35);
    expect(unitsLeft(pork, [group])).toBe(0);
    expect(fewer(pork, group).size).toBe(0);
  });

  it("are taken back, and guests without any are left out", () => {
    const group = fewer(soju, new Map([["soju", 2]]));
    expect(shares([group, nobody])).toEqual([[{ id: "soju", quantity: 1 }]]);
    expect(fewer(soju, group).size).toBe(0);
  });
});
