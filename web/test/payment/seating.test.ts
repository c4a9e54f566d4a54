import { describe, expect, it } from "vitest";
import { forGuests, give, seats } from "../../src/screens/payment/seating";
import { divided, paidLines } from "../../src/shop/parts";

describe("lines given to guests (SPL-3)", () => {
  it("are one guest's, another's, or everybody's again", () => {
    const first = give(new Map(), "soup", 1);
    expect(seats(first)).toEqual([{ id: "soup", seat: 1 }]);
    expect(seats(give(first, "soup", 2))).toEqual([{ id: "soup", seat: 2 }]);
    expect(seats(give(first, "soup", 1))).toEqual([]);
    expect(seats(give(first, "soup", 0))).toEqual([]);
  });

  it("of guests who are not there any more are shared", () => {
    const seating = new Map([
      ["soup", 1],
      ["rice", 3],
    ]);
    expect(seats(forGuests(seating, 2))).toEqual([{ id: "soup", seat: 1 }]);
  });

  it("are paid once all parts that stand for them are", () => {
    const parts = divided([
      { id: "1", amount: 5_000, lines: [{ id: "soup", quantity: 1 }, { id: "cake", quantity: 0.5 }] },
      { id: "2", amount: 0, lines: [] },
      { id: "3", amount: 2_000, lines: [{ id: "cake", quantity: 0.5 }] },
    ]);
    expect(parts.map(({ id }) => id)).toEqual(["1", "3"]);
    const lines = ["soup", "cake", "rice"].map((id) => ({ id, quantity: { value: 1 } }));
    const paid = (...ids: string[]) =>
      [...paidLines(parts.map((part) => (ids.includes(part.id) ? { ...part, left: 0 } : part)), lines)];
    expect(paid()).toEqual([]);
    expect(paid("1")).toEqual(["soup"]);
    expect(paid("1", "3")).toEqual(["soup", "cake"]);
  });
});
