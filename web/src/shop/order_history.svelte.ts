/** What happened to one order, read from the journal page by page; the newest page follows what happens. */

import { attempt } from "../client/decode";
import { decodeFullView } from "../client/order";
import { decodeAboutOrder, decodeHistory, type HistoryEntry } from "../client/order_history";
import type { Till } from "./till.svelte";

export const PAGE = 40;

export class OrderHistory {
  /** Newest first. */
  all = $state.raw<readonly HistoryEntry[]>([]);
  /** Whether it was read at least once. */
  known = $state(false);
  busy = $state(false);
  /** Where the page after the last one begins; undefined when there is none. */
  #next = $state<number | undefined>(undefined);
  readonly #id: string;
  readonly #till: Till;
  #reading = false;
  #again = false;

  constructor(id: string, till: Till) {
    this.#id = id;
    this.#till = till;
  }

  get more(): boolean {
    return this.#next !== undefined;
  }

  /** Follows the shop. read: told of each reading, with what went wrong or null. Returns what ends that. */
  watch(read: (error: unknown) => void): () => void {
    const refresh = () => void this.read().then(() => read(null), read);
    const ends = [
      // Each commit that touches the order pushes it whole, the kitchen's included.
      this.#till.on("order.view.event", (data) => {
        if (attempt(decodeFullView, data)?.order.id === this.#id) refresh();
      }),
      ...["payment-attempt.change.event", "payment-refund.change.event"].map((name) =>
        this.#till.on(name, (data) => {
          const about = attempt(decodeAboutOrder, data);
          if ((about?.attempt ?? about?.refund)?.orderId === this.#id) refresh();
        }),
      ),
      this.#till.onOpen(refresh),
    ];
    refresh();
    return () => {
      for (const end of ends) end();
    };
  }

  /** Reads what is new; once more afterwards when asked meanwhile. Raises ShopError. */
  async read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#readNewest();
      }
    } finally {
      this.#reading = false;
    }
  }

  /** Reads one page more. Raises ShopError. */
  async readMore(): Promise<void> {
    if (this.busy || this.#next === undefined) return;
    this.busy = true;
    try {
      const before = this.#next;
      const page = await this.#ask({ before });
      // Everything was read anew meanwhile: this page follows nothing that is shown.
      if (this.#next !== before) return;
      this.all = [...this.all, ...page.entries];
      this.#next = page.next;
    } finally {
      this.busy = false;
    }
  }

  async #readNewest(): Promise<void> {
    const page = await this.#ask({});
    const newest = this.all[0]?.seq ?? -1;
    const oldest = page.entries.at(-1)?.seq ?? 0;
    if (this.known && oldest <= newest) {
      this.all = [...page.entries.filter(({ seq }) => seq > newest), ...this.all];
    } else {
      // The first time, or more happened than a page holds: what was read before no longer follows.
      this.all = page.entries;
      this.#next = page.next;
    }
    this.known = true;
  }

  #ask(where: { readonly before?: number }) {
    return this.#till.ask("order.history.request", { orderId: this.#id, size: PAGE, ...where }, decodeHistory);
  }
}
