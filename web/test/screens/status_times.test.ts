import { expect, test } from "vitest";
import { clockIn, clockOf, span } from "../../src/screens/status/times";

test("spans are minutes and seconds, with hours once there are some, and never below nothing", () => {
  expect(span(61_000)).toBe("1:01");
  expect(span(3_661_999)).toBe("1:01:01");
  expect(span(-5)).toBe("0:00");
});

test("times are told in the shop's zone", () => {
  expect(clockOf("2026-02-01T12:34:56+09:00")).toBe("12:34");
  const noon = Date.parse("2026-02-01T12:00:00+09:00");
  expect(clockIn(noon, "2026-02-01T09:00:00+09:00")).toBe("12:00");
  expect(clockIn(noon, "2026-01-31T20:00:00-07:30")).toBe("19:30");
});
