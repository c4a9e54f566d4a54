/**
 * A barcode scanner that types: many keys in a row, faster than anybody, then Enter. Keys that come
 * slower are a person's and are left alone.
 */

import { cleanCode } from "./plain";

const FASTEST_PERSON_MS = 50;
/** A PIN typed quickly is no scan (SCN-1). */
const SHORTEST_CODE = 6;

export class Scanner {
  #code = "";
  #last = 0;

  /** Takes a key; returns the code when it was the Enter after one. */
  key(key: string, at: number): string | null {
    const quick = at - this.#last <= FASTEST_PERSON_MS;
    this.#last = at;
    if (key === "Enter") {
      const code = quick ? cleanCode(this.#code) : "";
      this.#code = "";
      return code.length >= SHORTEST_CODE ? code : null;
    }
    if (key.length === 1) this.#code = quick ? this.#code + key : key;
    // Scanners hold Shift for capitals; whoever rubs out or moves about is a person.
    else if (key !== "Shift") this.#code = "";
    return null;
  }
}

/** Whether keys typed there are text of that field. */
export function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
