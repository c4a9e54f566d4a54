/**
 * Whether a name is what somebody types, letter by letter: ㅂㅂㅂ finds 비빔밥, and so does every step of typing it.
 * The shop searches by the same rule (`src/jumak/domain/catalog/search.py`); both are held to `search_examples.json`.
 */

const FIRST = 0xac00;
const LAST = 0xd7a3;
const FINALS = 28;
const PER_INITIAL = 588;
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINAL_LETTERS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
/** Two consonants typed in a row that keyboards draw as one letter. */
const DOUBLED: ReadonlyMap<string, string> = new Map([
  ["ㄳ", "ㄱㅅ"],
  ["ㄵ", "ㄴㅈ"],
  ["ㄶ", "ㄴㅎ"],
  ["ㄺ", "ㄹㄱ"],
  ["ㄻ", "ㄹㅁ"],
  ["ㄼ", "ㄹㅂ"],
  ["ㄽ", "ㄹㅅ"],
  ["ㄾ", "ㄹㅌ"],
  ["ㄿ", "ㄹㅍ"],
  ["ㅀ", "ㄹㅎ"],
  ["ㅄ", "ㅂㅅ"],
]);

/** A text as it is compared: composed, without letter case and blanks. */
export function searched(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/\s+/gu, "");
}

/** What matches inside a `searched` name; an empty text matches everything. */
export function pattern(text: string): RegExp {
  const letters = Array.from(searched(text)).flatMap((letter) => Array.from(DOUBLED.get(letter) ?? letter));
  const last = letters.pop();
  const typed = letters.map((letter) => (INITIALS.includes(letter) ? ofInitial(letter) : literal(letter)));
  return new RegExp(typed.join("") + (last === undefined ? "" : beingTyped(last)), "u");
}

function ofInitial(letter: string): string {
  const first = FIRST + INITIALS.indexOf(letter) * PER_INITIAL;
  return `[${letter}${String.fromCharCode(first)}-${String.fromCharCode(first + PER_INITIAL - 1)}]`;
}

/** The letter the cursor stands behind: its syllable may go on, or hand its final to the next one. */
function beingTyped(letter: string): string {
  if (INITIALS.includes(letter)) return ofInitial(letter);
  const code = letter.charCodeAt(0);
  if (code < FIRST || code > LAST) return literal(letter);
  const final = (code - FIRST) % FINALS;
  const open = code - final;
  if (final === 0) return `[${letter}-${String.fromCharCode(open + FINALS - 1)}]`;
  const typed = FINAL_LETTERS.charAt(final);
  const parts = DOUBLED.get(typed) ?? typed;
  // 칮 on the way to 치즈, 닭 on the way to 달걀; 달 on the way to 닭.
  const before = String.fromCharCode(open + (parts.length > 1 ? FINAL_LETTERS.indexOf(parts.charAt(0)) : 0));
  const fuller = [...DOUBLED].filter(([, [first]]) => first === typed);
  const fullers = fuller.map(([double]) => String.fromCharCode(open + FINAL_LETTERS.indexOf(double))).join("");
  return `(?:[${letter}${fullers}]|${before}${ofInitial(parts.slice(-1))})`;
}

function literal(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
}
