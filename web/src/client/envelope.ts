/** The envelope of every message (contract, wire §1). */

import { isObject, parse } from "./decode";

/** seq: of a push of a store event.  replayed: a payment push a reloading page missed (H-37). */
export interface Envelope {
  readonly name: string;
  readonly version: number;
  readonly callbackId?: string;
  readonly seq?: number;
  readonly replayed?: true;
  readonly data: unknown;
}

/** The envelope in a text frame of the shop, or null when it is none. */
export function readFrame(frame: string): Envelope | null {
  const value = parse(frame);
  if (!isObject(value) || typeof value["name"] !== "string") return null;
  const { name, version, callbackId, seq, data } = value;
  return {
    name,
    version: typeof version === "number" ? version : 1,
    ...(typeof callbackId === "string" ? { callbackId } : {}),
    ...(typeof seq === "number" ? { seq } : {}),
    data: data ?? {},
  };
}

/** `x.response` for `x.request`, by convention only. */
export function replyName(name: string): string {
  return `${name.replace(/\.request$/, "")}.response`;
}
