/** Orders that wait for money, the methods plugins offer, and attempts to take it or to give it back. */

import { attempt as readable } from "../client/decode";
import { ShopError } from "../client/errors";
import {
  type Attempt,
  decodeAttempt,
  decodeAttempts,
  decodeMethods,
  decodeOrder,
  decodeOrders,
  decodeOrderView,
  decodeRefund,
  decodeRefunds,
  type Order,
  type PaymentMethod,
  type Refund,
} from "../client/shapes";
import { type Approvals, brings } from "./approval.svelte";
import { orderTitle } from "./order_title";
import type { Till } from "./till.svelte";

/** An attempt nobody knows the end of: a person has to find out. */
const UNSETTLED = new Set(["UNKNOWN", "NEEDS_MANUAL"]);
const UNDER_WAY = new Set(["CREATED", "SENT"]);
const REFUND_OPEN = new Set(["QUEUED", "SENT", "UNKNOWN"]);

export function isUnsettled(attempt: Attempt): boolean {
  return UNSETTLED.has(attempt.state);
}

export function isUnderWay(attempt: Attempt): boolean {
  return UNDER_WAY.has(attempt.state) && !attempt.gaveUp;
}

/**
 * By what means money is taken. tendered: cash in the hand.  months: of a card, 0 is a lump sum (PAY-4).
 * code: what the guest's phone presented, null has the terminal show one to scan (PAY-9).
 */
export type Means =
  | { readonly method: PaymentMethod }
  | { readonly tendered: number }
  | { readonly months: number }
  | { readonly code: string | null };

/** What a manager makes of an attempt nobody knows the end of. */
export type Resolution = "QUERY" | "NET_CANCEL" | "CONFIRM_PAID" | "CONFIRM_NOT_PAID";

/** What is to be taken. lockId, partId: see the contract.  tip: of the amount, on top of what is owed (PAY-2). */
export interface Charge {
  readonly orderId: string;
  readonly amount: number;
  readonly expectedUnpaid: number;
  readonly by: Means;
  readonly lockId?: string;
  readonly partId?: string;
  readonly tip?: number;
}

export class Payments {
  orders = $state.raw<readonly Order[]>([]);
  methods = $state.raw<readonly PaymentMethod[]>([]);
  attempts = $state.raw<readonly Attempt[]>([]);
  /** Refunds that have no end yet. */
  refunds = $state.raw<readonly Refund[]>([]);
  chosenId = $state<string | null>(null);
  /** The attempt this screen began and still shows. */
  shownId = $state<string | null>(null);
  /** Of orders with an unsettled attempt, what they are called. */
  #names = $state.raw<ReadonlyMap<string, string>>(new Map());
  readonly #till: Till;
  readonly #approvals: Approvals;

  constructor(till: Till, approvals: Approvals) {
    this.#till = till;
    this.#approvals = approvals;
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
      if (change === null) return;
      this.#keep(change.attempt);
      void this.#nameOrders();
    });
    till.on("payment-refund.change.event", (data) => {
      const change = readable(decodeRefund, data);
      if (change === null) return;
      const others = this.refunds.filter(({ id }) => id !== change.refund.id);
      this.refunds = REFUND_OPEN.has(change.refund.state) ? [change.refund, ...others] : others;
    });
    till.onOpen(() => void this.refresh());
  }

  get chosen(): Order | undefined {
    return this.orders.find(({ id }) => id === this.chosenId);
  }

  get shown(): Attempt | undefined {
    return this.attempts.find(({ id }) => id === this.shownId);
  }

  /** Refunds nobody knows the end of: a person has to find out, or a terminal is asked. */
  get unknownRefunds(): readonly Refund[] {
    return this.refunds.filter(({ state }) => state === "UNKNOWN");
  }

  /** What became so far of giving this payment back. */
  refundOf(paymentId: string): Refund | undefined {
    // What is left of it before its parts.
    return this.refunds.find(({ id }) => id === paymentId) ?? this.refunds.find((part) => part.paymentId === paymentId);
  }

  get unsettled(): readonly Attempt[] {
    return this.attempts.filter((attempt) => isUnsettled(attempt) && attempt.id !== this.shownId);
  }

  /** The attempt because of which no other may begin on this order (NET-5). */
  unsettledOf(orderId: string): Attempt | undefined {
    return this.attempts.find((attempt) => attempt.orderId === orderId && isUnsettled(attempt));
  }

  underWayOf(orderId: string): Attempt | undefined {
    return this.attempts.find((attempt) => attempt.orderId === orderId && isUnderWay(attempt));
  }

  methodOf({ method }: Attempt): PaymentMethod | undefined {
    return this.methods.find(({ id, pluginId }) => id === method?.id && pluginId === method.pluginId);
  }

  /** What a method or terminal is called, also when its plugin is gone. */
  methodName(attempt: Attempt): string {
    const { method, terminal } = attempt;
    return this.methodOf(attempt)?.paymentName ?? method?.paymentName ?? method?.pluginId ?? terminal?.name ?? "";
  }

  /** What staff call the order of an attempt; empty until it was read. */
  orderName({ orderId }: Attempt): string {
    const open = this.orders.find(({ id }) => id === orderId);
    return open === undefined ? (this.#names.get(orderId) ?? "") : orderTitle(open);
  }

  /** Reads everything anew; what this shop or person has not is left empty. */
  async refresh(): Promise<void> {
    if (!this.#till.may("staff:pay")) {
      this.orders = [];
      return;
    }
    const unended = { states: [...UNDER_WAY, ...UNSETTLED] };
    // Each is taken as it comes: a push that came before the others' answers is newer than it.
    await Promise.allSettled([
      this.#till.ask("order.get-list.request", { orderStates: ["OPENED"], size: 200 }, decodeOrders).then(({ orders }) => {
        this.orders = orders.filter(owes).sort(newest);
      }),
      this.#till.ask("payment-method.list.request", {}, decodeMethods).then(({ methods }) => {
        this.methods = methods;
      }),
      this.#till
        .ask("payment-attempt.list.request", unended, decodeAttempts)
        .then(({ attempts }) => this.#takeUnended(attempts)),
      this.#till.ask("payment-refund.list.request", { states: [...REFUND_OPEN] }, decodeRefunds).then(({ refunds }) => {
        this.refunds = refunds;
      }),
    ]);
  }

  async #takeUnended(unended: readonly Attempt[]): Promise<void> {
    const { shown, shownId } = this;
    const isListed = unended.some(({ id }) => id === shownId);
    this.attempts = shown === undefined || isListed ? unended : [shown, ...unended];
    if (shownId !== null && !isListed) {
      // What is on screen may have ended while nobody could tell.
      const now = await this.#read(shownId);
      if (now !== null) this.#keep(now);
    }
    await this.#nameOrders();
  }

  /** Begins to take money. Raises ShopError; then nothing was begun. */
  async start({ by, ...charge }: Charge): Promise<Attempt> {
    try {
      const { attempt } = await this.#till.ask("payment.start.request", { ...charge, ...tenderBy(by) }, decodeAttempt);
      // An answer that was kept for a lost connection tells of the beginning, a push of what came after.
      if (!this.attempts.some(({ id }) => id === attempt.id)) this.#keep(attempt);
      this.shownId = attempt.id;
      return attempt;
    } catch (error) {
      // Somebody paid meanwhile: what is owed has to be read again before the next try.
      if (error instanceof ShopError && error.code === "CONFLICT") await this.refresh();
      throw error;
    }
  }

  /** Every attempt of an order, newest first, of the last days. Raises ShopError. */
  async attemptsOf(orderId: string): Promise<readonly Attempt[]> {
    return (await this.#till.ask("payment-attempt.list.request", { orderId }, decodeAttempts)).attempts;
  }

  /** Puts an attempt on screen. */
  show(attempt: Attempt): void {
    this.#keep(attempt);
    this.shownId = attempt.id;
  }

  /** Stops waiting for an attempt. */
  async giveUp({ id }: Attempt): Promise<void> {
    this.#keep((await this.#till.ask("payment-attempt.cancel.request", { id }, decodeAttempt)).attempt);
  }

  async resolve({ id }: Attempt, how: Resolution): Promise<void> {
    const { attempt } = await this.#approvals.run((approvalId) =>
      this.#till.ask("payment-attempt.resolve.request", { id, how, ...brings(approvalId) }, decodeAttempt),
    );
    this.#keep(attempt);
  }

  /** A manager says whether the money of a refund went back, and how they know. */
  async settleRefund({ id, paymentId }: Refund, refunded: boolean, note: string): Promise<void> {
    await this.#approvals.run((approvalId) =>
      this.#till.do("payment.confirm-refund.request", { id: paymentId, refunded, note, ...brings(approvalId) }),
    );
    this.refunds = this.refunds.filter((refund) => refund.id !== id);
  }

  /** Leaves the result; the order stays chosen while money is owed on it. */
  leave(): void {
    this.shownId = null;
    if (this.chosen === undefined) this.chosenId = null;
    void this.#nameOrders();
  }

  async #read(id: string): Promise<Attempt | null> {
    const read = this.#till.ask("payment-attempt.get.request", { id }, decodeAttempt);
    return read.then(({ attempt }) => attempt).catch(() => null);
  }

  async #nameOrders(): Promise<void> {
    for (const { orderId } of this.unsettled) {
      if (this.#names.has(orderId) || this.orders.some(({ id }) => id === orderId)) continue;
      const read = await this.#till.ask("order.get.request", { id: orderId }, decodeOrder).catch(() => null);
      if (read !== null) this.#names = new Map(this.#names).set(orderId, orderTitle(read.order));
    }
  }

  #take(order: Order): void {
    const others = this.orders.filter(({ id }) => id !== order.id);
    this.orders = order.orderState === "OPENED" && owes(order) ? [order, ...others].sort(newest) : others;
  }

  #keep(attempt: Attempt): void {
    this.attempts = [attempt, ...this.attempts.filter(({ id }) => id !== attempt.id)];
  }
}

function tenderBy(by: Means) {
  if ("method" in by) return { tender: "METHOD", method: { pluginId: by.method.pluginId, id: by.method.id } };
  if ("tendered" in by) return { tender: "CASH", tendered: by.tendered };
  if ("code" in by) return { tender: "BARCODE", ...(by.code === null ? {} : { barcode: by.code }) };
  return { tender: "CARD", installmentMonth: String(by.months).padStart(2, "0") };
}

function owes(order: Order): boolean {
  return order.paymentPrice.paymentUnpaidValue > 0;
}

function newest(one: Order, other: Order): number {
  return other.createdAt.localeCompare(one.createdAt);
}
