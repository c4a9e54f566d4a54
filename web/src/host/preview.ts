/** A short, safe text of a message for the trace: what it held, without what must not be kept (H-75). */

import { isObject } from "../client/decode";

const LONGEST = 400;
const HIDDEN = "••••";
const SECRET_KEY = /pass|secret|token|auth|cookie|pin$|api-?key|card-?no|cardnumber|identi|phone|payload|body/i;
const LONG_DIGITS = /\d(?:[ -]?\d){12,18}/g;
/** Messages whose values belong to the plugin's users: only the keys are shown. */
const VALUES_HIDDEN = /^(secure-store|storage|setting)\./;

/** At most 400 characters of the JSON of `data`, secrets replaced by dots. */
export function preview(name: string, data: unknown): string {
  const out: string[] = [];
  let left = LONGEST;
  const put = (piece: string): boolean => {
    out.push(piece.slice(0, left));
    left -= piece.length;
    return left > 0;
  };
  const walk = (value: unknown, hide: boolean): boolean => {
    if (Array.isArray(value)) {
      // A header: its name tells whether its value is a secret.
      const [head] = value as readonly unknown[];
      const secret = hide || (value.length === 2 && typeof head === "string" && SECRET_KEY.test(head));
      return put("[") && value.every((one, index) => (index === 0 || put(",")) && walk(one, secret)) && put("]");
    }
    if (isObject(value)) {
      const entries = Object.entries(value).filter(([, one]) => one !== undefined);
      return (
        put("{") &&
        entries.every(
          ([key, one], index) =>
            (index === 0 || put(",")) && put(`${JSON.stringify(key)}:`) && walk(one, hide || SECRET_KEY.test(key)),
        ) &&
        put("}")
      );
    }
    return put(scalar(value, hide));
  };
  const hideAll = VALUES_HIDDEN.test(name);
  if (!walk(data, false) && left < 0) out.push("…");
  return hideAll ? keysOnly(data) : out.join("");
}

function scalar(value: unknown, hide: boolean): string {
  if (value === null || value === undefined || typeof value === "boolean") return String(value ?? null);
  if (hide) return HIDDEN;
  if (typeof value === "string") return JSON.stringify(value.slice(0, LONGEST).replace(LONG_DIGITS, HIDDEN));
  if (typeof value === "number") return String(value).replace(LONG_DIGITS, HIDDEN);
  return typeof value;
}

function keysOnly(data: unknown): string {
  if (!isObject(data)) return typeof data;
  const { key } = data;
  return typeof key === "string" ? `{"key":${JSON.stringify(key.slice(0, 100))}}` : `{${Object.keys(data).slice(0, 20).join(",")}}`;
}
