/** Every text of the pages is written twice, Korean first. Each screen keeps its own words in a table (`words.ts`). */

import { COMMON } from "./common";

export type Lang = "ko" | "en";
export type Table = Readonly<Record<string, readonly [ko: string, en: string]>>;
/** What fills `{name}` and the like. */
export type Given = Readonly<Record<string, string | number>>;
type Common = keyof typeof COMMON;

const KEPT = "jumak.lang";

class Language {
  current = $state<Lang>(read());

  set(lang: Lang): void {
    this.current = lang;
    localStorage.setItem(KEPT, lang);
    document.documentElement.lang = lang;
  }

  get other(): Lang {
    return this.current === "ko" ? "en" : "ko";
  }
}

function read(): Lang {
  if (typeof localStorage === "undefined") return "ko";
  const kept = localStorage.getItem(KEPT);
  const lang = kept === "en" || kept === "ko" ? kept : "ko";
  document.documentElement.lang = lang;
  return lang;
}

export const language = new Language();

/** Speaks a screen's own words and the common ones, in the page's language. */
export function words<const Own extends Table>(own: Own): (word: (keyof Own & string) | Common, given?: Given) => string {
  const table: Table = { ...COMMON, ...own };
  return (word, given = {}) => {
    const text = table[word]?.[language.current === "ko" ? 0 : 1] ?? word;
    return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(given[key] ?? whole));
  };
}

/** The common words alone. */
export const t = words({});

/** An amount of won as people write it. */
export function won(amount: number): string {
  return t("amountWon", { n: amount.toLocaleString("ko-KR") });
}
