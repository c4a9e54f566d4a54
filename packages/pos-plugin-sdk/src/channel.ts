import { Answers } from './answers.js';
import type { Answerer, CallOptions, Listener, Unsubscribe } from './calls.js';
import { incoming, randomId, type Envelope, type Incoming } from './envelope.js';
import {
  PosPluginSdkConnectionError,
  PosPluginSdkError,
  PosPluginSdkTimeoutError,
  isRecord,
  messageOf,
  refusal,
} from './errors.js';
import { FLAGS } from './generated/messages.js';
import { Holdings } from './holdings.js';
import { Journal } from './journal.js';
import { Listeners } from './listeners.js';
import type { Port, PortEvents } from './port.js';
import { RateLimit } from './rate-limit.js';
import { Sequence } from './sequence.js';

export type Data = Record<string, unknown>;

/** How the SDK behaves; `configure` changes it. */
export interface Settings {
  /** Milliseconds to wait for a reply, 30,000 unless set. */
  timeoutMs?: number | undefined;
  /** Keep the POS's own limit on calls. Inside a POS it always holds. */
  rateLimit?: boolean | undefined;
  /** Report every message on the log channel; time-outs and errors always are. On inside a POS, off over a socket. */
  log?: boolean | undefined;
}

interface Pending {
  number: number;
  envelope: Envelope;
  timeoutMs: number;
  /** May go out again on a new connection even when it was received. */
  repeatable: boolean;
  sent: boolean;
  commandId: string | undefined;
  resolve: (reply: Data) => void;
  reject: (error: Error) => void;
}

type AnyAnswerer = Answerer<Data, Data>;

export const TIMEOUT_MS = 30_000;
export const POPUP_TIMEOUT_MS = 86_400_000;

/** Waits before the second, third and fourth attempt. */
const RETRY_WAITS_MS = [0, 1_000, 2_000];

/** Messages that are sent again after a time-out: the shop makes nothing of a repeat (E-5). */
const RETRIED = /^(storage|secure-store)\.|^(plugin|merchant|device)\.info\./;

/** Questions of the host that wait for their answerer, as the POS's own SDK lets them. */
const PATIENT: ReadonlySet<string> = new Set([
  'payment.method.event.request',
  'catalog-item.event.request',
  'catalog-item.before-add-health-check.request',
]);
const MOST_WAITING = 100;

/** Questions to which silence means yes: no objection, alive. */
const CONSENTED: ReadonlySet<string> = new Set(['payment.event.request', 'session.ping.request']);

/**
 * One session with the shop, whatever carries it: requests find their replies, pushes their listeners, questions of
 * the host their answerers.
 */
export class Channel {
  readonly listeners: Listeners;
  readonly journal: Journal;
  readonly sequence = new Sequence();
  /** Told when the set of pushes somebody listens to changed; resolves when the shop has taken it. */
  narrow: () => Promise<void> = () => Promise.resolve();
  /** Resolves when subscriptions made so far are in force: a call must not cause an event that is missed. */
  settled: () => Promise<void> | undefined = () => undefined;

  private readonly pending = new Map<string, Pending>();
  private readonly answerers = new Map<string, AnyAnswerer>();
  private readonly questions: Incoming[] = [];
  private readonly once = new Map<string, Promise<Data>>();
  private readonly limit = new RateLimit();
  private readonly holdings = new Holdings();
  private readonly answers = new Answers();
  private made = 0;
  private queued: (() => void)[] = [];
  private isOpen = false;
  private isEnded = false;
  private name: string | undefined;
  private settings: Settings;

  constructor(
    private port: Port,
    settings: Settings,
  ) {
    this.settings = settings;
    this.listeners = new Listeners((topic, error) => {
      this.report(topic, error);
    });
    this.journal = new Journal(
      randomId(10),
      (envelope) => {
        if (this.isOpen) this.port.post(envelope);
      },
      settings.log ?? port.mode !== 'socket',
    );
  }

  /** Begins to talk, by `port` where nobody was there. The first message asks who we are (contract, wire §3). */
  start(port: Port = this.port): void {
    this.port = port;
    if (port.mode === 'none') return;
    if (port.mode === 'socket') {
      this.listeners.isSerial = true;
      this.journal.traffic = this.settings.log ?? false;
    }
    const events: PortEvents = {
      message: (message) => {
        this.take(message);
      },
      open: () => {
        this.opened();
      },
      lost: (ended) => {
        this.lost(ended);
      },
    };
    this.port.start(events);
  }

  get mode(): Port['mode'] {
    return this.port.mode;
  }

  /** The plugin's own name, undefined until the shop has told it. */
  get pluginName(): string | undefined {
    return this.name;
  }

  configure(settings: Settings): void {
    this.settings = { ...this.settings, ...settings };
    if (settings.log !== undefined) this.journal.traffic = settings.log;
    if (settings.rateLimit === false && this.isInsidePos) {
      console.warn(
        '[pos] POS 안에서는 호출 횟수 제한을 끌 수 없습니다 (the rate limit stays on inside a POS)',
      );
    }
  }

  /** A member's call: counted by the rate limit, then sent. The reply's keys, without `complete`. */
  async call(name: string, data: Data, options: CallOptions = {}): Promise<Data> {
    if (this.isLimited && FLAGS[name]?.includes('l') === true) this.limit.spend(name);
    const { complete: _, ...keys } = await this.request(name, data, options);
    return keys;
  }

  /** A reply that is asked for once in the life of the page; callers at the same time share the question. */
  cached(name: string): Promise<Data> {
    const asked = this.once.get(name);
    if (asked !== undefined) return asked;
    const asking = (async () => {
      if (this.isLimited) this.limit.spend(name);
      return this.request(name, {});
    })();
    this.once.set(name, asking);
    asking.then(
      (reply) => {
        if (name === 'plugin.info.request') this.identified(reply);
      },
      () => this.once.delete(name),
    );
    return asking;
  }

  /** Sends a request and gives its whole reply; info and storage are asked again after a time-out. */
  async request(name: string, data: Data, options: CallOptions = {}): Promise<Data> {
    if (this.port.mode === 'none') throw nobody();
    const waits = RETRIED.test(name) ? RETRY_WAITS_MS : [];
    for (const wait of waits) {
      try {
        return await this.ask(name, data, options);
      } catch (error) {
        if (!(error instanceof PosPluginSdkTimeoutError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    return this.ask(name, data, options);
  }

  /** Sends a message that nobody answers; it vanishes while nobody is there, but for what the session is to hold. */
  notify(name: string, data: Data, version = 1): void {
    if (this.port.mode === 'none') return;
    this.holdings.told(name, data);
    const envelope = { name, version, data };
    this.journal.message('sent', name, envelope);
    if (this.isOpen) this.port.post(envelope);
  }

  /** Runs `act` once the plugin knows its own name. */
  whenIdentified(act: () => void): void {
    if (this.name !== undefined) act();
    else if (this.queued.length < 1_000) this.queued.push(act);
  }

  /** Listens to a push; resolves when the shop sends it. */
  async on(name: string, event: string | undefined, listener: Listener<Data>): Promise<Unsubscribe> {
    const off = this.listeners.add(name, event, listener);
    await this.narrow();
    return () => {
      off();
      void this.narrow();
    };
  }

  /** As `on`, for members that give the unsubscribe function at once. */
  subscribe(name: string, event: string | undefined, listener: Listener<Data>): Unsubscribe {
    const off = this.listeners.add(name, event, listener);
    void this.narrow();
    return () => {
      off();
      void this.narrow();
    };
  }

  /** Answers a question of the host; the newest answerer of a name is asked. */
  answer(name: string, answerer: AnyAnswerer): Unsubscribe {
    this.answerers.set(name, answerer);
    for (const question of this.questions.filter((waiting) => waiting.name === name)) {
      this.questions.splice(this.questions.indexOf(question), 1);
      void this.reply(question, answerer);
    }
    return () => {
      if (this.answerers.get(name) === answerer) this.answerers.delete(name);
    };
  }

  /** A listener, or the plugin itself, failed: it is shown in the console here and in the shop. */
  report(where: string, error: unknown): void {
    console.error(`[pos] ${where}`, error);
    this.journal.error(where, error);
  }

  private get isInsidePos(): boolean {
    return this.port.mode === 'worker' || this.port.mode === 'iframe';
  }

  private get isLimited(): boolean {
    return this.isInsidePos || (this.settings.rateLimit ?? false);
  }

  private async ask(name: string, data: Data, options: CallOptions): Promise<Data> {
    const subscribing = this.settled();
    if (subscribing !== undefined) await subscribing;
    if (this.isEnded) throw new PosPluginSdkConnectionError(CLOSED);
    const timeoutMs = options.timeoutMs ?? this.settings.timeoutMs ?? TIMEOUT_MS;
    const isWrite = this.port.mode === 'socket' && (FLAGS[name] === undefined || FLAGS[name].includes('w'));
    const body = isWrite && data['commandId'] === undefined ? { ...data, commandId: randomId(24) } : data;
    const callbackId = randomId(10);
    const envelope = { name, version: 1, callbackId, data: body };
    const commandId = typeof body['commandId'] === 'string' ? body['commandId'] : undefined;
    const repeatable = !isWrite || RETRIED.test(name);
    const number = (this.made += 1);
    return new Promise<Data>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(callbackId);
        this.journal.timeout(name, timeoutMs);
        reject(
          new PosPluginSdkTimeoutError(
            this.name ?? '',
            name,
            timeoutMs,
            pending.sent ? commandId : undefined,
          ),
        );
      }, timeoutMs);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.pending.delete(callbackId);
        act();
      };
      const pending: Pending = {
        number,
        envelope,
        timeoutMs,
        repeatable,
        sent: false,
        commandId,
        resolve: (reply) => {
          settle(() => {
            resolve(reply);
          });
        },
        reject: (error) => {
          settle(() => {
            reject(error);
          });
        },
      };
      this.pending.set(callbackId, pending);
      if (this.isOpen) this.send(pending);
    });
  }

  private send(pending: Pending): void {
    pending.sent = true;
    this.journal.message('sent', pending.envelope.name, pending.envelope);
    try {
      this.port.post(pending.envelope);
    } catch (error) {
      // What cannot be cloned or written as JSON.
      pending.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private opened(): void {
    this.isOpen = true;
    // Before anything that waited: that may take back what is asked for here.
    for (const { name, data } of this.holdings.methodsLost()) this.port.post({ name, version: 1, data });
    for (const { name, data } of this.holdings.holdsLost())
      this.port.post({ name, version: 1, callbackId: randomId(10), data });
    for (const answer of this.answers.due()) this.port.post(answer);
    for (const push of this.holdings.broken()) this.push(push);
    if (this.name === undefined) {
      // A missing answer is no error of the plugin's own: whoever asks for the info hears of it.
      this.cached('plugin.info.request').catch(() => undefined);
    }
    for (const pending of [...this.pending.values()]) if (!pending.sent) this.send(pending);
  }

  private lost(ended: boolean): void {
    this.isOpen = false;
    this.isEnded ||= ended;
    for (const pending of [...this.pending.values()]) {
      if (!ended && (!pending.sent || pending.repeatable)) {
        pending.sent = false;
      } else {
        const id = pending.sent ? pending.commandId : undefined;
        pending.reject(new PosPluginSdkConnectionError(ended ? CLOSED : lostText(pending.envelope.name), id));
      }
    }
  }

  private identified(info: Data): void {
    const name = typeof info['name'] === 'string' ? info['name'] : '';
    this.name = name;
    this.journal.identify({ name, version: typeof info['version'] === 'string' ? info['version'] : '' });
    const queued = this.queued;
    this.queued = [];
    for (const act of queued) act();
  }

  private take(message: unknown): void {
    const envelope = incoming(message);
    if (envelope === undefined) return;
    const pending = envelope.callbackId === undefined ? undefined : this.pending.get(envelope.callbackId);
    if (pending !== undefined) {
      const name = pending.envelope.name;
      this.answers.proved(pending.number);
      this.journal.message('received', name, { name: envelope.name, data: envelope.data });
      if (envelope.data['complete']) {
        this.holdings.granted(name, isRecord(pending.envelope.data) ? pending.envelope.data : {});
        pending.resolve(envelope.data);
      } else if (name === 'popup.request' || name === 'draft-order.start-payment')
        pending.resolve(envelope.data);
      else pending.reject(refusal(envelope.data));
    } else if (envelope.callbackId === undefined) {
      this.push(envelope);
    } else if (envelope.name.endsWith('.request')) {
      this.question(envelope);
    }
  }

  private push(pushed: Incoming): void {
    const { name, data, seq } = pushed;
    this.holdings.pushed(pushed);
    this.journal.message('received', name, { name, data });
    if (seq === undefined) {
      void this.listeners.dispatch(name, data);
      return;
    }
    if (!this.sequence.isNews(seq, `${name}#${String(data['event'])}`)) return;
    this.sequence.begin(seq);
    void this.listeners.dispatch(name, data).then(() => {
      this.sequence.finish(seq);
    });
  }

  private question(envelope: Incoming): void {
    this.journal.message('received', envelope.name, { name: envelope.name, data: envelope.data });
    if (envelope.callbackId !== undefined) this.answers.asked(envelope.callbackId);
    const answerer = this.answerers.get(envelope.name);
    if (answerer !== undefined) void this.reply(envelope, answerer);
    else if (CONSENTED.has(envelope.name)) this.postReply(envelope, { complete: true });
    else if (PATIENT.has(envelope.name)) {
      this.questions.push(envelope);
      if (this.questions.length > MOST_WAITING) this.questions.shift();
    } else {
      const error = { code: 'UNKNOWN_METHOD' };
      const errorMessage = `이 요청에 답할 처리기가 없습니다: ${envelope.name} (nothing answers ${envelope.name})`;
      this.postReply(envelope, { complete: false, errorMessage, error });
    }
  }

  private async reply(question: Incoming, answerer: AnyAnswerer): Promise<void> {
    let data: Data;
    try {
      data = { complete: true, ...(await answerer(question.data)) };
    } catch (error) {
      this.journal.error(question.name, error);
      data = { complete: false, errorMessage: messageOf(error) };
    }
    this.postReply(question, data);
  }

  private postReply(question: Incoming, data: Data): void {
    const name = `${question.name.replace(/\.request$/, '')}.response`;
    const envelope: Envelope = { name, version: 1, data };
    if (question.callbackId !== undefined) envelope.callbackId = question.callbackId;
    this.journal.message('sent', name, envelope);
    if (this.port.mode === 'socket') this.answers.add(envelope, this.made, this.isOpen);
    if (this.isOpen) this.port.post(envelope);
  }
}

const CLOSED =
  '상점과의 연결이 닫혔습니다. 다시 연결하세요 (the connection to the shop is closed; connect again)';

function lostText(name: string): string {
  return `응답을 받기 전에 연결이 끊겼습니다: ${name} (the connection was lost before the reply to ${name})`;
}

function nobody(): PosPluginSdkError {
  return new PosPluginSdkError(
    'POS 안에서 실행되고 있지 않습니다. POS에 설치하거나 connect()로 연결하세요 ' +
      '(not running inside a POS: install the plugin, or connect with a token)',
    { code: 'HOST_UNAVAILABLE' },
  );
}
