/** A manager's one-off approval of what is above the person at the till (rulebook §7.5, SEC-1). */

import { fields, text } from "../client/decode";
import { ShopError } from "../client/errors";
import type { Till } from "./till.svelte";

const decodeApproved = fields({ approvalId: text });

/** Somebody waits for a manager's PIN. */
interface Waiting {
  readonly action: string;
  readonly settle: (approvalId: string | null) => void;
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
      const action = error.data["action"];
      if (typeof action !== "string") throw error;
      const approvalId = await this.#ask(action);
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
      { pin, action: waiting.action },
      decodeApproved,
    );
    this.#settle(approvalId);
  }

  turnAway(): void {
    this.#settle(null);
  }

  #ask(action: string): Promise<string | null> {
    this.#settle(null);
    return new Promise((settle) => {
      this.#waiting = { action, settle };
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
