import { describe, expect, it } from "vitest";
import { boundsOf, businessDay, businessDayOf, localDay } from "../../src/shop/business_day";

const SEOUL = { timeZone: "Asia/Seoul", dayCutoffHour: 4 };

describe("a trading day (NUM-4)", () => {
  it.each([
    ["2026-02-02T03:59:59+09:00", "2026-02-01"],
    ["2026-02-02T04:00:00+09:00", "2026-02-02"],
    ["2026-02-02T23:59:59+09:00", "2026-02-02"],
    ["2026-03-01T00:10:00+09:00", "2026-02-28"],
    ["2026-01-01T00:00:00+09:00", "2025-12-31"],
  ])("of %s is %s, read from the instant or from its text", (iso, day) => {
    expect(businessDay(Date.parse(iso), SEOUL)).toBe(day);
    expect(businessDayOf(iso, SEOUL)).toBe(day);
  });

  it("is the shop's, not that of where the till stands", () => {
    const at = Date.parse("2026-02-01T20:00:00Z");
    expect(businessDay(at, SEOUL)).toBe("2026-02-02");
    expect(businessDay(at, { timeZone: "America/New_York", dayCutoffHour: 4 })).toBe("2026-02-01");
    expect(localDay(at, "Pacific/Kiritimati")).toBe("2026-02-02");
  });

  it("begins and ends at the cut-off", () => {
    expect(boundsOf("2026-02-28", SEOUL)).toEqual({ start: "2026-02-28T04:00:00", end: "2026-03-01T04:00:00" });
    expect(boundsOf("2026-02-28", { dayCutoffHour: 0 })).toEqual({ start: "2026-02-28T00:00:00", end: "2026-03-01T00:00:00" });
  });
});
