/** A manager's one-off approval of what is above the person at the till (rulebook §7.5, SEC-1). */

import { type ActAbout, decodeApproved, decodeNeeded } from "../client/approval";
import { attempt as readable } from "../client/decode";
import { ShopError } from "../client/errors";
import type { Till } from "./till.svelte";

/** What a manager is asked to approve, all of it as the shop told it. */
export interface Question {
  /** A message's name. */
  readonly action: string;
  /** Which one: an approval is for no other order or amount. */
  readonly act: string;
  readonly about: ActAbout;
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
  /** The newest one: an act that a plugin objected to did not use it up, and its repeat brings it again. */
  #given: { readonly question: Question; readonly approvalId: string; readonly person: Till["person"] } | null = null;

  constructor(till: Till) {
    this.#till = till;
  }

  /**
   * Runs an act; when the shop wants a manager's approval, asks for it and runs the act again with it. What changed
   * before the PIN was there (a cart, an order's total) is asked for anew, as it is by then.
   * Raises the act's ShopError; APPROVAL_NEEDED when the manager turned away, or where none would help.
   */
  async run<T>(act: (approvalId?: string) => Promise<T>): Promise<T> {
    let approvalId: string | undefined;
    for (;;) {
      try {
        return await act(approvalId);
      } catch (error) {
        if (!(error instanceof ShopError) || error.reason !== "APPROVAL_NEEDED") throw error;
        const needed = readable(decodeNeeded, error.data);
        if (needed === null) throw error;
        const known = this.#known(needed);
        // One that was tried was refused: it was used, or ran out.
        const given = known !== null && known !== approvalId ? known : await this.#ask(needed);
        if (given === null) throw error;
        approvalId = given;
      }
    }
  }

  /**
   * The manager's PIN for this question; one that comes back when another is asked already approves nothing.
   * Raises ShopError when it is refused; the question stays.
   */
  async approve(question: Question, pin: string): Promise<void> {
    const { action, act } = question;
    const { approvalId } = await this.#till.ask("staff.approve.request", { pin, action, act }, decodeApproved);
    if (this.#waiting?.question !== question) return;
    this.#given = { question, approvalId, person: this.#till.person };
    this.#settle(approvalId);
  }

  turnAway(): void {
    this.#settle(null);
  }

  /** The approval the person who is signed in was given for just this act, if it was the newest. */
  #known({ action, act }: Question): string | null {
    const given = this.#given;
    if (given === null || given.person !== this.#till.person) return null;
    return given.question.action === action && given.question.act === act ? given.approvalId : null;
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
