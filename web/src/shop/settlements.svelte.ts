/** A trading day's cards by our books and by each terminal, which is asked for them now (rulebook SET-1). */

import { decodeSettlement, type Settlement } from "../client/reconcile";
import type { Till } from "./till.svelte";

export class Settlements {
  /** Of the day asked for last; null until it came. */
  now = $state.raw<Settlement | null>(null);
  /** Terminals are being asked, which takes up to twenty seconds for one that does not answer. */
  busy = $state(false);
  readonly #till: Till;
  #asked = 0;

  constructor(till: Till) {
    this.#till = till;
  }

  /** day: `YYYY-MM-DD`. A figure of another day leaves the screen at once. Raises ShopError. */
  async read(day: string): Promise<void> {
    const turn = (this.#asked += 1);
    if (this.now?.businessDate !== day) this.now = null;
    this.busy = true;
    try {
      const { settlement } = await this.#till.ask("settlement.get.request", { businessDate: day }, decodeSettlement);
      if (turn === this.#asked) this.now = settlement;
    } finally {
      if (turn === this.#asked) this.busy = false;
    }
  }
}
