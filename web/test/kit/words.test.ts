import { expect, test } from "vitest";
import { isNode, type Node, said, type Source, sources, walk } from "./source";

/** Whole syllables: single consonants are what people type to search. */
const HANGUL = /[가-힣]/u;
const LETTER = /\p{L}/u;
/** A word, as against a unit or an abbreviation that is written alike in both languages. */
const WORD = /\p{L}{3,}/u;
const PLACEHOLDER = /\{\w*\}/gu;
/** Keys and addresses are written alike in every language. */
const SAME = /^\(F\d+\)$|^https?:\S+$|^ms$/u;
/** What languages, formats and commands call themselves is the same whatever the page speaks. */
const OWN_NAMES = new Set(["English", "한국어", "CSV", "jumak link"]);
/** Attributes of elements and components whose text is read or heard. */
const SPOKEN = new Set([
  "alt", "aria-description", "aria-label", "aria-placeholder", "aria-roledescription", "aria-valuetext",
  "hint", "label", "placeholder", "title",
]);

interface Pair {
  readonly where: string;
  readonly ko: string;
  readonly en: string;
}

const all = sources();

/** A text in both languages: an entry of a table of words, or the two sentences of a refusal. */
function pairOf(node: Node): readonly [Node, Node] | null {
  const parts: unknown =
    node.type === "ArrayExpression"
      ? node["elements"]
      : node.type === "CallExpression" && isNode(node["callee"]) && node["callee"]["name"] === "refusal"
        ? (node["arguments"] as unknown[]).slice(1, 3)
        : null;
  if (!Array.isArray(parts) || parts.length !== 2) return null;
  const [ko, en]: readonly unknown[] = parts;
  return isNode(ko) && isNode(en) && said(ko) !== null && said(en) !== null ? [ko, en] : null;
}

function scripts({ tree }: Source): readonly Node[] {
  return [tree["instance"], tree["module"], tree["fragment"]].filter(isNode);
}

/** Every entry of a table of words, and what is written like one elsewhere; refusals too. */
function tables(): readonly Pair[] {
  return all.flatMap((source) =>
    scripts(source).flatMap((script) =>
      [...walk(script)].flatMap((node) => {
        const value = node.type === "Property" ? node["value"] : node;
        if (!isNode(value)) return [];
        if (node.type !== "Property" && node.type !== "CallExpression") return [];
        const pair = pairOf(value);
        if (pair === null) return [];
        const [ko, en] = pair.map(said);
        const spoken = source.path.endsWith("words.ts") || HANGUL.test(`${ko ?? ""}${en ?? ""}`);
        if (!spoken) return [];
        return [{ where: `${source.path}: ${ko ?? ""}`, ko: ko ?? "", en: en ?? "" }];
      }),
    ),
  );
}

const placeholders = (text: string) => [...new Set(text.match(PLACEHOLDER) ?? [])].sort();
const bare = (text: string) => text.replace(PLACEHOLDER, "");

test("every text has both languages, each in its own letters, with the same gaps to fill", () => {
  const pairs = tables();
  const files = new Set(pairs.map(({ where }) => where.split(":")[0]));
  const wordFiles = all.map(({ path }) => path).filter((path) => path.endsWith("words.ts"));
  expect(wordFiles.length).toBeGreaterThan(10);
  expect(wordFiles.filter((path) => !files.has(path))).toEqual([]);
  expect(pairs.length).toBeGreaterThan(500);
  const wrong = pairs.filter(({ ko, en }) => {
    if (OWN_NAMES.has(ko) && OWN_NAMES.has(en)) return false;
    if (ko.trim() === "" || en.trim() === "" || HANGUL.test(en)) return true;
    if (placeholders(ko).join() !== placeholders(en).join()) return true;
    return WORD.test(bare(en)) && !HANGUL.test(ko);
  });
  expect(wrong).toEqual([]);
});

test("an entry of a table of words is a text in two languages", () => {
  const broken = all
    .filter(({ path }) => path.endsWith("words.ts"))
    .flatMap((source) =>
      scripts(source)
        .flatMap((script) => [...walk(script)])
        .filter(({ type, value }) => type === "Property" && isNode(value) && pairOf(value) === null)
        .map(({ key }) => `${source.path}: ${JSON.stringify(isNode(key) ? (key["name"] ?? key["value"]) : key)}`),
    );
  expect(broken).toEqual([]);
});

test("Korean stands nowhere but beside its English", () => {
  const loose = all.flatMap((source) =>
    scripts(source)
      .flatMap((script) => [...walk(script, (node) => pairOf(node) !== null)])
      .map((node) => (node.type === "Text" ? String(node["data"]) : said(node)))
      .filter((text) => text !== null && HANGUL.test(text) && !OWN_NAMES.has(text.trim()))
      .map((text) => `${source.path}: ${text ?? ""}`),
  );
  expect(loose).toEqual([]);
});

/** What an expression comes to, where that stands written in it. */
function results(node: unknown): readonly string[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case "ConditionalExpression":
      return [...results(node["consequent"]), ...results(node["alternate"])];
    case "LogicalExpression":
    case "BinaryExpression":
      return [...results(node["left"]), ...results(node["right"])];
    default: {
      const text = said(node);
      return text === null ? [] : [text];
    }
  }
}

/** The pieces of a template that people read: text, what braces hold, and what attributes say. */
function shown(node: Node): readonly string[] {
  const of = (value: unknown): readonly string[] =>
    (Array.isArray(value) ? value : [value]).filter(isNode).flatMap((part) =>
      part.type === "Text" ? [String(part["data"])] : part.type === "ExpressionTag" ? results(part["expression"]) : [],
    );
  if (node.type === "Fragment") return of(node["nodes"]);
  return node.type === "Attribute" && SPOKEN.has(String(node["name"])) ? of(node["value"]) : [];
}

test("templates hold no text of their own: all of it comes out of the tables of words", () => {
  const literal = all.flatMap(({ path, tree }) =>
    [tree["fragment"]]
      .filter(isNode)
      .flatMap((fragment) => [...walk(fragment)])
      .flatMap(shown)
      .map((text) => text.trim())
      .filter((text) => LETTER.test(bare(text)) && !OWN_NAMES.has(text) && !SAME.test(bare(text).trim()))
      .map((text) => `${path}: ${text}`),
  );
  expect(literal).toEqual([]);
});
