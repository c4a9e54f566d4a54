import { connect, type ConnectedPos } from '@jumak/pos-plugin-sdk';
import { bundleOf, type Bundle } from './bundle.js';
import { Relay, type Call, type Fault, type ScriptedAnswer } from './relay.js';
import { Session, WebSocket } from './session.js';
import { startShop, type Shop } from './shop.js';
import { PluginThread, type Printed } from './thread.js';

type Data = Record<string, unknown>;

/** How a test framework hears that an asynchronous test is over. */
export type Done = (error?: unknown) => void;

export interface PluginTesterOptions {
  /** The plugin's folder, the working folder unless given. */
  folder?: string;
  /** The bundle, `dist/main.js` unless given; that one is built when it is not there. */
  main?: string;
  /** A shop that runs already; else a demo shop is started and stopped with the test. */
  shop?: Shop;
  /** Prepares the shop before the plugin starts. */
  seed?: (staff: ConnectedPos) => Promise<unknown>;
  /** Prints the plugin's console; on with `start(done)`. */
  print?: boolean;
}

/** Waiting for a call. */
export interface CallOptions {
  /** How many of it there must be, 1 unless given. */
  count?: number;
  /** Milliseconds until it is given up, 5,000 unless given. */
  withinMs?: number;
}

const CALLED_WITHIN_MS = 5_000;
const CI_RUNS_MS = 2_000;

/**
 * Runs a plugin's bundle against a shop of its own, in a worker thread with the globals of a web worker.
 *
 * `start(done)` is for trying things out: it prints the plugin's console until it is stopped with Ctrl-C (in CI, where
 * `CI` is set, for two seconds) and then calls `done`. `await start()` is for tests: staff act, events and faults are
 * injected, calls are asserted, `stop()` ends it.
 */
export class PluginTester {
  /** Lines the plugin printed. */
  readonly console: Printed[] = [];
  /** Errors the plugin did not catch. */
  readonly errors: string[] = [];
  private running: Running | undefined;

  constructor(private readonly options: PluginTesterOptions = {}) {}

  /**
   * Starts the shop and the plugin; resolves once the shop has told the plugin who it is. Rejects when the plugin throws
   * while it is loaded; with `done` the error goes there instead.
   */
  async start(done?: Done): Promise<this> {
    try {
      await this.open(done !== undefined);
    } catch (error) {
      await this.stop();
      if (done === undefined) throw error;
      done(error);
      return this;
    }
    if (done !== undefined) void this.untilStopped(done);
    return this;
  }

  /** Everything the plugin sent and answered so far, its log lines left out. */
  get calls(): readonly Call[] {
    return this.now.relay.calls;
  }

  /** The shop as its owner may use it: every member, every scope. */
  get staff(): ConnectedPos {
    return this.now.staff;
  }

  /** The shop. */
  get shop(): Shop {
    return this.now.shop;
  }

  /** Calls of one name. */
  callsOf(name: string): Call[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** Waits until the plugin has sent a message (and got its reply, when it is a request); gives the newest. */
  async called(name: string, { count = 1, withinMs = CALLED_WITHIN_MS }: CallOptions = {}): Promise<Call> {
    const found = (): Call | undefined =>
      this.callsOf(name).filter(({ kind, reply }) => kind !== 'request' || reply !== undefined)[count - 1];
    const { relay } = this.now;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const call = found();
        if (call === undefined) return;
        clearTimeout(timer);
        off();
        resolve(call);
      };
      const timer = setTimeout(() => {
        off();
        const others = [...new Set(this.calls.map((call) => call.name))].join(', ');
        const wanted = `${name} ${String(count)}×`;
        reject(new Error(`no ${wanted} within ${String(withinMs)} ms; the plugin sent: ${others}`));
      }, withinMs);
      const off = relay.onCall(look);
      look();
    });
  }

  /** Answers a request of the plugin in the shop's place: a partner's server for `http.request`, for instance. */
  answer(name: string, answer: ScriptedAnswer): void {
    this.now.relay.answer(name, answer);
  }

  /** Pushes an event to the plugin. */
  inject(name: string, data: Data): void {
    this.now.relay.inject(name, data);
  }

  /** Asks the plugin as the shop does, e.g. `payment.method.event.request`; resolves to its answer. */
  ask(name: string, data: Data): Promise<Data> {
    return this.now.relay.ask(name, data);
  }

  /** Lets the next messages of this name go wrong. */
  fault(name: string, fault: Fault, times = 1): void {
    this.now.relay.fault(name, fault, times);
  }

  /** Cuts the plugin off until `online`. */
  offline(): void {
    this.now.relay.offline();
  }

  online(): void {
    this.now.relay.online();
  }

  /** Ends the plugin, and the shop that was started for it. */
  async stop(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    if (running === undefined) return;
    await running.thread?.stop();
    await running.session?.close();
    running.staff?.close();
    if (this.options.shop === undefined) await running.shop?.stop();
  }

  private get now(): Started {
    const { running } = this;
    if (running === undefined || !isStarted(running)) {
      throw new Error('먼저 await tester.start()를 부르세요 (call await tester.start() first)');
    }
    return running;
  }

  private async open(isPrinting: boolean): Promise<void> {
    if (this.running !== undefined) throw new Error('이미 실행 중입니다 (it is running already)');
    const running: Running = (this.running = { ended: new Promise(() => undefined) });
    const bundle = await bundleOf(this.options.folder ?? process.cwd(), this.options.main);
    const shop = (running.shop = this.options.shop ?? (await startShop()));
    const [own, all] = await Promise.all([shop.token(bundle.id, 'plugin'), shop.token('tester', 'all')]);
    running.staff = await connect({ url: shop.url, token: all, name: 'pos-plugin-test', WebSocket });
    await this.options.seed?.(running.staff);
    await this.run(running, bundle, shop.url, own, this.options.print ?? isPrinting);
    await Promise.race([this.called('plugin.info.request', { withinMs: 30_000 }), rejecting(running.ended)]);
  }

  private async run(
    running: Running,
    bundle: Bundle,
    url: string,
    token: string,
    print: boolean,
  ): Promise<void> {
    const relay = (running.relay = new Relay(
      (envelope) => running.session?.send(envelope),
      (envelope) => running.thread?.post(envelope),
    ));
    const client = { name: bundle.id, version: bundle.version };
    running.session = await Session.open(url, token, client, (envelope) => {
      relay.fromShop(envelope);
    });
    running.ended = new Promise((resolve) => {
      running.thread = new PluginThread(bundle.file, {
        message: (envelope) => {
          relay.fromPlugin(envelope);
        },
        printed: (line) => {
          this.console.push(line);
          if (print) process.stdout.write(`[${bundle.id}] ${line.text}\n`);
        },
        failed: (text) => {
          this.errors.push(text);
          if (print) process.stderr.write(`[${bundle.id}] ${text}\n`);
        },
        ended: resolve,
      });
    });
  }

  private async untilStopped(done: Done): Promise<void> {
    const isCi = (process.env['CI'] ?? '') !== '';
    const interrupted = new Promise<undefined>((resolve) => {
      process.once('SIGINT', () => {
        resolve(undefined);
      });
      if (isCi) {
        setTimeout(() => {
          resolve(undefined);
        }, CI_RUNS_MS);
      }
    });
    const error = await Promise.race([interrupted, this.now.ended]);
    await this.stop();
    done(error);
  }
}

interface Running {
  shop?: Shop;
  staff?: ConnectedPos;
  relay?: Relay;
  session?: Session;
  thread?: PluginThread;
  /** Resolves when the plugin ended by itself. */
  ended: Promise<Error>;
}

type Started = Required<Running>;

function isStarted(running: Running): running is Started {
  return running.thread !== undefined;
}

async function rejecting(ended: Promise<Error>): Promise<never> {
  throw await ended;
}
