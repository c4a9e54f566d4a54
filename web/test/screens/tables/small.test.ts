/** The screen's small rules: minutes, phones, shares, targets, letters. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { figuresOf, minutesSince } from "../../../src/screens/tables/figures";
import { mayTarget } from "../../../src/screens/tables/gesture";
import { LoneKey } from "../../../src/screens/tables/lone_key";
import { maskedPhone } from "../../../src/screens/tables/phone";
import { sharesOf, sumOf } from "../../../src/screens/tables/shares";
import { line, table } from "../../floor";

const NOON = Date.parse("2026-02-02T12:00:00+09:00");

describe("figures of a table", () => {
  it("are whole minutes, never below zero", () => {
    expect(minutesSince("2026-02-02T11:34:31+09:00", NOON)).toBe(25);
    expect(minutesSince("2026-02-02T12:00:05+09:00", NOON)).toBe(0);
    expect(minutesSince(undefined, NOON)).toBeNull();
  });

  it("say when the kitchen is late, on the minute", () => {
    const cooking = table(1, { oldestTicketAt: "2026-02-02T11:40:00+09:00", lateAt: "2026-02-02T12:00:00+09:00" });
    expect(figuresOf(cooking, NOON - 1).late).toBe(false);
    expect(figuresOf(cooking, NOON)).toMatchObject({ late: true, kitchen: "조리 20분 · 늦음" });
    expect(figuresOf(table(1), NOON)).toMatchObject({ guests: "", seated: "", ordered: "", kitchen: "", late: false });
  });

  it("count hours", () => {
    expect(figuresOf(table(1, { seatedAt: "2026-02-02T10:55:00+09:00" }), NOON).sitting).toBe("1시간 5분");
  });
});

describe("a phone number", () => {
  it("shows its last four digits", () => {
    expect(maskedPhone("010-1234-5678")).toBe("010-****-5678");
    expect(maskedPhone("01012345678")).toBe("010-****-5678");
    expect(maskedPhone("1234-5678")).toBe("****-5678");
  });

  it("shows nothing of a short one", () => {
    expect(maskedPhone("112")).toBe("***");
    expect(maskedPhone("")).toBe("");
  });
});

describe("a split", () => {
  const lines = [line("a", 2, 18_000), line("b", 1, 5_000)];

  it("takes the chosen units", () => {
    const taken = new Map([["a", 1]]);
    expect(sharesOf(lines, taken)).toEqual([{ id: "a", quantity: 1 }]);
    expect(sumOf(lines, taken)).toBe(9_000);
  });

  it("takes neither nothing nor everything, and no more than there is", () => {
    expect(sharesOf(lines, new Map())).toBeNull();
    expect(sharesOf(lines, new Map([["a", 2], ["b", 1]]))).toBeNull();
    expect(sharesOf(lines, new Map([["a", 9]]))).toEqual([{ id: "a", quantity: 2 }]);
  });
});

describe("a target", () => {
  const [here, busy, free] = [table(1, { status: "occupied" }), table(2, { status: "bill" }), table(3)];

  it("is another table", () => {
    for (const kind of ["move", "merge", "swap"] as const) expect(mayTarget({ kind, from: here }, here)).toBe(false);
    expect(mayTarget({ kind: "move", from: here }, busy)).toBe(true);
    expect(mayTarget({ kind: "move", from: here }, free)).toBe(true);
  });

  it("has guests to join or swap with, and none to seat others", () => {
    expect(mayTarget({ kind: "merge", from: here }, free)).toBe(false);
    expect(mayTarget({ kind: "swap", from: here }, busy)).toBe(true);
    expect(mayTarget({ kind: "seat-party", id: "p", who: "" }, busy)).toBe(false);
    expect(mayTarget({ kind: "seat-party", id: "p", who: "" }, free)).toBe(true);
  });
});

describe("a letter", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("of a person does something", () => {
    const act = vi.fn();
    new LoneKey().press(1_000, act);
    vi.advanceTimersByTime(200);
    expect(act).toHaveBeenCalledOnce();
  });

  it("within a scanned code does nothing, wherever it stands", () => {
    const act = vi.fn();
    const keys = new LoneKey();
    for (const [at, does] of [[1_000, act], [1_010, null], [1_020, act], [1_030, act]] as const) keys.press(at, does);
    vi.advanceTimersByTime(200);
    expect(act).not.toHaveBeenCalled();
  });
});
