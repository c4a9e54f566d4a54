/** The orders that are not over, as the shop's pushes keep them; screens share this one list. */

import { attempt } from "../client/decode";
import { decodeOrders, decodeOrderView, type Order } from "../client/shapes";
import type { Till } from "./till.svelte";

const OPEN = new Set(["REQUESTED", "OPENED"]);
/** More open orders than a shop ever has. */
const MOST = 500;

export class Orders {
  /** Open ones and those of today that still owe, newest first. */
  all = $state.raw<readonly Order[]>([]);
  /** Whether they were read at least once. */
  known = $state(false);
  readonly #till: Till;
  /** Of each order the newest version that was told: a push may come late. */
  readonly #versions = new Map<string, number>();

  constructor(till: Till) {
    this.#till = till;
    till.on("order.view.event", (data) => {
      const view = attempt(decodeOrderView, data);
      if (view === null || view.version < (this.#versions.get(view.order.id) ?? 0)) return;
      this.#versions.set(view.order.id, view.version);
      this.#take({ ...view.order, number: view.order.number ?? view.number });
    });
    till.onOpen(() => void this.refresh());
  }

  byId(id: string): Order | undefined {
    return this.all.find((order) => order.id === id);
  }

  /** Reads them anew, also what a push could not tell while the connection was down. */
  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) {
      this.all = [];
      return;
    }
    const { orders } = await this.#till.ask(
      "order.get-list.request",
      { orderStates: [...OPEN], size: MOST },
      decodeOrders,
    );
    this.all = [...orders].sort(newest);
    this.known = true;
  }

  #take(order: Order): void {
    const others = this.all.filter(({ id }) => id !== order.id);
    this.all = OPEN.has(order.orderState) ? [order, ...others].sort(newest) : others;
  }
}

function newest(one: Order, other: Order): number {
  return other.createdAt.localeCompare(one.createdAt);
}
