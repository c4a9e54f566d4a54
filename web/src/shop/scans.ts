/** What the scanner read outside text fields and popups: the screen that is up takes it, then plugins hear of it. */

import type { Till } from "./till.svelte";

type Taker = (barcode: string) => void;

export class Scans {
  readonly #till: Till;
  readonly #takers: Taker[] = [];

  constructor(till: Till) {
    this.#till = till;
  }

  /** Has a screen take scans while it is up; the newest one does. Returns what ends that. */
  use(taker: Taker): () => void {
    this.#takers.push(taker);
    return () => this.#takers.splice(this.#takers.indexOf(taker), 1);
  }

  take(barcode: string): void {
    this.#takers.at(-1)?.(barcode);
    void this.#till.do("barcode.scan.request", { barcode }).catch(() => undefined);
  }
}
