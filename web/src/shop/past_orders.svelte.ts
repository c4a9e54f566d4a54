/** Orders that are not in the live list: those of a day that are over, and what a search found. Read page by page. */

import { attempt } from "../client/decode";
import { decodeOrders, decodeOrderView, type Order } from "../client/shapes";
import { boundsOf, businessDayOf } from "./business_day";
import type { Till } from "./till.svelte";

export const PAGE = 30;

/** Orders of these states of one trading day (`YYYY-MM-DD`), or of any time and state that hold a text. */
export type Wanted = OfDay | { readonly text: string };
interface OfDay {
  readonly day: string;
  readonly dayCutoffHour: number;
  readonly states: readonly string[];
}

export class PastOrders {
  /** Newest first. */
  all = $state.raw<readonly Order[]>([]);
  /** Whether there is another page. */
  more = $state(false);
  busy = $state(false);
  readonly #till: Till;
  /** Of each order the newest version that was told: a push may come late. */
  readonly #versions = new Map<string, number>();
  #wanted: Wanted | null = null;
  #page = 0;
  /** Which reading is the newest: an answer to an earlier one comes too late. */
  #reading = 0;

  constructor(till: Till) {
    this.#till = till;
  }

  /** Follows the shop. Returns what ends that. */
  watch(): () => void {
    const heard = this.#till.on("order.view.event", (data) => {
      const view = attempt(decodeOrderView, data);
      if (view === null || view.version < (this.#versions.get(view.order.id) ?? 0)) return;
      this.#versions.set(view.order.id, view.version);
      this.#take({ ...view.order, number: view.order.number ?? view.number });
    });
    const opened = this.#till.onOpen(() => {
      if (this.#wanted !== null) void this.read(this.#wanted).catch(() => undefined);
    });
    return () => {
      heard();
      opened();
    };
  }

  /** Reads the first page. Raises ShopError. */
  async read(wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    this.#page = 1;
    await this.#load(wanted, 1);
  }

  /** Reads one page more. Raises ShopError. */
  async readMore(): Promise<void> {
    if (this.#wanted === null || this.busy) return;
    await this.#load(this.#wanted, this.#page + 1);
  }

  async #load(wanted: Wanted, page: number): Promise<void> {
    const reading = ++this.#reading;
    this.busy = true;
    try {
      const at = { page, size: PAGE };
      const { orders } = await ("text" in wanted
        ? this.#till.ask("order.find.request", { text: wanted.text, ...at }, decodeOrders)
        : this.#till.ask(
            "order.get-list.request",
            { ...boundsOf(wanted.day, wanted), orderStates: wanted.states, ...at },
            decodeOrders,
          ));
      if (reading !== this.#reading) return;
      // Orders that came meanwhile push others onto the next page: those are there already.
      const before = page === 1 ? [] : this.all;
      const known = new Set(before.map(({ id }) => id));
      this.all = [...before, ...orders.filter(({ id }) => !known.has(id))];
      this.#page = page;
      this.more = orders.length === PAGE;
    } finally {
      if (reading === this.#reading) this.busy = false;
    }
  }

  #take(order: Order): void {
    const wanted = this.#wanted;
    if (wanted === null) return;
    if (this.all.some(({ id }) => id === order.id)) {
      const kept = "text" in wanted || wanted.states.includes(order.orderState);
      this.all = kept
        ? this.all.map((one) => (one.id === order.id ? order : one))
        : this.all.filter(({ id }) => id !== order.id);
    } else if (!("text" in wanted) && belongs(order, wanted)) {
      this.all = [order, ...this.all].sort((one, other) => other.createdAt.localeCompare(one.createdAt));
    }
  }
}

function belongs(order: Order, wanted: OfDay): boolean {
  return wanted.states.includes(order.orderState) && businessDayOf(order.createdAt, wanted) === wanted.day;
}
