/** Refusals: the shop's own, and those of a connection that is not there (contract, README §6). */

import { isObject, type Json } from "./decode";

/** A request was refused. message: for people, in the page's language where the shop wrote it. */
export class ShopError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly reason = "",
    readonly data: Json = {},
  ) {
    super(message);
    this.name = "ShopError";
  }
}

/** The refusal in the `data` of a reply, or null when it is none. */
export function refusalIn(data: unknown): ShopError | null {
  if (!isObject(data) || data["complete"] === true) return null;
  const error = isObject(data["error"]) ? data["error"] : {};
  const { code, reason } = error;
  const message = data["errorMessage"];
  return new ShopError(
    typeof message === "string" ? message : "",
    typeof code === "string" ? code : "INTERNAL",
    typeof reason === "string" ? reason : "",
    isObject(error["data"]) ? error["data"] : {},
  );
}

/**
 * The `data` of a reply that refuses (H-11), made here where the shop said nothing. A plugin may speak either language
 * and gets both in one; each stands alone in `error.data` for a page, which knows what it speaks.
 */
export function refusal(code: string, ko: string, en: string): Json {
  return { complete: false, errorMessage: `${ko} (${en})`, error: { code, data: { ko, en } } };
}

export const unavailable = () =>
  refusal(
    "HOST_UNAVAILABLE",
    "매장 서버와 연결이 끊어졌습니다. 다시 시도해 주세요.",
    "The connection to the shop was lost; try again",
  );

export const timedOut = () =>
  refusal("TIMEOUT", "제시간에 응답이 없었습니다. 다시 시도해 주세요.", "No answer in time; try again");
