import type { Listener, Unsubscribe } from './calls.js';

type Data = Record<string, unknown>;
type Handler = Listener<Data>;

const EARLY_MS = 10_000;
const EARLY_MOST = 100;
const KEPT_MOST = 100;

/** Pushes that tell no change of the shop and are kept until somebody listens, as the POS's own SDK keeps them. */
const KEPT: ReadonlySet<string> = new Set([
  'barcode.event',
  'toast.click',
  'toast.button.click',
  'plugin.unicast.event',
]);

interface Early {
  topic: string;
  data: Data;
}

/**
 * Handlers of pushes, several per event. Changes that arrive in the first ten seconds before anybody listens are kept
 * for whoever comes within that time: a plugin that reads the menu before it subscribes misses nothing.
 */
export class Listeners {
  /** One handler at a time per event, in order, as a session that resumes needs it. */
  isSerial = false;
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly kept = new Map<string, Data[]>();
  private early: Early[] = [];
  private isEarly = true;

  constructor(private readonly failed: (topic: string, error: unknown) => void) {
    const timer: unknown = setTimeout(() => {
      this.isEarly = false;
      this.early = [];
    }, EARLY_MS);
    letExit(timer);
  }

  /** Calls `handler` for each push of this name; with `event`, for those that carry it. */
  add(name: string, event: string | undefined, handler: Handler): Unsubscribe {
    const topic = topicOf(name, event);
    const handlers = this.handlers.get(topic) ?? new Set();
    this.handlers.set(topic, handlers);
    // An own function each, so that one handler given twice is two subscriptions.
    const own: Handler = (data) => handler(data);
    handlers.add(own);
    const waiting = [...this.early.filter((push) => push.topic === topic), ...this.keptOf(topic)];
    this.early = this.early.filter((push) => push.topic !== topic);
    if (waiting.length > 0) {
      // After the caller has its subscription in hand, before any later push.
      queueMicrotask(() => {
        for (const push of waiting) void this.run(topic, push.data);
      });
    }
    return () => {
      handlers.delete(own);
      if (handlers.size === 0) this.handlers.delete(topic);
    };
  }

  /** Names of the pushes somebody listens to. */
  names(): string[] {
    return [...new Set([...this.handlers.keys()].map((topic) => topic.split('#')[0] ?? topic))].sort();
  }

  /** A push arrived. Resolves when every handler is done. */
  dispatch(name: string, data: Data): Promise<void> {
    const event = typeof data['event'] === 'string' ? data['event'] : undefined;
    const topics = [name, ...(event === undefined ? [] : [topicOf(name, event)])].filter((topic) =>
      this.handlers.has(topic),
    );
    if (topics.length === 0) this.keep(name, event, data);
    return Promise.all(topics.map((topic) => this.run(topic, data))).then(() => undefined);
  }

  private keep(name: string, event: string | undefined, data: Data): void {
    if (KEPT.has(name)) {
      const list = this.kept.get(name) ?? [];
      this.kept.set(name, list);
      list.push(data);
      if (list.length > KEPT_MOST) list.shift();
    } else if (this.isEarly && this.early.length < EARLY_MOST) {
      this.early.push({ topic: topicOf(name, event), data });
    }
  }

  private keptOf(topic: string): Early[] {
    const list = this.kept.get(topic) ?? [];
    this.kept.delete(topic);
    return list.map((data) => ({ topic, data }));
  }

  private run(topic: string, data: Data): Promise<void> {
    if (!this.isSerial) return this.call(topic, data);
    const lane = (this.lanes.get(topic) ?? Promise.resolve()).then(() => this.call(topic, data));
    this.lanes.set(topic, lane);
    return lane;
  }

  private call(topic: string, data: Data): Promise<void> {
    const outcomes = [...(this.handlers.get(topic) ?? [])].map((handler) => {
      try {
        return Promise.resolve(handler(data)).catch((error: unknown) => {
          this.failed(topic, error);
        });
      } catch (error) {
        this.failed(topic, error);
        return Promise.resolve();
      }
    });
    return Promise.all(outcomes).then(() => undefined);
  }
}

function topicOf(name: string, event: string | undefined): string {
  return event === undefined ? name : `${name}#${event}`;
}

/** Lets a Node process end although this timer still waits. */
export function letExit(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
    (timer as { unref(): void }).unref();
  }
}
