/** What the guest at this display's till sees; the shop decides it, the page draws it. */

import { type CustomerView, decodeCustomerView } from "../client/customer_display";
import { attempt } from "../client/decode";
import type { Till } from "./till.svelte";

export class CustomerDisplay {
  view = $state.raw<CustomerView | null>(null);
  readonly #till: Till;
  #ending: ReturnType<typeof setTimeout> | undefined;

  constructor(till: Till) {
    this.#till = till;
    till.on("customer-display.change.event", (data) => {
      const change = attempt(decodeCustomerView, data);
      if (change !== null) this.#show(change.view);
    });
    till.onOpen(() => void this.refresh());
  }

  async refresh(): Promise<void> {
    const read = await this.#till.ask("customer-display.get.request", {}, decodeCustomerView).catch(() => null);
    if (read !== null) this.#show(read.view);
  }

  /** A view that is over is somebody else's business: it goes even when nothing is heard any more. */
  #show(view: CustomerView): void {
    clearTimeout(this.#ending);
    this.view = view;
    if (view.endsInMs !== undefined) this.#ending = setTimeout(() => this.#end(view), view.endsInMs);
  }

  #end(view: CustomerView): void {
    this.view = { ...view, state: "idle", lines: [], discounts: [], payment: undefined, endsInMs: undefined };
    void this.refresh();
  }
}
