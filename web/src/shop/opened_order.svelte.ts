/** One order that somebody looks at: kept as the shop tells of it, and what can be done to it. */

import { attempt } from "../client/decode";
import { decodeGivenBack, decodePlan, type GivenBack, type RefundPlan } from "../client/refund";
import { decodeRefund, decodeRefunds, type Refund } from "../client/shapes";
import { decodeCancelled, decodeFullOrder, decodeFullView, type FullOrder, type FullPayment } from "../client/order";
import { type Approvals, brings } from "./approval.svelte";
import type { Till } from "./till.svelte";

/** What goes back: units of a line, an amount as goodwill, or all that the order holds. first: of this payment (CAN-7). */
export type Back =
  | { readonly lineId: string; readonly quantity: number; readonly first?: string }
  | { readonly amount: number; readonly first?: string }
  | "all";

export class OpenedOrder {
  readonly id: string;
  /** null until it was read. */
  now = $state.raw<FullOrder | null>(null);
  /** What its payments still hold, and whether its cancel waits for that (CAN-2); null while nobody here may see it. */
  held = $state.raw<RefundPlan | null>(null);
  /** Of what was given back from here, what the guest has not got yet. */
  #owed = $state.raw<readonly GivenBack[]>([]);
  /** Refunds that reached the guest: one may be told of before the reply to who gave it back. */
  readonly #reached = new Set<string>();
  readonly #till: Till;
  readonly #approvals: Approvals;
  #reading = false;
  #stale = false;

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
      this.#take({
        ...view.order,
        version: view.version,
        number: view.order.number === "" ? view.number : view.order.number,
      });
    });
    const went = this.#till.on("payment-refund.change.event", (data) => {
      const change = attempt(decodeRefund, data);
      if (change?.refund.orderId !== this.id) return;
      this.#reach([change.refund]);
      void this.#readHeld();
    });
    const opened = this.#till.onOpen(() => {
      void this.read().catch(() => undefined);
      void this.#readReached();
    });
    return () => {
      heard();
      went();
      opened();
    };
  }

  /** Won given back from here that the guest has not got yet: a terminal has not answered, or a person owes it. */
  get owed(): number {
    return this.#owed.reduce((sum, { amount }) => sum + amount, 0);
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
        {
          id: this.id,
          reason,
          ...brings(approvalId),
          ...(override ? { override } : {}),
        },
        decodeCancelled,
      ),
    );
    await this.read();
    return cancelPending;
  }

  /** Returns whether the plugin that took the money has not yet said that it went back. Raises ShopError. */
  async cancelPayment({ id }: FullPayment, override: boolean): Promise<boolean> {
    const asked = { order: { id: this.id }, payment: { id }, ...(override ? { override } : {}) };
    const { cancelPending } = await this.#approvals.run((approvalId) =>
      this.#till.ask("payment.cancel.request", { ...asked, ...brings(approvalId) }, decodeCancelled),
    );
    await this.read();
    return cancelPending;
  }

  /** What would go back to whom. Raises ShopError as giving it back would. */
  plan(what: Back): Promise<RefundPlan> {
    const chosen = what === "all" || what.first === undefined ? {} : { paymentId: what.first };
    const part =
      what === "all" ? {} : "amount" in what ? { amount: what.amount } : { lineId: what.lineId, quantity: what.quantity };
    return this.#till.ask("payment-refund.plan.request", { orderId: this.id, ...part, ...chosen }, decodePlan);
  }

  /** Goods come back (CAN-5), or an amount as goodwill (CAN-6). version: of the plan somebody agreed to. Raises ShopError. */
  async giveBack(what: Exclude<Back, "all">, version: number, reason: string): Promise<void> {
    let refunds: readonly GivenBack[];
    if ("amount" in what) {
      const { amount, first } = what;
      refunds = await this.#gave("order.refund-amount.request", {
        expectedVersion: version,
        amount,
        reason,
        ...(first === undefined ? {} : { paymentId: first }),
      });
    } else {
      const { lineId, quantity, first } = what;
      const of = { lineId, quantity, ...(first === undefined ? {} : { refundTo: first }) };
      refunds = await this.#gave("order.return-line.request", { expectedVersion: version, reason, ...of });
    }
    this.#owed = refunds.filter(({ id, pending }) => pending && !this.#reached.has(id));
  }

  async #gave(name: string, more: Readonly<Record<string, unknown>>): Promise<readonly GivenBack[]> {
    const decode = (data: unknown) => ({ ...decodeFullOrder(data), ...decodeGivenBack(data) });
    const { order, refunds } = await this.#till.ask(name, { id: this.id, ...more }, decode);
    this.#take(order);
    return refunds;
  }

  #reach(refunds: readonly Refund[]): void {
    for (const { id, state } of refunds) if (state === "RETURNED") this.#reached.add(id);
    this.#owed = this.#owed.filter(({ id }) => !this.#reached.has(id));
  }

  /** A push may have been missed. */
  async #readReached(): Promise<void> {
    if (this.#owed.length === 0) return;
    const read = this.#till.ask("payment-refund.list.request", { orderId: this.id }, decodeRefunds);
    this.#reach((await read.catch(() => ({ refunds: [] }))).refunds);
  }

  async #changed(name: string, more: Readonly<Record<string, unknown>>): Promise<void> {
    this.#take((await this.#till.ask(name, { id: this.id, ...more }, decodeFullOrder)).order);
  }

  #take(order: FullOrder): void {
    if (this.now !== null && order.version < this.now.version) return;
    this.now = order;
    void this.#readHeld();
  }

  /** One question at a time, asked again when something changed meanwhile: nothing older takes the place of something newer. */
  async #readHeld(): Promise<void> {
    this.#stale = true;
    if (this.#reading || !this.#till.may("staff:pay")) return;
    this.#reading = true;
    while (this.#stale) {
      this.#stale = false;
      // What is known stays while the shop is out of reach.
      this.held = await this.plan("all").catch(() => this.held);
    }
    this.#reading = false;
  }
}
