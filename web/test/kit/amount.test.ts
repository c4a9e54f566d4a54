import { expect, test } from "vitest";
import { wonOf } from "../../src/kit/amount";

test.each([
  ["11500", 11_500],
  ["11,500", 11_500],
  ["1,234,567", 1_234_567],
  [" ₩ 11,500 ", 11_500],
  ["11,500원", 11_500],
  ["１１，５００", 11_500],
  ["-500", -500],
  ["0", 0],
  ["-0", 0],
  ["999,999,999", 999_999_999],
])("%s is money", (typed, won) => {
  expect(wonOf(typed)).toBe(won);
});

test.each(["", " ", "일만", "11,50", "1,1500", "11.5", "1e3", "1,000,000,000", "5 만", "--5", ","])("%s is none", (typed) => {
  expect(wonOf(typed)).toBeUndefined();
});
