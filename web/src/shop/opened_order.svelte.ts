/** One order that somebody looks at: kept as the shop tells of it, and what can be done to it. */

import { attempt } from "../client/decode";
import { decodeCancelled, decodeFullOrder, decodeFullView, type FullOrder, type FullPayment } from "../client/order";
import type { Approvals } from "./approval.svelte";
import type { Till } from "./till.svelte";

export class OpenedOrder {
  readonly id: string;
  /** null until it was read. */
  now = $state.raw<FullOrder | null>(null);
  readonly #till: Till;
  readonly #approvals: Approvals;

  constructor(id: string, till: Till, approvals: Approvals) {
    this.id = id;
    this.#till = till;
    this.#approvals = approvals;
  }

  /** Follows the shop. Returns what ends that. */
  watch(): () => void {
    const heard = this.#till.on("order.view.event", (data) => {
      const view = attempt(decodeFullView, data);
      if (view?.order.id !== this.id) return;
      this.#take({ ...view.order, version: view.version, number: view.order.number === "" ? view.number : view.order.number });
    });
    const opened = this.#till.onOpen(() => void this.read().catch(() => undefined));
    return () => {
      heard();
      opened();
    };
  }

  /** Raises ShopError. */
  async read(): Promise<void> {
    this.#take((await this.#till.ask("order.get.request", { id: this.id }, decodeFullOrder)).order);
  }

  /** readyAt: when the guest may come for it, in milliseconds since 1970. Raises ShopError. */
  async accept(readyAt: number): Promise<void> {
    await this.#changed("order.accept.request", { estimatedReadyAt: new Date(readyAt).toISOString() });
  }

  async decline(reason: string): Promise<void> {
    await this.#changed("order.decline.request", { reason });
  }

  async call(): Promise<void> {
    await this.#changed("order.call.request", {});
  }

  async collect(): Promise<void> {
    await this.#changed("order.collect.request", {});
  }

  /**
   * Returns whether the order still waits for money that has to go back first (CAN-2). override: a plugin's veto
   * does not count. Raises ShopError.
   */
  async cancel(reason: string, override: boolean): Promise<boolean> {
    const { cancelPending } = await this.#approvals.run((approvalId) =>
      this.#till.ask(
        "order.cancel.request",
        { id: this.id, reason, ...(approvalId === undefined ? {} : { approvalId }), ...(override ? { override } : {}) },
        decodeCancelled,
      ),
    );
    await this.read();
    return cancelPending;
  }

  /** Returns whether the plugin that took the money has not yet said that it went back. Raises ShopError. */
  async cancelPayment({ id }: FullPayment, override: boolean): Promise<boolean> {
    const { cancelPending } = await this.#till.ask(
      "payment.cancel.request",
      { order: { id: this.id }, payment: { id }, ...(override ? { override } : {}) },
      decodeCancelled,
    );
    await this.read();
    return cancelPending;
  }

  /** Gives part of the money back (CAN-6). Raises ShopError. */
  async refund(amount: number, reason: string): Promise<void> {
    await this.#changed("order.refund-amount.request", { amount, reason });
  }

  async #changed(name: string, more: Readonly<Record<string, unknown>>): Promise<void> {
    this.#take((await this.#till.ask(name, { id: this.id, ...more }, decodeFullOrder)).order);
  }

  #take(order: FullOrder): void {
    if (this.now === null || order.version >= this.now.version) this.now = order;
  }
}
