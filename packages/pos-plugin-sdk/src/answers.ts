import type { Envelope } from './envelope.js';

const ABOUT_MONEY = /^host:(?:pay|back):/;
const MOST_KEPT = 1_000;

interface Kept {
  envelope: Envelope;
  /** Number of the last request made before it. */
  after: number;
  posted: boolean;
}

/**
 * Answers about money that the shop may not have heard. Such an answer counts whenever it comes (contract, wire §7) and
 * may say that a card was charged, so it is kept until something shows that it arrived. A connection whose other end
 * vanished takes what is written for a minute; a reply to a request made after the answer proves that it was read.
 */
export class Answers {
  private readonly kept = new Map<string, Kept>();

  /** An answer. posted: whether there was a connection to take it. */
  add(envelope: Envelope, after: number, posted: boolean): void {
    const { callbackId } = envelope;
    if (callbackId === undefined || !ABOUT_MONEY.test(callbackId)) return;
    this.kept.delete(callbackId);
    this.kept.set(callbackId, { envelope, after, posted });
    if (this.kept.size <= MOST_KEPT) return;
    const oldest = [...this.kept].find(([, kept]) => kept.posted) ?? [...this.kept][0];
    if (oldest !== undefined) this.kept.delete(oldest[0]);
  }

  /** The shop asks under this id, again perhaps: what was said before is no answer to that. */
  asked(callbackId: string): void {
    this.kept.delete(callbackId);
  }

  /** The shop replied to a request of this number. */
  proved(number: number): void {
    for (const [callbackId, { after, posted }] of this.kept)
      if (posted && after < number) this.kept.delete(callbackId);
  }

  /** What a new connection has to be given, in the order it was said. */
  due(): Envelope[] {
    const due = [...this.kept.values()];
    for (const kept of due) kept.posted = true;
    return due.map(({ envelope }) => envelope);
  }
}
