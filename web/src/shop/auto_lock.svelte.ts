/** Locks the till when nobody has touched it for a while (SEC-1). The owner's own till has nobody to lock out. */

import type { Till } from "./till.svelte";

const KEPT = "jumak.autoLockMinutes";
const USUAL_MIN = 5;
const LOOK_EVERY_MS = 5_000;

export class AutoLock {
  /** Minutes without a touch; 0: never. This device's own choice. */
  minutes = $state(read());
  readonly #till: Till;
  #touched = Date.now();

  constructor(till: Till) {
    this.#till = till;
  }

  choose(minutes: number): void {
    this.minutes = minutes;
    localStorage.setItem(KEPT, String(minutes));
  }

  /** Somebody is there. */
  touch(): void {
    this.#touched = Date.now();
  }

  /** Begins to look at the clock. Returns what ends that. */
  watch(): () => void {
    const timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }

  #look(): void {
    if (this.minutes === 0 || this.#till.person === null) return;
    if (Date.now() - this.#touched >= this.minutes * 60_000) void this.#till.signOut().catch(() => undefined);
  }
}

function read(): number {
  const kept = Number(localStorage.getItem(KEPT) ?? USUAL_MIN);
  return Number.isInteger(kept) && kept >= 0 ? kept : USUAL_MIN;
}
