/** What went to and from one hosted plugin: a ring of 5,000 lines, and calls per method (H-72, H-73). */

import { RATE_LIMITED } from "../client/messages.generated";
import { refusalIn } from "../client/errors";
import type { Budget } from "../client/shapes";
import type { ContextKind } from "./context";
import { preview } from "./preview";

const RING = 5_000;
const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;

/** The SDK's own limits per method (contract, README §7). */
export const PER_MINUTE = 100;
export const PER_HALF_HOUR = 200;

/** in: from the plugin.  ms: until the reply came.  ok: of a reply. */
export interface TraceLine {
  readonly seq: number;
  readonly at: number;
  readonly way: "in" | "out";
  readonly what: "request" | "reply" | "push" | "ask" | "answer" | "note" | "host";
  readonly context: ContextKind | "";
  readonly name: string;
  readonly text: string;
  readonly ms?: number;
  readonly ok?: boolean;
}

export class Trace {
  readonly #now: () => number;
  readonly #heard = new Set<() => void>();
  readonly #calls = new Map<string, number[]>();
  #lines: TraceLine[] = [];
  #seq = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get lines(): readonly TraceLine[] {
    return this.#lines.length > RING ? this.#lines.slice(-RING) : this.#lines;
  }

  /** Calls `heard` after each line; returns how to stop that. */
  listen(heard: () => void): () => void {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }

  request(context: ContextKind, name: string, data: unknown): void {
    this.#write("in", "request", context, name, preview(name, data));
    if (RATE_LIMITED.has(name)) this.#count(name);
  }

  reply(context: ContextKind, name: string, data: unknown, ms: number): void {
    const refused = refusalIn(data);
    const text = refused === null ? preview(name, data) : `${refused.code} ${refused.reason} ${refused.message}`;
    this.#write("out", "reply", context, name, text, { ms, ok: refused === null });
  }

  message(way: "in" | "out", what: "push" | "ask" | "answer" | "note", context: ContextKind, name: string, data: unknown): void {
    this.#write(way, what, context, name, preview(name, data));
  }

  /** A line of the host itself: a start, a crash, dropped messages. */
  host(text: string, ok = true): void {
    this.#write("out", "host", "", "", text, { ok });
  }

  /** Calls per rate-limited method, the busiest first. */
  budget(): readonly Budget[] {
    const now = this.#now();
    return [...this.#calls]
      .map(([method, calls]) => ({
        method,
        used60s: calls.filter((at) => at > now - MINUTE_MS).length,
        used30min: calls.filter((at) => at > now - HALF_HOUR_MS).length,
      }))
      .filter(({ used30min }) => used30min > 0)
      .sort((one, other) => share(other) - share(one));
  }

  #count(name: string): void {
    const now = this.#now();
    const calls = this.#calls.get(name) ?? [];
    calls.push(now);
    this.#calls.set(name, calls.length > 2_000 ? calls.slice(-1_000) : calls.filter((at) => at > now - HALF_HOUR_MS));
  }

  #write(
    way: TraceLine["way"],
    what: TraceLine["what"],
    context: TraceLine["context"],
    name: string,
    text: string,
    more: { readonly ms?: number; readonly ok?: boolean } = {},
  ): void {
    this.#seq += 1;
    this.#lines.push({ seq: this.#seq, at: this.#now(), way, what, context, name, text, ...more });
    if (this.#lines.length >= 2 * RING) this.#lines = this.#lines.slice(-RING);
    for (const heard of this.#heard) heard();
  }
}

/** How much of its budget a method has used, 1 = all of it in either window. */
export function share({ used60s, used30min }: Budget): number {
  return Math.max(used60s / PER_MINUTE, used30min / PER_HALF_HOUR);
}
