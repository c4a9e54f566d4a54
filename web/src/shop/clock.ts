/** The shop's time: a till's own clock may be wrong by hours, minutes on its screens must not be (OFF-8). */

import { createSubscriber } from "svelte/reactivity";

const TICK_MS = 1_000;

export class Clock {
  /** What the shop's clock showed when this page's own, which never jumps, stood at zero. */
  #zero = Date.now() - performance.now();
  readonly #ticking = createSubscriber((tick) => {
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  });

  /** The shop said what time it is, as it does with each sign of life; something unreadable changes nothing. */
  set(serverTime: string): void {
    const at = Date.parse(serverTime);
    if (!Number.isNaN(at)) this.#zero = at - performance.now();
  }

  /** Milliseconds since 1970; whatever shows it is drawn again every second. */
  get now(): number {
    this.#ticking();
    return this.#zero + performance.now();
  }
}
