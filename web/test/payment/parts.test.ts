import { describe, expect, it } from "vitest";
import { afterPaying, currentPart, divided, fitted } from "../../src/shop/parts";

const three = divided([3_334, 3_333, 3_333].map((amount, at) => ({ id: String(at + 1), amount, lines: [] })));
const left = (parts: typeof three) => parts.map((part) => part.left);

describe("parts of a bill (SPL-1 … SPL-4)", () => {
  it("are paid in their order, or in any other", () => {
    expect(currentPart(three, null)?.id).toBe("1");
    expect(currentPart(three, "3")?.id).toBe("3");
    const after = afterPaying(three, "3", 3_333);
    expect(left(after)).toEqual([3_334, 3_333, 0]);
    expect(currentPart(after, "3")?.id).toBe("1");
  });

  it("are paid in pieces", () => {
    expect(left(afterPaying(three, "1", 1_000))).toEqual([2_334, 3_333, 3_333]);
  });

  it("grow with the order: the last open part takes what was added", () => {
    const after = afterPaying(three, "3", 3_333);
    expect(left(fitted(after, 10_000))).toEqual([3_334, 6_666, 0]);
    expect(fitted(after, 6_667)).toBe(after);
  });

  it("are made anew when the order owes less, and gone when it owes nothing", () => {
    expect(fitted(three, 9_999)).toEqual([]);
    expect(fitted(three, 0)).toEqual([]);
    expect(fitted([], 5_000)).toEqual([]);
  });

  it("a single part divides nothing", () => {
    expect(divided([{ id: "1", amount: 5_000, lines: [] }])).toEqual([]);
  });
});
