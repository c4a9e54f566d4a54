/** Orders that wait for money, the methods plugins offer, and attempts to take it or to give it back. */

import { attempt as readable } from "../client/decode";
import { ShopError } from "../client/errors";
import {
  type Attempt,
  decodeAttempt,
  decodeAttempts,
  decodeMethods,
  decodeOrders,
  decodeOrderView,
  decodeRefund,
  decodeRefunds,
  type Order,
  type PaymentMethod,
  type Refund,
} from "../client/shapes";
import type { Till } from "./till.svelte";

/** An attempt nobody knows the end of. */
const UNSETTLED = new Set(["UNKNOWN", "NEEDS_MANUAL", "NOT_FOUND"]);
const UNDER_WAY = new Set(["CREATED", "SENT"]);

export function isUnsettled(attempt: Attempt): boolean {
  return UNSETTLED.has(attempt.state);
}

export function isUnderWay(attempt: Attempt): boolean {
  return UNDER_WAY.has(attempt.state) && !attempt.gaveUp;
}

export class Payments {
  orders = $state.raw<readonly Order[]>([]);
  methods = $state.raw<readonly PaymentMethod[]>([]);
  attempts = $state.raw<readonly Attempt[]>([]);
  /** Refunds nobody knows the end of. */
  refunds = $state.raw<readonly Refund[]>([]);
  chosenId = $state<string | null>(null);
  /** The attempt this screen began and still shows. */
  shownId = $state<string | null>(null);
  readonly #till: Till;

  constructor(till: Till) {
    this.#till = till;
    till.on("order.view.event", (data) => {
      const view = readable(decodeOrderView, data);
      if (view !== null) this.#take({ ...view.order, number: view.order.number ?? view.number });
    });
    till.on("payment-method.change.event", (data) => {
      const change = readable(decodeMethods, data);
      if (change !== null) this.methods = change.methods;
    });
    till.on("payment-attempt.change.event", (data) => {
      const change = readable(decodeAttempt, data);
      if (change !== null) this.#keep(change.attempt);
    });
    till.on("payment-refund.change.event", (data) => {
      const change = readable(decodeRefund, data);
      if (change === null) return;
      const others = this.refunds.filter(({ paymentId }) => paymentId !== change.refund.paymentId);
      this.refunds = change.refund.state === "UNKNOWN" ? [change.refund, ...others] : others;
    });
    till.onOpen(() => void this.refresh());
  }

  get chosen(): Order | undefined {
    return this.orders.find(({ id }) => id === this.chosenId);
  }

  get shown(): Attempt | undefined {
    return this.attempts.find(({ id }) => id === this.shownId);
  }

  get unsettled(): readonly Attempt[] {
    return this.attempts.filter((attempt) => isUnsettled(attempt) && attempt.id !== this.shownId);
  }

  methodOf({ method }: Attempt): PaymentMethod | undefined {
    return this.methods.find(({ id, pluginId }) => id === method?.id && pluginId === method.pluginId);
  }

  /** Reads everything anew; what this shop or person has not is left empty. */
  async refresh(): Promise<void> {
    if (!this.#till.may("staff:pay")) {
      this.orders = [];
      return;
    }
    const orders = this.#till.ask("order.get-list.request", { orderStates: ["OPENED"], size: 200 }, decodeOrders);
    const methods = this.#till.ask("payment-method.list.request", {}, decodeMethods);
    const attempts = this.#till.ask(
      "payment-attempt.list.request",
      { states: ["CREATED", "SENT", ...UNSETTLED] },
      decodeAttempts,
    );
    const refunds = this.#till.ask("payment-refund.list.request", { states: ["UNKNOWN"] }, decodeRefunds);
    const read = await Promise.allSettled([orders, methods, attempts, refunds]);
    if (read[0].status === "fulfilled") this.orders = read[0].value.orders.filter(owes).sort(newest);
    if (read[1].status === "fulfilled") this.methods = read[1].value.methods;
    if (read[2].status === "fulfilled") this.attempts = read[2].value.attempts;
    if (read[3].status === "fulfilled") this.refunds = read[3].value.refunds;
  }

  /** Asks a plugin to take the amount. Raises ShopError; then nothing was begun. */
  async start(order: Order, method: PaymentMethod, amount: number): Promise<void> {
    const expectedUnpaid = order.paymentPrice.paymentUnpaidValue;
    const { pluginId, id } = method;
    try {
      const { attempt } = await this.#till.ask(
        "payment.start.request",
        { orderId: order.id, tender: "METHOD", amount, expectedUnpaid, method: { pluginId, id } },
        decodeAttempt,
      );
      this.#keep(attempt);
      this.shownId = attempt.id;
    } catch (error) {
      // Somebody paid meanwhile: what is owed has to be read again before the next try.
      if (error instanceof ShopError && error.code === "CONFLICT") await this.refresh();
      throw error;
    }
  }

  /** Stops waiting for an attempt. */
  async giveUp({ id }: Attempt): Promise<void> {
    this.#keep((await this.#till.ask("payment-attempt.cancel.request", { id }, decodeAttempt)).attempt);
  }

  async resolve({ id }: Attempt, how: "QUERY" | "CONFIRM_PAID" | "CONFIRM_NOT_PAID"): Promise<void> {
    this.#keep((await this.#till.ask("payment-attempt.resolve.request", { id, how }, decodeAttempt)).attempt);
  }

  /** A manager says whether the money of a refund went back, and how they know. */
  async settleRefund({ paymentId }: Refund, refunded: boolean, note: string): Promise<void> {
    await this.#till.do("payment.confirm-refund.request", { id: paymentId, refunded, note });
    this.refunds = this.refunds.filter((refund) => refund.paymentId !== paymentId);
  }

  /** Leaves the result; the order stays chosen while money is owed on it. */
  leave(): void {
    this.shownId = null;
    if (this.chosen === undefined) this.chosenId = null;
  }

  #take(order: Order): void {
    const others = this.orders.filter(({ id }) => id !== order.id);
    this.orders = order.orderState === "OPENED" && owes(order) ? [order, ...others].sort(newest) : others;
  }

  #keep(attempt: Attempt): void {
    this.attempts = [attempt, ...this.attempts.filter(({ id }) => id !== attempt.id)];
  }
}

function owes(order: Order): boolean {
  return order.paymentPrice.paymentUnpaidValue > 0;
}

function newest(one: Order, other: Order): number {
  return other.createdAt.localeCompare(one.createdAt);
}
