import { describe, expect, it } from "vitest";
import { type Attempt, decodeAttempt } from "../../src/client/shapes";
import { language } from "../../src/kit/words.svelte";
import { outcomeOf, saidBy } from "../../src/screens/payment/outcome";

function attempt(more: Readonly<Record<string, unknown>>): Attempt {
  const plain = { id: "a1", orderId: "o1", tender: "CARD", amount: 10_000, state: "SENT" };
  const terminal = more["tender"] === "METHOD" ? {} : { terminal: { id: "t1", name: "카운터" } };
  return decodeAttempt({ attempt: { ...plain, ...terminal, ...more } }).attempt;
}

describe("what staff are told of a card attempt (§3.3, NET-6)", () => {
  it.each([
    [{}, "insertCard", "", true],
    [{ state: "APPROVED" }, "paid", "good", false],
    [{ state: "DECLINED", error: { reason: "DECLINED", message: "한도 초과" } }, "declined", "bad", false],
    [{ state: "DECLINED", error: { reason: "TERMINAL_AWAY" } }, "terminalAway", "bad", false],
    [{ state: "UNKNOWN" }, "findingOut", "warn", true],
    [{ state: "UNKNOWN", takingBack: true }, "takingBack", "warn", true],
    [{ state: "UNKNOWN", gaveUp: true }, "takingBack", "warn", true],
    [{ state: "NEEDS_MANUAL" }, "needsPerson", "warn", false],
    [{ state: "CANCELED" }, "cardCancelled", "bad", false],
    [{ state: "NET_CANCELLED" }, "cardCancelled", "bad", false],
    [{ state: "NOT_FOUND" }, "declined", "bad", false],
  ])("%j is %s", (more, title, tone, goesOn) => {
    expect(outcomeOf(attempt(more))).toMatchObject({ title, tone, goesOn });
  });

  it("says nothing was taken only where that is certain", () => {
    const hint = (state: string) => outcomeOf(attempt({ state })).hint;
    expect(["CANCELED", "NOT_FOUND"].map(hint)).toEqual(["nothingTaken", "nothingTaken"]);
    expect(["UNKNOWN", "NEEDS_MANUAL", "NET_CANCELLED"].map(hint)).not.toContain("nothingTaken");
  });

  it("gives the reason of a refusal, and none while the end is open", () => {
    const error = { reason: "DECLINED", message: "한도 초과" };
    expect(saidBy(attempt({ state: "DECLINED", error }))).toBe("한도 초과");
    expect(saidBy(attempt({ state: "UNKNOWN", error }))).toBe("");
    const coded = (declineCode: string) => saidBy(attempt({ state: "DECLINED", error: { message: "한도 초과", declineCode } }));
    language.current = "en";
    const barcode = { presentedBy: "GUEST" };
    const ofCode = (declineCode: string) => saidBy(attempt({ state: "DECLINED", barcode, error: { message: "", declineCode } }));
    expect([coded("54"), ofCode("54")]).toEqual(["The card has expired", "This code has expired. The guest opens a new one in the app"]);
    expect([coded("61"), coded("77")]).toEqual(["It is over the card's limit", "한도 초과"]);
    language.current = "ko";
    expect([coded("61"), coded("77")]).toEqual(["한도를 초과했습니다", "한도 초과"]);
    expect(saidBy(attempt({ state: "DECLINED", error: { reason: "TERMINAL_AWAY", message: "x" } }))).toBe("");
  });
});

describe("what staff are told of a wallet's attempt (PAY-9)", () => {
  const guest = { tender: "BARCODE", barcode: { presentedBy: "GUEST" } };
  const shop = { tender: "BARCODE", barcode: { presentedBy: "SHOP" } };

  it.each([
    [guest, "codeSent", true],
    [shop, "codeComing", true],
    [{ ...shop, barcode: { presentedBy: "SHOP", text: "pay:1" } }, "scanThis", true],
    [{ ...shop, state: "UNKNOWN" }, "findingOut", true],
    [{ ...guest, state: "UNKNOWN", takingBack: true }, "takingBack", true],
    [{ ...guest, state: "CANCELED" }, "codeCancelled", false],
    [{ ...shop, state: "NET_CANCELLED" }, "codeCancelled", false],
    [{ ...shop, state: "NOT_FOUND" }, "declined", false],
    [{ ...guest, state: "APPROVED" }, "paid", false],
  ])("%j is %s", (more, title, goesOn) => {
    expect(outcomeOf(attempt(more))).toMatchObject({ title, goesOn });
  });

  it("speaks of no card", () => {
    const hints = ["CANCELED", "NOT_FOUND", "NET_CANCELLED"].map((state) => outcomeOf(attempt({ ...guest, state })).hint);
    expect(hints).toEqual(["nothingTakenByCode", "nothingTakenByCode", "tookBackByCode"]);
  });
});

describe("what staff are told of a plugin's attempt", () => {
  it.each([
    [{ state: "SENT" }, "waitingFor"],
    [{ state: "SENT", hint: "STILL_WAITING" }, "waitingFor"],
    [{ state: "UNKNOWN", gaveUp: true }, "unknownResult"],
    [{ state: "CANCELED" }, "givenUp"],
    [{ state: "DECLINED" }, "declined"],
  ])("%j is %s", (more, title) => {
    expect(outcomeOf(attempt({ tender: "METHOD", ...more })).title).toBe(title);
  });
});
