/**
 * One WebSocket session with the shop: opens it, keeps it alive, and comes back after a loss.
 *
 * What holds: frames are handed over in the order they came; a store event is handed over once, in
 * rising `seq`, also across reconnects; the token is asked for anew each time (contract, wire §9).
 */

import { attempt, type Decoded } from "./decode";
import { decodeOpened, decodeSign, type Opened } from "./shapes";
import { type Envelope, readFrame } from "./envelope";
import { refusalIn, ShopError } from "./errors";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const OPEN_WITHIN_MS = 10_000;
const PING_EVERY_MS = 15_000;
const MISSED_PINGS = 2;
const OPENING = "open";
const PING = "ping:";

/** What the wire needs of a WebSocket; tests hand in a fake. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  /** Bytes that were written and did not leave yet. */
  readonly bufferedAmount: number;
  send(text: string): void;
  close(): void;
}

export interface WireOptions {
  /** A new, connecting socket. */
  readonly connect: () => Socket;
  /** The token to open the session with. A `ShopError` ends the wire, anything else is tried again. */
  readonly token: () => Promise<string>;
  readonly client: { readonly name: string; readonly version: string; readonly language?: "ko" | "en" };
  readonly resumeAfter?: number | undefined;
  /** How often the shop is asked whether it is there; two silences in a row are a loss. */
  readonly pingEveryMs?: number;
  /** How long it waits at most before it tries again. */
  readonly longestWaitMs?: number;
}

/** What the shop says with each sign of life (OFF-8). seq: its newest fact. */
export type Sign = Decoded<typeof decodeSign>;

export interface WireEvents {
  opened(session: Opened): void;
  frame(envelope: Envelope): void;
  lost(): void;
  /** The shop was heard: when the session opened, and with each answer to a ping. */
  alive?(sign: Sign): void;
  /** The shop will not have this client: nothing is tried again. */
  refused(error: ShopError): void;
}

export class Wire {
  readonly #options: WireOptions;
  readonly #events: WireEvents;
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pinging: ReturnType<typeof setInterval> | undefined;
  #unanswered = 0;
  #waitMs = FIRST_WAIT_MS;
  #open = false;
  #ended = false;
  #seq: number | undefined;

  constructor(options: WireOptions, events: WireEvents) {
    this.#options = options;
    this.#events = events;
    this.#seq = options.resumeAfter;
  }

  /** Whether the session is open, so that `send` goes out. */
  get open(): boolean {
    return this.#open;
  }

  /** The last store event handed over, to resume from. */
  get seq(): number | undefined {
    return this.#seq;
  }

  /** Bytes that wait because the network or the shop is slower than who writes. */
  get backlog(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  start(): void {
    void this.#connect();
  }

  /** Sends a frame. Only while open. */
  send(frame: string): void {
    this.#socket?.send(frame);
  }

  /** Ends it for good; nothing is handed over any more. */
  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#drop();
  }

  async #connect(): Promise<void> {
    let token: string;
    try {
      token = await this.#options.token();
    } catch (error) {
      if (error instanceof ShopError && isFinal(error)) this.#refuse(error);
      else this.#again();
      return;
    }
    if (this.#ended) return;
    const socket = this.#options.connect();
    this.#socket = socket;
    socket.onopen = () => socket.send(this.#opening(token));
    socket.onmessage = (event) => {
      if (typeof event.data === "string") this.#take(event.data);
    };
    socket.onclose = () => this.#closed();
    this.#timer = setTimeout(() => this.#closed(), OPEN_WITHIN_MS);
  }

  #opening(token: string): string {
    const resume = this.#seq === undefined ? {} : { resumeAfter: this.#seq };
    const data = { token, client: this.#options.client, ...resume };
    return JSON.stringify({ name: "session.open.request", version: 1, callbackId: OPENING, data });
  }

  #take(frame: string): void {
    const envelope = readFrame(frame);
    if (envelope === null) return;
    if (envelope.callbackId === OPENING && !this.#open) this.#begin(envelope);
    else if (envelope.callbackId?.startsWith(PING)) this.#answered(envelope);
    else if (this.#isNew(envelope)) this.#events.frame(envelope);
  }

  #begin(envelope: Envelope): void {
    const error = refusalIn(envelope.data);
    if (error !== null) {
      if (isFinal(error)) this.#refuse(error);
      else this.#closed();
      return;
    }
    const session = decodeOpened(envelope.data);
    if (!session.resumed) this.#seq = session.seq;
    clearTimeout(this.#timer);
    this.#open = true;
    this.#waitMs = FIRST_WAIT_MS;
    this.#unanswered = 0;
    this.#pinging = setInterval(() => this.#ping(), this.#options.pingEveryMs ?? PING_EVERY_MS);
    this.#events.alive?.(session);
    this.#events.opened(session);
  }

  #answered({ data }: Envelope): void {
    this.#unanswered = 0;
    const sign = attempt(decodeSign, data);
    if (sign !== null) this.#events.alive?.(sign);
  }

  /** At least once is what the shop promises; here it becomes once (OFF-9). */
  #isNew(envelope: Envelope): boolean {
    if (envelope.seq === undefined) return true;
    if (this.#seq !== undefined && envelope.seq <= this.#seq) return false;
    this.#seq = envelope.seq;
    return true;
  }

  #ping(): void {
    if (this.#unanswered >= MISSED_PINGS) {
      this.#closed();
      return;
    }
    this.#unanswered += 1;
    const callbackId = `${PING}${String(this.#unanswered)}`;
    this.send(JSON.stringify({ name: "session.ping.request", version: 1, callbackId, data: {} }));
  }

  #closed(): void {
    const wasOpen = this.#open;
    this.#drop();
    if (this.#ended) return;
    this.#again();
    if (wasOpen) this.#events.lost();
  }

  #again(): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, this.#options.longestWaitMs ?? LONGEST_WAIT_MS);
  }

  #refuse(error: ShopError): void {
    this.close();
    this.#events.refused(error);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pinging);
    this.#open = false;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

const FINAL = new Set(["UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND"]);

function isFinal(error: ShopError): boolean {
  return FINAL.has(error.code);
}
