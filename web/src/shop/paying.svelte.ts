/**
 * One payment screen: holds the order's money while it is up (OFF-6) and takes it, part after part.
 *
 * The lease lasts a minute and is renewed every twenty seconds. Whatever was missed while the connection was down
 * is read anew before anything else can be begun, so that no payment is begun twice (PAY-7, PAY-8).
 */

import { type Bill, type BillPart, decodeBill, decodeBillView, decodeHolder, decodeLock, decodeParts } from "../client/bill";
import { attempt as readable } from "../client/decode";
import { ShopError } from "../client/errors";
import { type Attempt, decodeAttempt, type PaymentMethod } from "../client/shapes";
import { afterPaying, currentPart, divided, fitted, type Part } from "./parts";
import { isUnderWay, isUnsettled, type Means, type Payments } from "./payments.svelte";
import type { Till } from "./till.svelte";
import { trouble } from "./trouble";

const RENEW_EVERY_MS = 20_000;
const LOOK_EVERY_MS = 5_000;
const TRIES = 3;

/** Whether this screen may take the order's money. by: the device that does instead. */
export type Hold =
  | { readonly state: "asking" }
  | { readonly state: "held"; readonly lockId: string }
  | { readonly state: "elsewhere"; readonly by: string }
  | { readonly state: "refused"; readonly why: string };

/** How a bill is divided: equally, by amounts, by units of its lines, or by guest, who each had some lines. */
export type Split =
  | { readonly by: "count"; readonly count: number }
  | { readonly by: "amount"; readonly amounts: readonly number[] }
  | { readonly by: "item"; readonly lines: readonly (readonly { readonly id: string; readonly quantity: number }[])[] }
  | { readonly by: "guest"; readonly count: number; readonly seats: readonly { readonly id: string; readonly seat: number }[] };

export class Paying {
  order = $state.raw<Bill | null>(null);
  hold = $state.raw<Hold>({ state: "asking" });
  parts = $state.raw<readonly Part[]>([]);
  partId = $state<string | null>(null);
  /** What is owed is another amount than the one that was on screen. */
  changed = $state(false);
  busy = $state(false);
  problem = $state("");
  /** The last payment taken here. */
  last = $state.raw<Attempt | null>(null);
  /** For the part it was chosen for alone: whoever pays another one has not said anything. */
  #tip = $state.raw<{ readonly partId: string | undefined; readonly won: number } | null>(null);
  readonly #till: Till;
  readonly #payments: Payments;
  readonly #orderId: string;
  /** Attempts known before a payment whose answer was lost: one that is not among them is ours. */
  #before: ReadonlySet<string> | null = null;
  #over = false;
  #asking = false;

  constructor(till: Till, payments: Payments, orderId: string) {
    this.#till = till;
    this.#payments = payments;
    this.#orderId = orderId;
  }

  get unpaid(): number {
    return this.order?.paymentPrice.paymentUnpaidValue ?? 0;
  }

  /** Everything is paid, or there was nothing to pay. */
  get done(): boolean {
    return this.order !== null && this.unpaid === 0 && this.order.orderState !== "CANCELLED";
  }

  get part(): Part | undefined {
    return currentPart(this.parts, this.partId);
  }

  /** Won the next payment brings on top, for the staff (PAY-2). */
  get tip(): number {
    return this.#tip !== null && this.#tip.partId === this.part?.id ? this.#tip.won : 0;
  }

  set tip(won: number) {
    this.#tip = { partId: this.part?.id, won };
  }

  /** What is to be paid now, with the tip. */
  get due(): number {
    return Math.min(this.part?.left ?? this.unpaid, this.unpaid) + this.tip;
  }

  /** Whether a payment may begin. */
  get ready(): boolean {
    return this.hold.state === "held" && this.#till.state === "open" && !this.busy && !this.done;
  }

  /** The attempt on screen: one that waits, or the end of the last one. */
  get shown(): Attempt | undefined {
    const { shown } = this.#payments;
    // Cash is there or it is not: its end is shown once the order is known to be paid.
    if (shown?.orderId === this.#orderId) return this.busy && shown.tender === "CASH" ? undefined : shown;
    return this.hold.state === "elsewhere" ? undefined : this.#payments.underWayOf(this.#orderId);
  }

  /** Opens the screen. Returns what closes it and lets the order go. */
  open(): () => void {
    const { shown } = this.#payments;
    if (shown !== undefined && shown.orderId !== this.#orderId) this.#payments.leave();
    const ends = [
      this.#till.on("order.view.event", (data) => {
        const view = readable(decodeBillView, data);
        if (view?.order.id === this.#orderId) this.#take({ ...view.order, version: view.version });
      }),
      this.#till.on("payment-attempt.change.event", (data) => {
        const change = readable(decodeAttempt, data);
        if (change !== null) void this.#hear(change.attempt);
      }),
      this.#till.onOpen(() => void this.refresh()),
    ];
    const renewing = setInterval(() => void this.#renew(), RENEW_EVERY_MS);
    const looking = setInterval(() => {
      if (this.hold.state === "elsewhere") void this.refresh();
    }, LOOK_EVERY_MS);
    void this.refresh();
    return () => {
      this.#over = true;
      clearInterval(renewing);
      clearInterval(looking);
      for (const end of ends) end();
      if (this.shown !== undefined && !isUnderWay(this.shown)) this.#payments.leave();
      this.#release();
    };
  }

  /** Reads the order anew and takes its money in hand if nobody else does. */
  async refresh(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#read();
      await this.#findLost();
      this.parts = fitted(this.parts, this.unpaid);
      await this.#ask();
    } catch (error) {
      // While the connection is down the page says so; it comes back by itself.
      if (!isLost(error)) this.hold = { state: "refused", why: trouble(error) };
    } finally {
      this.#asking = false;
    }
  }

  /** Divides what is owed; the first part is due. Raises ShopError. */
  async split(how: Split): Promise<void> {
    this.parts = divided(await this.parted(how));
    this.partId = null;
    this.#tip = null;
  }

  /** What the parts would come to. Raises ShopError. */
  async parted(how: Split): Promise<readonly BillPart[]> {
    const asked = { orderId: this.#orderId, ...how };
    return (await this.#till.ask("bill.split.request", asked, decodeParts)).parts;
  }

  /** Takes the rest in one again. */
  unite(): void {
    this.parts = [];
    this.#tip = null;
  }

  async takeCash(amount: number, tendered: number): Promise<void> {
    await this.#charge(amount, { tendered });
  }

  async takeBy(method: PaymentMethod, amount: number): Promise<void> {
    await this.#charge(amount, { method });
  }

  /** months: 0 is a lump sum (PAY-4). */
  async takeByCard(amount: number, months: number): Promise<void> {
    await this.#charge(amount, { months });
  }

  /** code: what the guest's phone presented; null has the terminal show one to scan (PAY-9). */
  async takeByCode(amount: number, code: string | null): Promise<void> {
    await this.#charge(amount, { code });
  }

  async #charge(amount: number, by: Means): Promise<void> {
    const { order, part, hold } = this;
    if (!this.ready || order === null || amount <= 0 || hold.state !== "held") return;
    this.busy = true;
    this.problem = "";
    this.changed = false;
    const known = new Set(this.#payments.attempts.map(({ id }) => id));
    try {
      const attempt = await this.#payments.start({
        orderId: order.id,
        amount,
        expectedUnpaid: this.unpaid,
        by,
        lockId: hold.lockId,
        ...(part === undefined ? {} : { partId: part.id }),
        ...(this.tip === 0 ? {} : { tip: this.tip }),
      });
      await this.#follow();
      // Nothing to give back and more to take: no result has to be read and put away.
      if (attempt.tender === "CASH" && attempt.change === 0 && !this.done) this.#payments.leave();
    } catch (error) {
      if (isLost(error)) this.#before = known;
      this.problem = trouble(error);
      if (error instanceof ShopError && ["CONFLICT", "NOT_FOUND", "LOCKED", "INVALID_STATE"].includes(error.code)) {
        this.changed = error.reason === "UNPAID_CHANGED";
        if (this.changed) this.problem = "";
        await this.refresh();
      }
    }
    this.busy = false;
  }

  /** Takes the lease, as often as what is owed changes in between. */
  async #ask(): Promise<void> {
    for (let tries = 0; tries < TRIES && !this.#over; tries += 1) {
      if (this.order === null || this.done) return;
      try {
        const asked = { id: this.#orderId, expectedUnpaid: this.unpaid };
        const { lock } = await this.#till.ask("order.lock.request", asked, decodeLock);
        this.#held(lock.id);
        return;
      } catch (error) {
        if (!(error instanceof ShopError)) throw error;
        if (error.code === "LOCKED") {
          await this.#lockedBy(error);
          return;
        }
        if (error.reason !== "UNPAID_CHANGED") throw error;
        this.changed = true;
        await this.#read();
      }
    }
  }

  #held(lockId: string): void {
    this.hold = { state: "held", lockId };
    // The screen was left while it was asked for.
    if (this.#over) this.#release();
  }

  /** While our own plugin or terminal is asked the order is locked for us as well: then the attempt is on screen. */
  async #lockedBy(error: ShopError): Promise<void> {
    const by = readable(decodeHolder, error.data)?.by;
    if (by === undefined || by.id !== this.#till.deviceId) {
      this.hold = { state: "elsewhere", by: by?.name ?? "" };
      return;
    }
    // A page that was just loaded has not read the attempts yet.
    const known = this.#payments.underWayOf(this.#orderId);
    const attempt = known ?? (await this.#payments.attemptsOf(this.#orderId)).find(isUnderWay);
    if (attempt !== undefined) this.#payments.show(attempt);
  }

  async #renew(): Promise<void> {
    if (this.hold.state !== "held" || this.done) return;
    try {
      await this.#till.do("order.renew-lock.request", { lockId: this.hold.lockId });
    } catch (error) {
      if (!isLost(error)) await this.refresh();
    }
  }

  #release(): void {
    if (this.hold.state !== "held") return;
    void this.#till.do("order.unlock.request", { lockId: this.hold.lockId }).catch(() => undefined);
  }

  async #read(): Promise<void> {
    const { order } = await this.#till.ask("order.get.request", { id: this.#orderId }, decodeBill);
    this.#take(order);
    if (this.done && order.orderState === "OPENED" && order.chargePrice.chargePriceValue === 0)
      await this.#till.do("order.complete.request", { id: order.id });
  }

  /** A payment whose answer was lost: whatever became of it is shown, and nothing is begun anew. */
  async #findLost(): Promise<void> {
    const before = this.#before;
    if (before === null) return;
    const lost = (await this.#payments.attemptsOf(this.#orderId)).find(({ id }) => !before.has(id));
    this.#before = null;
    this.problem = "";
    if (lost === undefined) return;
    this.#payments.show(lost);
    await this.#follow();
  }

  #take(order: Bill): void {
    if (this.order === null || order.version >= this.order.version) this.order = order;
  }

  /** An attempt on this order came further, on screen or, found out later by the shop, behind it. */
  async #hear(attempt: Attempt): Promise<void> {
    if (attempt.orderId !== this.#orderId) return;
    if (attempt.id === this.#payments.shown?.id) return this.#follow();
    // While one is begun here, its end is waited for by who began it.
    if (this.busy || isUnderWay(attempt) || isUnsettled(attempt)) return;
    await this.#read().catch(() => undefined);
    this.parts = fitted(this.parts, this.unpaid);
  }

  /** What follows from the end of the attempt on screen: its part is paid, the order is free again. */
  async #follow(): Promise<void> {
    const { shown } = this.#payments;
    if (shown?.orderId !== this.#orderId || isUnderWay(shown)) return;
    if (shown.state === "APPROVED" && shown.id !== this.last?.id) {
      this.last = shown;
      this.#tip = null;
      if (shown.partId !== undefined) this.parts = afterPaying(this.parts, shown.partId, shown.amount - shown.tip);
      await this.#read();
      this.parts = fitted(this.parts, this.unpaid);
    }
    if (this.hold.state !== "held" && !this.done) await this.refresh();
  }
}

function isLost(error: unknown): boolean {
  return error instanceof ShopError && ["HOST_UNAVAILABLE", "TIMEOUT"].includes(error.code);
}
