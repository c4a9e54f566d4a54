import { describe, expect, it } from "vitest";
import { tenderKeys, tenderOf } from "../../src/screens/payment/tender";

describe("quick tender keys (CSH-3)", () => {
  it.each([
    [20_707, [21_000, 25_000, 30_000, 50_000]],
    [4_500, [5_000, 10_000, 50_000]],
    [20_000, [50_000]],
    [50_000, []],
    [999_900, [1_000_000]],
    [1, [1_000, 5_000, 10_000, 50_000]],
  ])("of %i are %j", (due, keys) => {
    expect(tenderKeys(due)).toEqual(keys);
  });
});

describe("digits on the pad (CSH-1)", () => {
  it.each([
    ["", 20_707, { amount: 20_707, tendered: 20_707, change: 0, left: 0 }],
    ["25000", 20_707, { amount: 20_707, tendered: 25_000, change: 4_293, left: 0 }],
    ["5000", 20_707, { amount: 5_000, tendered: 5_000, change: 0, left: 15_707 }],
    ["0", 20_707, { amount: 0, tendered: 0, change: 0, left: 20_707 }],
  ])("%j of %i", (typed, due, tender) => {
    expect(tenderOf(typed, due)).toEqual(tender);
  });
});
