import type { Call, Data } from './calls.js';
import type { Envelope } from './session.js';

/**
 * What goes wrong with a message, a request's or a push's:
 * `lost` it never arrives · `lost-reply` it is done, its reply does not come · `duplicate` it arrives twice ·
 * `locked` refused because a payment is running · `offline` refused because the shop cannot be reached ·
 * `delayMs` it is late.
 */
export type Fault = 'lost' | 'lost-reply' | 'duplicate' | 'locked' | 'offline' | { delayMs: number };

/** Answers a request in the shop's place: the reply's keys, or a refusal to throw. */
export type ScriptedAnswer = Data | ((data: Data) => Data | Promise<Data>);

/** A refusal as the shop sends it, to be thrown by a scripted answer. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: { reason?: string; data?: Data } = {},
  ) {
    super(message);
  }
}

interface Planned {
  fault: Fault;
  left: number;
}

const LOCKED = new Refused('LOCKED', '결제가 진행 중입니다', { reason: 'PAYMENT_IN_PROGRESS' });
const OFFLINE = new Refused('HOST_UNAVAILABLE', '상점에 연결할 수 없습니다');

/** Stands between a plugin and its session: passes envelopes on, remembers them, and lets go wrong what should. */
export class Relay {
  readonly calls: Call[] = [];
  private readonly open = new Map<string, Call>();
  private readonly answers = new Map<string, ScriptedAnswer>();
  private readonly planned = new Map<string, Planned[]>();
  private readonly asked = new Map<string, (data: Data) => void>();
  private readonly dropped = new Set<string>();
  private readonly heard = new Set<() => void>();
  private held: (() => void)[] | undefined;
  private lastQuestion = 0;

  constructor(
    private readonly toShop: (envelope: Envelope) => void,
    private readonly toPlugin: (envelope: Envelope) => void,
  ) {}

  /** Answers this request instead of the shop, from now on. */
  answer(name: string, answer: ScriptedAnswer): void {
    this.answers.set(name, answer);
  }

  /** Lets the next messages of this name go wrong, `times` of them. */
  fault(name: string, fault: Fault, times = 1): void {
    this.planned.set(name, [...(this.planned.get(name) ?? []), { fault, left: times }]);
  }

  /** Nothing passes either way until `online`; then it passes in order. */
  offline(): void {
    this.held ??= [];
  }

  online(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const pass of held) pass();
  }

  /** Pushes an event to the plugin, as the shop would. */
  inject(name: string, data: Data): void {
    this.push({ name, version: 1, data });
  }

  /** Asks the plugin as the shop would; resolves to its answer. */
  ask(name: string, data: Data): Promise<Data> {
    const callbackId = `tester-${String((this.lastQuestion += 1))}`;
    return new Promise((resolve) => {
      this.asked.set(callbackId, resolve);
      this.toPlugin({ name, version: 1, callbackId, data });
    });
  }

  /** Calls `listener` after each call and reply. */
  onCall(listener: () => void): () => void {
    this.heard.add(listener);
    return () => {
      this.heard.delete(listener);
    };
  }

  /** A message of the plugin. */
  fromPlugin(envelope: Envelope): void {
    const { name, callbackId } = envelope;
    const data = (envelope.data ?? {}) as Data;
    const answered = callbackId === undefined ? undefined : this.asked.get(callbackId);
    const isAnswer = name.endsWith('.response');
    if (name !== 'log') {
      const kind = isAnswer ? 'answer' : callbackId === undefined ? 'notification' : 'request';
      const call: Call = { kind, name, data };
      this.calls.push(call);
      if (callbackId !== undefined && !isAnswer) this.open.set(callbackId, call);
      this.tell();
    }
    if (callbackId !== undefined && answered !== undefined) {
      this.asked.delete(callbackId);
      answered(data);
      return;
    }
    this.pass(() => {
      this.goToShop(envelope, data);
    });
  }

  /** A message of the shop. */
  fromShop(envelope: Envelope): void {
    this.pass(() => {
      const { callbackId } = envelope;
      if (callbackId === undefined) this.push(envelope);
      else if (this.dropped.delete(callbackId)) return;
      else this.reply(envelope);
    });
  }

  private goToShop(envelope: Envelope, data: Data): void {
    const { name, callbackId } = envelope;
    const fault = this.next(name);
    if (fault === 'lost') return;
    if (callbackId === undefined) {
      this.late(fault, () => {
        this.toShop(envelope);
        if (fault === 'duplicate') this.toShop(envelope);
      });
      return;
    }
    if (fault === 'lost-reply') this.dropped.add(callbackId);
    const refusal = fault === 'locked' ? LOCKED : fault === 'offline' ? OFFLINE : undefined;
    const scripted = refusal === undefined ? this.answers.get(name) : () => Promise.reject(refusal);
    this.late(fault, () => {
      if (scripted === undefined) this.toShop(envelope);
      else void this.play(envelope, data, scripted);
      if (fault === 'duplicate' && scripted === undefined) {
        const again = `${callbackId}-again`;
        this.dropped.add(again);
        this.toShop({ ...envelope, callbackId: again });
      }
    });
  }

  private async play({ name, callbackId }: Envelope, data: Data, scripted: ScriptedAnswer): Promise<void> {
    const reply: Envelope = { name: name.replace(/\.request$/, '.response'), version: 1 };
    if (callbackId !== undefined) reply.callbackId = callbackId;
    try {
      // A turn for every answer alike: replies keep the order of their requests.
      const answer = await Promise.resolve().then(() =>
        typeof scripted === 'function' ? scripted(data) : scripted,
      );
      reply.data = { complete: true, ...answer };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const { code, details } = error instanceof Refused ? error : { code: 'INTERNAL', details: {} };
      reply.data = { complete: false, errorMessage: message, error: { code, ...details } };
    }
    if (callbackId !== undefined && this.dropped.delete(callbackId)) return;
    this.reply(reply);
  }

  private reply(envelope: Envelope): void {
    const call = this.open.get(envelope.callbackId ?? '');
    if (call !== undefined) {
      this.open.delete(envelope.callbackId ?? '');
      call.reply = (envelope.data ?? {}) as Data;
      this.tell();
    }
    this.toPlugin(envelope);
  }

  private push(envelope: Envelope): void {
    const fault = this.next(envelope.name);
    if (fault === 'lost' || fault === 'offline') return;
    this.late(fault, () => {
      this.toPlugin(envelope);
      if (fault === 'duplicate') this.toPlugin(envelope);
    });
  }

  private next(name: string): Fault | undefined {
    const [planned, ...later] = this.planned.get(name) ?? [];
    if (planned === undefined) return undefined;
    planned.left -= 1;
    if (planned.left <= 0) this.planned.set(name, later);
    return planned.fault;
  }

  private late(fault: Fault | undefined, act: () => void): void {
    if (typeof fault === 'object') setTimeout(act, fault.delayMs);
    else act();
  }

  private pass(act: () => void): void {
    if (this.held === undefined) act();
    else this.held.push(act);
  }

  private tell(): void {
    for (const listener of [...this.heard]) listener();
  }
}
