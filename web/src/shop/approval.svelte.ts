/** A manager's one-off approval of what is above the person at the till (rulebook §7.5, SEC-1). */

import { attempt as readable, fields, text } from "../client/decode";
import { ShopError } from "../client/errors";
import type { Till } from "./till.svelte";

const decodeNeeded = fields({ action: text, act: text });
const decodeApproved = fields({ approvalId: text });

/** Somebody waits for a manager's PIN. */
interface Waiting {
  readonly action: string;
  /** Which one, as the shop told it: an approval is for no other order or amount. */
  readonly act: string;
  readonly settle: (approvalId: string | null) => void;
}

/** What a request brings of an approval. */
export function brings(approvalId: string | undefined): { readonly approvalId?: string } {
  return approvalId === undefined ? {} : { approvalId };
}

export class Approvals {
  /** What a manager is asked to approve: a message's name; null when nothing waits. */
  action = $state<string | null>(null);
  readonly #till: Till;
  #waiting: Waiting | null = null;

  constructor(till: Till) {
    this.#till = till;
  }

  /**
   * Runs an act; when the shop wants a manager's approval, asks for it and runs the act again with it.
   * Raises the act's ShopError; APPROVAL_NEEDED when the manager turned away.
   */
  async run<T>(act: (approvalId?: string) => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ShopError) || error.reason !== "APPROVAL_NEEDED") throw error;
      const needed = readable(decodeNeeded, error.data);
      if (needed === null) throw error;
      const approvalId = await this.#ask(needed.action, needed.act);
      if (approvalId === null) throw error;
      return act(approvalId);
    }
  }

  /** The manager's PIN. Raises ShopError when it is refused; the question stays. */
  async approve(pin: string): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const { approvalId } = await this.#till.ask(
      "staff.approve.request",
      { pin, action: waiting.action, act: waiting.act },
      decodeApproved,
    );
    this.#settle(approvalId);
  }

  turnAway(): void {
    this.#settle(null);
  }

  #ask(action: string, act: string): Promise<string | null> {
    this.#settle(null);
    return new Promise((settle) => {
      this.#waiting = { action, act, settle };
      this.action = action;
    });
  }

  #settle(approvalId: string | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.action = null;
    waiting?.settle(approvalId);
  }
}
