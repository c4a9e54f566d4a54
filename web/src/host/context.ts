/**
 * One place a plugin's code runs in, its worker or its page, as the relay sees it.
 *
 * Before its `plugin.info.request` was answered nothing the plugin did not ask for reaches it (E-1,
 * H-1): pushes and host requests wait. While its page reloads, pushes are dropped, except payments,
 * which the new page gets once, 3 s after its own `plugin.info.request` (H-37).
 */

import type { Envelope } from "../client/envelope";

export type ContextKind = "worker" | "tab";

const MAX_WAITING = 1_000;
const MAX_MISSED = 1_000;
const REDELIVER_AFTER_MS = 3_000;
/** As long as a page may take from its last word to its going. */
const LONGEST_LEAVING_MS = 10_000;
const MISSED_LIVE_MS = 10 * 60_000;

interface Missed {
  readonly envelope: Envelope;
  readonly at: number;
}

export class Context {
  /** Rises with every page load: what an earlier page asked for is not answered to a later one. */
  load = 0;
  /** Host requests this context has to answer. */
  readonly asked = new Set<string>();
  readonly #now: () => number;
  #ready = false;
  #reloading = false;
  #waiting: Envelope[] = [];
  #missed: Missed[] = [];
  /** Payment pushes since the last load, in case its page was already leaving when they were posted. */
  #recent: Missed[] = [];
  #redelivery: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly kind: ContextKind,
    /** Puts an envelope into it. */
    readonly post: (envelope: object) => void,
    now: () => number,
  ) {
    this.#now = now;
  }

  /** Whether its code asked who it is and was told. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Its `plugin.info.request` was answered: what waited follows. */
  begin(): void {
    if (this.#ready) return;
    this.#ready = true;
    this.#reloading = false;
    for (const envelope of this.#waiting.splice(0)) this.post(envelope);
    if (this.#missed.length > 0) this.#redelivery = setTimeout(() => this.#redeliver(), REDELIVER_AFTER_MS);
  }

  /** at: when its page went away.  Returns the host requests that will not be answered any more. */
  unload(at: number): readonly string[] {
    clearTimeout(this.#redelivery);
    this.load += 1;
    this.#reloading = true;
    // A push that crossed with the page's leaving went into the old page and was lost with it.
    if (this.#ready) this.#missed.push(...this.#recent.filter((missed) => missed.at >= at));
    this.#ready = false;
    this.#recent = [];
    this.#waiting = this.#waiting.filter(({ callbackId }) => callbackId !== undefined);
    const lost = [...this.asked].filter((id) => !this.#waiting.some(({ callbackId }) => callbackId === id));
    for (const id of lost) this.asked.delete(id);
    return lost;
  }

  push(envelope: Envelope): void {
    const isPayment = envelope.name === "payment.change.event";
    const now = this.#now();
    if (this.#ready) {
      if (isPayment) this.#recent = [...this.#recent.filter(({ at }) => at > now - LONGEST_LEAVING_MS), { envelope, at: now }];
      this.post(envelope);
    } else if (!this.#reloading) this.#wait(envelope);
    else if (isPayment && this.#missed.length < MAX_MISSED) this.#missed.push({ envelope, at: now });
  }

  /** Hands over a host request, once the context is ready. */
  ask(envelope: Envelope, callbackId: string): void {
    this.asked.add(callbackId);
    if (this.#ready) this.post(envelope);
    else this.#wait(envelope);
  }

  end(): void {
    clearTimeout(this.#redelivery);
  }

  #wait(envelope: Envelope): void {
    this.#waiting.push(envelope);
    if (this.#waiting.length <= MAX_WAITING) return;
    const oldestPush = this.#waiting.findIndex(({ callbackId }) => callbackId === undefined);
    this.#waiting.splice(Math.max(oldestPush, 0), 1);
  }

  #redeliver(): void {
    const since = this.#now() - MISSED_LIVE_MS;
    for (const { envelope, at } of this.#missed.splice(0))
      if (at >= since) this.post({ ...envelope, replayed: true });
  }
}
