/**
 * Requests and answers over one wire, for the till's own session and for each hosted plugin's.
 *
 * What holds: every `ask` is answered exactly once, by the shop or by a refusal of ours. A request in
 * flight when the connection is lost is sent again, in the old order, when that is harmless: it only
 * reads, or carries a `commandId`, which every write is given here. Anything else is answered
 * `HOST_UNAVAILABLE`. Requests made while the connection is down wait for it until their deadline.
 * An answer about money is sent by every later connection until the shop has certainly read it.
 */

import { Answers } from "./answers";
import type { Json } from "./decode";
import type { Envelope } from "./envelope";
import { refusal, timedOut, unavailable } from "./errors";
import { LONGEST_FRAME, READS, WRITES } from "./messages.generated";
import { newId } from "./ids";
import { isPlain } from "./plain";
import type { Opened } from "./shapes";
import type { ShopError } from "./errors";
import { type Sign, Wire, type WireOptions } from "./wire";

/** A little more than the shop takes to answer or refuse (H-12). */
const DEADLINE_MS = 35_000;
const DEADLINES: ReadonlyMap<string, number> = new Map([
  ["http.request", 125_000],
  // A whole menu is read and compared (`server/menu_files.py`).
  ["catalog-export.create.request", 305_000],
  ["catalog-import.preview.request", 305_000],
  ["catalog-import.apply.request", 305_000],
  ["catalog-import.bad-rows.request", 305_000],
  ["catalog-picture.add.request", 65_000],
  // A person answers: the shop closes it, or the SDK gives up after a day.
  ["popup.request", 24 * 3_600_000],
]);
const MAX_NOTES_WAITING = 500;
/** Letters of all that waits for a connection. The newest notifications are kept, requests beyond it are refused. */
const MAX_NOTES_LENGTH = 4_000_000;
const MAX_WAITING_LENGTH = 64_000_000;

export interface Asked {
  readonly name: string;
  readonly version?: number;
  readonly data: unknown;
}

export interface SessionEvents {
  opened(session: Opened): void;
  push(envelope: Envelope): void;
  /** A host request: answered with `answer` (contract, wire §7). */
  ask(envelope: Envelope, callbackId: string): void;
  lost(): void;
  /** The shop was heard (`WireEvents.alive`). */
  alive?(sign: Sign): void;
  refused(error: ShopError): void;
}

export interface SessionOptions extends WireOptions {
  /** Done before anything that waited is sent, e.g. signing a person in again. */
  readonly prepare?: (session: Session) => Promise<void>;
}

interface Pending {
  readonly number: number;
  readonly frame: string;
  readonly repeatable: boolean;
  sent: boolean;
  readonly answered: (envelope: Envelope) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Session {
  readonly #wire: Wire;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #pending = new Map<string, Pending>();
  readonly #answers = new Answers();
  #notes: string[] = [];
  #notesLength = 0;
  /** Of the requests that wait for an answer, or for a connection first. */
  #pendingLength = 0;
  #ready = false;
  #number = 0;

  constructor(options: SessionOptions, events: SessionEvents) {
    this.#options = options;
    this.#events = events;
    this.#wire = new Wire(options, {
      opened: (session) => void this.#opened(session),
      frame: (envelope) => this.#take(envelope),
      lost: () => this.#lost(),
      alive: (sign) => this.#events.alive?.(sign),
      refused: (error) => this.#refused(error),
    });
  }

  get open(): boolean {
    return this.#ready;
  }

  /** The last store event this session saw; a later session resumes from it. */
  get seq(): number | undefined {
    return this.#wire.seq;
  }

  /** Bytes the network or the shop has not taken yet. */
  get backlog(): number {
    return this.#wire.backlog;
  }

  start(): void {
    this.#wire.start();
  }

  /** Ends the session; whatever waits is refused. */
  close(): void {
    this.#wire.close();
    this.#ready = false;
    this.#giveUp(() => true);
  }

  /**
   * Sends a request. answered: gets the reply's envelope, once.  atOnce: does not wait for `prepare`.
   * Throws TypeError when `data` has no JSON (a BigInt, a cycle); then nothing was sent.
   */
  ask(asked: Asked, answered: (reply: Envelope) => void, atOnce = false): void {
    this.#number += 1;
    const callbackId = this.#number.toString(36);
    const { name } = asked;
    const data = WRITES.has(name) ? withCommandId(asked.data) : asked.data;
    const frame = JSON.stringify({ name, version: asked.version ?? 1, callbackId, data });
    if (frame.length > LONGEST_FRAME) {
      answered({ name, version: 1, callbackId, data: tooLong() });
      return;
    }
    if (this.#pendingLength + frame.length > MAX_WAITING_LENGTH) {
      answered({ name, version: 1, callbackId, data: unavailable() });
      return;
    }
    const repeatable = READS.has(name) || (WRITES.has(name) && isPlain(data) && "commandId" in data);
    const timer = setTimeout(() => this.#answer(callbackId, name, timedOut()), DEADLINES.get(name) ?? DEADLINE_MS);
    const pending: Pending = { number: this.#number, frame, repeatable, sent: false, answered, timer };
    this.#pending.set(callbackId, pending);
    this.#pendingLength += frame.length;
    if (this.#ready || (atOnce && this.#wire.open)) this.#send(pending);
  }

  /**
   * Sends a notification; while the connection is down the newest 500 are kept, 4 MB at most.
   * atOnce: before what waits.  Throws like `ask`.
   */
  tell({ name, version, data }: Asked, atOnce = false): void {
    const frame = JSON.stringify({ name, version: version ?? 1, data });
    if (frame.length > LONGEST_FRAME) return;
    if (this.#ready || (atOnce && this.#wire.open)) {
      this.#wire.send(frame);
      return;
    }
    this.#notes.push(frame);
    this.#notesLength += frame.length;
    while (this.#notes.length > MAX_NOTES_WAITING || this.#notesLength > MAX_NOTES_LENGTH)
      this.#notesLength -= this.#notes.shift()?.length ?? 0;
  }

  /** Answers a host request. One that comes while the connection is down is kept: it may be an approval. */
  answer(callbackId: string, name: string, data: unknown): void {
    const frame = JSON.stringify({ name, version: 1, callbackId, data });
    this.#answers.add(callbackId, frame, this.#number, this.#wire.open);
    if (this.#wire.open) this.#wire.send(frame);
  }

  async #opened(session: Opened): Promise<void> {
    this.#events.opened(session);
    // Without it what waits would be refused for want of the person's scopes; its own failure shows.
    await this.#options.prepare?.(this).catch(() => undefined);
    if (!this.#wire.open) return;
    this.#ready = true;
    for (const answer of this.#answers.due()) this.#wire.send(answer);
    for (const note of this.#notes.splice(0)) this.#wire.send(note);
    this.#notesLength = 0;
    for (const pending of this.#pending.values()) if (!pending.sent) this.#send(pending);
  }

  #send(pending: Pending): void {
    pending.sent = true;
    this.#wire.send(pending.frame);
  }

  #take(envelope: Envelope): void {
    const { callbackId } = envelope;
    if (callbackId === undefined) {
      this.#events.push(envelope);
      return;
    }
    const pending = this.#pending.get(callbackId);
    if (pending === undefined) {
      // A late reply is called `….response`; ours was answered by its deadline already.
      if (envelope.name.endsWith(".request")) {
        this.#answers.asked(callbackId);
        this.#events.ask(envelope, callbackId);
      }
      return;
    }
    this.#answers.proved(pending.number);
    this.#forget(callbackId, pending);
    pending.answered(envelope);
  }

  #lost(): void {
    this.#ready = false;
    for (const pending of this.#pending.values()) if (pending.repeatable) pending.sent = false;
    this.#giveUp((pending) => pending.sent);
    this.#events.lost();
  }

  #refused(error: ShopError): void {
    this.#ready = false;
    this.#giveUp(() => true);
    this.#events.refused(error);
  }

  #giveUp(which: (pending: Pending) => boolean): void {
    for (const [callbackId, pending] of [...this.#pending])
      if (which(pending)) this.#answer(callbackId, "", unavailable());
  }

  #forget(callbackId: string, pending: Pending): void {
    this.#pending.delete(callbackId);
    this.#pendingLength -= pending.frame.length;
    clearTimeout(pending.timer);
  }

  #answer(callbackId: string, name: string, data: Json): void {
    const pending = this.#pending.get(callbackId);
    if (pending === undefined) return;
    this.#forget(callbackId, pending);
    pending.answered({ name, version: 1, callbackId, data });
  }
}

function withCommandId(data: unknown): unknown {
  if (data === undefined || data === null) return { commandId: newId() };
  if (!isPlain(data) || typeof data["commandId"] === "string") return data;
  return { ...data, commandId: newId() };
}

/** The shop would drop it unread, and its sender would wait for nothing (H-10). */
const tooLong = () =>
  refusal(
    "INVALID_ARGUMENT",
    `메시지가 ${String(LONGEST_FRAME)}자보다 깁니다. 나누어 보내 주세요.`,
    `The message is longer than ${String(LONGEST_FRAME)} characters; send less at a time`,
  );
