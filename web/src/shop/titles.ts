/** Titles in English beside the plain one (CAT-8). */

import type { Json } from "../client/decode";

type Titles = { readonly languages: Readonly<Record<string, string>> } | undefined;

const ENGLISH = /^en(-|$)/iu;

export function inEnglish(titles: Titles): string {
  return Object.entries(titles?.languages ?? {}).find(([tag]) => ENGLISH.test(tag))?.[1] ?? "";
}

/** What is sent for an English title: beside those in other languages, which stay; nothing when there is and was none. */
export function titles(english: string, before: Titles): { readonly titleI18n?: Json } {
  const others = Object.entries(before?.languages ?? {}).filter(([tag]) => !ENGLISH.test(tag));
  const typed = english.trim();
  if (typed === "" && before === undefined) return {};
  return { titleI18n: { languages: Object.fromEntries(typed === "" ? others : [...others, ["en", typed]]) } };
}
