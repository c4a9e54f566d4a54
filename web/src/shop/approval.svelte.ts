/** A manager's one-off approval of what is above the person at the till (rulebook §7.5, SEC-1). */

import { attempt as readable, fields, text } from "../client/decode";
import { ShopError } from "../client/errors";
import type { Till } from "./till.svelte";

const decodeNeeded = fields({ action: text, act: text });
const decodeApproved = fields({ approvalId: text });

/** What a manager is asked to approve. */
export interface Question {
  /** A message's name. */
  readonly action: string;
  /** Which one, as the shop told it: an approval is for no other order or amount. */
  readonly act: string;
}

/** Somebody waits for a manager's PIN. */
interface Waiting {
  readonly question: Question;
  readonly settle: (approvalId: string | null) => void;
}

/** What a request brings of an approval. */
export function brings(approvalId: string | undefined): { readonly approvalId?: string } {
  return approvalId === undefined ? {} : { approvalId };
}

export class Approvals {
  /** null when nothing waits. */
  question = $state.raw<Question | null>(null);
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
      const approvalId = await this.#ask(needed);
      if (approvalId === null) throw error;
      return act(approvalId);
    }
  }

  /**
   * The manager's PIN for this question; one that comes back when another is asked already approves nothing.
   * Raises ShopError when it is refused; the question stays.
   */
  async approve(question: Question, pin: string): Promise<void> {
    const { action, act } = question;
    const { approvalId } = await this.#till.ask("staff.approve.request", { pin, action, act }, decodeApproved);
    if (this.#waiting?.question === question) this.#settle(approvalId);
  }

  turnAway(): void {
    this.#settle(null);
  }

  #ask(question: Question): Promise<string | null> {
    this.#settle(null);
    return new Promise((settle) => {
      this.#waiting = { question, settle };
      this.question = question;
    });
  }

  #settle(approvalId: string | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.question = null;
    waiting?.settle(approvalId);
  }
}
