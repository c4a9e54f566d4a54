/** When the shop was heard last, and how far its journal is (OFF-8); its time is `clock.ts`'s. */

import type { Sign } from "../client/wire";

/** Staff trust what is on screen no longer than this. */
export const SILENT_MS = 3_000;

type Heard = (sign: Sign) => void;

export class Contact {
  /** This page's clock when the shop was heard last; null before the first time. */
  at = $state<number | null>(null);
  readonly #heard = new Set<Heard>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  heard(sign: Sign): void {
    this.at = this.#now();
    for (const heard of this.#heard) heard(sign);
  }

  /** Calls back with each sign of life. Returns what ends that. */
  on(heard: Heard): () => void {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }

  /** How long the shop has been silent at this page's time `now`; Infinity before it was heard. */
  silentMs(now: number): number {
    return this.at === null ? Infinity : Math.max(0, now - this.at);
  }
}
