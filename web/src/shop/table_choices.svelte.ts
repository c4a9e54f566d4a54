/** The tables an order can be for, as a short list; the floor plan is the table screen's. */

import { attempt } from "../client/decode";
import { decodeTableChange, decodeTableChoices, type TableChoice } from "../client/cart";
import type { Till } from "./till.svelte";

export class TableChoices {
  all = $state.raw<readonly TableChoice[]>([]);
  readonly #till: Till;

  constructor(till: Till) {
    this.#till = till;
    till.on("table-status.change.event", (data) => {
      const change = attempt(decodeTableChange, data);
      if (change !== null) this.all = this.all.map((one) => (one.id === change.table.id ? change.table : one));
    });
    till.onOpen(() => void this.refresh().catch(() => undefined));
  }

  titleOf(id: number): string {
    return this.all.find((one) => one.id === id)?.title ?? (id === 0 ? "" : String(id));
  }

  /** Empty where the shop has no tables. */
  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) return;
    this.all = (await this.#till.ask("table-status.list.request", {}, decodeTableChoices)).tables;
  }
}
