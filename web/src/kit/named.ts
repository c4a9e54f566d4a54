import { language } from "./words.svelte";

interface Titled {
  readonly title: string;
  readonly titleI18n?: { readonly languages: Readonly<Record<string, string>> } | undefined;
}

/** What a thing of the menu is called in the page's language; the plain title where it has no other (CAT-8). */
export function named({ title, titleI18n }: Titled): string {
  if (titleI18n === undefined) return title;
  const said = Object.entries(titleI18n.languages).find(([tag]) => tag.toLowerCase().split("-")[0] === language.current);
  return said === undefined || said[1] === "" ? title : said[1];
}
