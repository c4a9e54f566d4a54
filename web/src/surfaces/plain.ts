/** Text of what plugins hand over in any shape: plain text, never markup (H-74). */

import { isObject } from "../client/decode";

const LONGEST = 2_000;

/** One text: itself, or the first of these keys that holds one, else its JSON. */
export function plainText(value: unknown, keys: readonly string[] = ["message", "title", "description", "text"]): string {
  if (typeof value === "string") return value.slice(0, LONGEST);
  if (isObject(value))
    for (const key of keys) {
      const found = value[key];
      if (typeof found === "string" && found !== "") return found.slice(0, LONGEST);
    }
  return value === undefined || value === null ? "" : JSON.stringify(value).slice(0, LONGEST);
}

/** What an alert says: a heading, where it has one, and the text under it. */
export function alertText(alert: unknown): { readonly heading: string; readonly body: string } {
  if (!isObject(alert)) return { heading: "", body: plainText(alert) };
  const body = plainText({ ...alert, title: undefined }, ["message", "description"]);
  const { title } = alert;
  if (typeof title !== "string" || title === "") return { heading: "", body };
  const hasBody = typeof alert["message"] === "string" || typeof alert["description"] === "string";
  return { heading: title.slice(0, LONGEST), body: hasBody ? body : "" };
}

/** A scanned or typed code without control characters. */
export function cleanCode(code: string): string {
  // Scanners send separators and prefixes as control characters.
  return code.replace(/[\u0000-\u001f\u007f]/g, "").trim();
}
