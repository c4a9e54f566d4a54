/**
 * Answers to the shop's questions that the shop may not have heard.
 *
 * An answer about money counts whenever it comes (contract, wire §7), and it may say that a card was
 * charged: it is kept until something shows that it arrived, and is sent again by each later connection.
 * A connection whose other end vanished takes what is written for a minute; only a reply to a request that
 * was sent after the answer proves that the answer was read. Others end with their connection's question,
 * and are kept only until there is one.
 */

const ABOUT_MONEY = /^host:(?:pay|back):/;
const MOST_KEPT = 1_000;

interface Kept {
  readonly frame: string;
  readonly aboutMoney: boolean;
  /** Number of the last request made before it. */
  readonly after: number;
  written: boolean;
}

export class Answers {
  readonly #kept = new Map<string, Kept>();

  /** An answer, under the id of its question. written: whether there was a connection to take it. */
  add(callbackId: string, frame: string, after: number, written: boolean): void {
    const aboutMoney = ABOUT_MONEY.test(callbackId);
    if (written && !aboutMoney) return;
    this.#kept.delete(callbackId);
    this.#kept.set(callbackId, { frame, aboutMoney, after, written });
    if (this.#kept.size <= MOST_KEPT) return;
    const [oldest] = [...this.#kept].find(([, kept]) => kept.written) ?? [...this.#kept][0] ?? [];
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  /** The shop asks under this id, again perhaps: what was said before is no answer to that. */
  asked(callbackId: string): void {
    this.#kept.delete(callbackId);
  }

  /** The shop replied to a request of this number. */
  proved(number: number): void {
    for (const [callbackId, kept] of this.#kept) if (kept.written && kept.after < number) this.#kept.delete(callbackId);
  }

  /** What a new connection has to be given, in the order it was said. */
  due(): readonly string[] {
    const due = [...this.#kept];
    for (const [callbackId, kept] of due)
      if (kept.aboutMoney) kept.written = true;
      else this.#kept.delete(callbackId);
    return due.map(([, { frame }]) => frame);
  }
}
