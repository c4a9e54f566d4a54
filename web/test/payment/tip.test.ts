import { describe, expect, it } from "vitest";
import { needsWithholding, tipKeys } from "../../src/screens/payment/tip";

describe("tips (PAY-2, VAT-4)", () => {
  it("are offered as round sums of what is paid now", () => {
    expect(tipKeys(29_700).map(({ percent, tip }) => [percent, tip])).toEqual([
      [5, 1_500],
      [10, 3_000],
      [15, 4_500],
      [20, 5_900],
    ]);
    expect(tipKeys(700).map(({ tip }) => tip)).toEqual([100, 100, 100]);
    expect(tipKeys(0)).toEqual([]);
  });

  it("above 20 % of the supply value are warned of", () => {
    expect([18_181, 18_182].map((tip) => needsWithholding(tip, 90_909))).toEqual([false, true]);
    expect(needsWithholding(0, 0)).toBe(false);
  });
});
