/** What the scanner read outside text fields and popups: the screen that is up takes it, then plugins hear of it. */

import { attempt, fields, text } from "../client/decode";
import type { Till } from "./till.svelte";

type Taker = (barcode: string) => void;

const decodeScan = fields({ barcode: text });

export class Scans {
  readonly #till: Till;
  readonly #takers: Taker[] = [];

  /** otherwise: takes what a plugin scanned for this till while no screen of ours that takes scans is up. */
  constructor(till: Till, otherwise: Taker) {
    this.#till = till;
    // The shop has told the other plugins already (contract, ui §4).
    till.on("barcode.event", (data) => {
      const scan = attempt(decodeScan, data);
      if (scan !== null) (this.#takers.at(-1) ?? otherwise)(scan.barcode);
    });
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
