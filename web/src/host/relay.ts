/**
 * Carries messages between one plugin's worker and page and its session with the shop.
 *
 * A message is attributed by the context it came from, never by what it says (H-2). Requests get
 * exactly one reply, under the `callbackId` they came with (H-10); the ids of the two contexts never
 * meet, because the session gives its own. Pushes go to both contexts.
 *
 * Host requests:
 * - `payment.method.event.request` goes to the context that registered the method;
 * - `payment.event.request` goes to both, and one veto is a veto;
 * - the others go to both, and the first answer that is no error counts.
 * A context whose page goes away while it owes an answer gives an error there. The answer to a payment
 * then has no `complete` at all: what happened is unknown, and nobody may take it for a refusal (NET-1).
 *
 * What the plugin held in a session that was lost is given to the next one (`Holdings`).
 */

import { isObject, type Json } from "../client/decode";
import { type Envelope, replyName } from "../client/envelope";
import { refusal, unavailable } from "../client/errors";
import type { Asked } from "../client/session";
import { Context, type ContextKind } from "./context";
import { Holdings } from "./holdings";

const INFO = "plugin.info.request";
const METHOD_ASK = "payment.method.event.request";
const VETO_ASK = "payment.event.request";

/** What the relay needs of the plugin's session. */
export interface Line {
  ask(asked: Asked, answered: (reply: Envelope) => void, atOnce?: boolean): void;
  tell(asked: Asked, atOnce?: boolean): void;
  answer(callbackId: string, name: string, data: unknown): void;
}

export interface RelayEvents {
  /** A context was told who it is: it runs. */
  began(kind: ContextKind): void;
  /** Something that is no message was dropped. */
  malformed(kind: ContextKind, why: string): void;
  /** An answer nobody waits for, a second one for instance, was dropped. */
  stray(kind: ContextKind, name: string): void;
}

interface Round {
  readonly name: string;
  readonly left: Set<Context>;
  refused: Envelope | null;
}

export class Relay {
  readonly #line: Line;
  readonly #events: RelayEvents;
  readonly #now: () => number;
  readonly #contexts = new Map<ContextKind, Context>();
  readonly #methods = new Map<string, Context>();
  readonly #rounds = new Map<string, Round>();
  readonly #holdings = new Holdings();
  #info: Json | null = null;

  constructor(line: Line, events: RelayEvents, now: () => number = Date.now) {
    this.#line = line;
    this.#events = events;
    this.#now = now;
  }

  /** The answer to `plugin.info.request`, kept so that it never waits for the shop (H-1). */
  set info(info: Json) {
    this.#info = info;
  }

  /** A context exists; `post` puts an envelope into it. */
  attach(kind: ContextKind, post: (envelope: object) => void): void {
    this.#contexts.get(kind)?.end();
    this.#contexts.set(kind, new Context(kind, post, this.#now));
  }

  /** A message a context posted, whatever it is. */
  take(kind: ContextKind, value: unknown): void {
    const context = this.#contexts.get(kind);
    if (context === undefined) return;
    if (!isObject(value) || typeof value["name"] !== "string" || value["name"].length > 100) {
      this.#events.malformed(kind, "no object with a name");
      return;
    }
    const { name, callbackId, data } = value;
    const version = typeof value["version"] === "number" ? value["version"] : 1;
    try {
      if (typeof callbackId === "string" && context.asked.has(callbackId)) this.#answered(context, callbackId, name, data);
      else if (name.endsWith(".response")) this.#events.stray(kind, name);
      else if (callbackId === undefined || callbackId === null) this.#tell(context, { name, version, data });
      else if (name === INFO && this.#info !== null) this.#tellWho(context, callbackId, this.#info);
      else this.#ask(context, callbackId, { name, version, data });
    } catch (error) {
      // A BigInt, a cycle: structured clone carries them, JSON does not.
      const why = error instanceof Error ? error.message : String(error);
      this.#events.malformed(kind, `${name}: ${why}`);
      if (callbackId !== undefined && callbackId !== null) this.#reply(context, callbackId, name, notJson(why));
    }
  }

  /** Its session opened, after a loss perhaps. Before anything that waited: that may take back what is asked for here. */
  opened(): void {
    const { tell, ask } = this.#holdings.lost();
    for (const asked of tell) this.#line.tell(asked, true);
    for (const asked of ask) this.#line.ask(asked, () => undefined, true);
    for (const envelope of this.#holdings.broken()) this.push(envelope);
  }

  /** A push of the shop. */
  push(envelope: Envelope): void {
    this.#holdings.pushed(envelope);
    for (const context of this.#contexts.values()) context.push(envelope);
  }

  /** A host request of the shop. */
  ask(envelope: Envelope, callbackId: string): void {
    const asked = this.#askedOf(envelope);
    if (asked.length === 0) {
      this.#line.answer(callbackId, replyName(envelope.name), unavailable());
      return;
    }
    this.#rounds.set(callbackId, { name: envelope.name, left: new Set(asked), refused: null });
    for (const context of asked) context.ask(envelope, callbackId);
  }

  /** The page of a context goes away, to be loaded again perhaps. at: when. */
  unload(kind: ContextKind, at: number): void {
    const context = this.#contexts.get(kind);
    if (context === undefined) return;
    for (const callbackId of context.unload(at))
      this.#heard(context, callbackId, { name: "", version: 1, callbackId, data: this.#lost(callbackId) });
  }

  end(): void {
    for (const context of this.#contexts.values()) context.end();
    this.#contexts.clear();
  }

  #lost(callbackId: string): Json {
    const { complete, ...unknown } = unavailable();
    return this.#rounds.get(callbackId)?.name === METHOD_ASK ? unknown : { complete, ...unknown };
  }

  #askedOf({ name, data }: Envelope): readonly Context[] {
    const all = [...this.#contexts.values()];
    if (name === METHOD_ASK) {
      const id = isObject(data) ? data["id"] : undefined;
      const owner = typeof id === "string" ? this.#methods.get(id) : undefined;
      return owner === undefined ? all.slice(0, 1) : [owner];
    }
    // Where nothing started yet nobody can object; one that runs is asked.
    const ready = all.filter((context) => context.ready);
    return ready.length > 0 ? ready : all;
  }

  #tellWho(context: Context, callbackId: unknown, info: Json): void {
    this.#reply(context, callbackId, INFO, { complete: true, ...info });
    const wasReady = context.ready;
    context.begin();
    if (!wasReady) this.#events.began(context.kind);
  }

  #ask(context: Context, callbackId: unknown, asked: Asked): void {
    const { load } = context;
    this.#line.ask(asked, ({ data }) => {
      this.#holdings.replied(asked, data);
      if (context.load === load) this.#reply(context, callbackId, asked.name, data);
    });
  }

  #tell(context: Context, asked: Asked): void {
    this.#line.tell(asked);
    this.#holdings.told(asked);
    if (!isObject(asked.data) || typeof asked.data["id"] !== "string") return;
    if (asked.name === "payment.method.add") this.#methods.set(asked.data["id"], context);
    if (asked.name === "payment.method.remove") this.#methods.delete(asked.data["id"]);
  }

  #answered(context: Context, callbackId: string, name: string, data: unknown): void {
    // First, so that an answer which has no JSON is thrown out before anything is forgotten.
    JSON.stringify(data);
    context.asked.delete(callbackId);
    this.#heard(context, callbackId, { name, version: 1, callbackId, data });
  }

  #heard(context: Context, callbackId: string, answer: Envelope): void {
    const round = this.#rounds.get(callbackId);
    if (round === undefined) return;
    round.left.delete(context);
    const refused = !isObject(answer.data) || answer.data["complete"] !== true;
    if (refused) round.refused = answer;
    const decided = round.name === VETO_ASK ? refused : !refused;
    if (!decided && round.left.size > 0) return;
    this.#rounds.delete(callbackId);
    for (const other of round.left) other.asked.delete(callbackId);
    const said = round.refused !== null && (round.name === VETO_ASK || refused) ? round.refused : answer;
    this.#line.answer(callbackId, said.name === "" ? replyName(round.name) : said.name, said.data ?? {});
  }

  #reply(context: Context, callbackId: unknown, name: string, data: unknown): void {
    context.post({ name: replyName(name), version: 1, callbackId, data });
  }
}

function notJson(why: string): Json {
  return refusal("INVALID_ARGUMENT", `JSON으로 보낼 수 없는 값입니다: ${why}`, `It holds a value JSON has no text for: ${why}`);
}
