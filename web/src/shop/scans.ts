/** What the scanner read outside text fields and popups: the screen that is up takes it, then plugins hear of it. */

import { attempt, fields, text } from "../client/decode";
import type { Till } from "./till.svelte";

/** isTyped: key by key, by a scanner of this till. */
type Taker = (barcode: string, isTyped: boolean) => void;

/** Who takes scans. isAll: whatever is scanned meanwhile may be a guest's code, of which no plugin hears (PAY-9). */
interface Use {
  readonly taker: Taker;
  readonly isAll: boolean;
}

const decodeScan = fields({ barcode: text });

export class Scans {
  readonly #till: Till;
  readonly #isSecret: (barcode: string) => boolean;
  readonly #uses: Use[] = [];

  /**
   * otherwise: takes what a plugin scanned for this till while no screen of ours that takes scans is up.
   * isSecret: a guest's code, of which no plugin hears (PAY-9).
   */
  constructor(till: Till, otherwise: Taker, isSecret: (barcode: string) => boolean) {
    this.#till = till;
    this.#isSecret = isSecret;
    // The shop has told the other plugins already (contract, ui §4).
    till.on("barcode.event", (data) => {
      const scan = attempt(decodeScan, data);
      if (scan !== null) (this.#uses.at(-1)?.taker ?? otherwise)(scan.barcode, false);
    });
  }

  /** Has a screen take scans while it is up; the newest one does. isAll: see `Use`. Returns what ends that. */
  use(taker: Taker, isAll = false): () => void {
    const use = { taker, isAll };
    this.#uses.push(use);
    return () => this.#uses.splice(this.#uses.indexOf(use), 1);
  }

  take(barcode: string): void {
    const use = this.#uses.at(-1);
    use?.taker(barcode, true);
    if (use?.isAll === true || this.#isSecret(barcode)) return;
    void this.#till.do("barcode.scan.request", { barcode }).catch(() => undefined);
  }
}
