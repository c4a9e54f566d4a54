import { describe, expect, it } from "vitest";
import table from "../../../tests/domain/search_examples.json?raw";
import { pattern, searched } from "../../src/shop/matching";

/** The shop's own search is held to the same table. */
const EXAMPLES = JSON.parse(table) as [title: string, typed: string, found: boolean][];

describe("search (SCN-2)", () => {
  it.each(EXAMPLES)("%s: typing %s → %s", (title, typed, found) => {
    expect(pattern(typed).test(searched(title))).toBe(found);
  });

  it("takes decomposed text for the same", () => {
    expect(pattern("비빔".normalize("NFD")).test(searched("비빔밥"))).toBe(true);
  });

  it("never fails, whatever is typed", () => {
    const odd = [...Array(0x180).keys(), ...Array.from({ length: 0x100 }, (_, place) => 0x3100 + place), 0x1f600];
    for (const code of odd) {
      const typed = String.fromCodePoint(code);
      for (const text of [typed, `가${typed}`, `${typed}가`]) expect(() => pattern(text)).not.toThrow();
      // A doubled consonant is two that were typed, never a letter of a name.
      if (searched(typed) !== "" && !"ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ".includes(typed)) expect(pattern(typed).test(searched(`x${typed}x`))).toBe(true);
    }
  });
});
