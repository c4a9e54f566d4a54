import type { ConnectedPos } from '@jumak/pos-plugin-sdk';
import { bundleOf } from './bundle.js';
import { seen, type Call, type Data, type Hearer, type PluginRun, type Printed } from './calls.js';
import { HeadlessRun } from './headless-run.js';
import { HostedRun } from './hosted-run.js';
import type { Fault, Relay, ScriptedAnswer } from './relay.js';
import { startShop, type Shop } from './shop.js';
import { Till, type Decisions, type Installed } from './till.js';

/** How a test framework hears that an asynchronous test is over. */
export type Done = (error?: unknown) => void;

/**
 * How the plugin is installed: `id`, `name`, `sdkName`, `profile`, `scopes`, `acl` and `originMap` are what whoever installs it
 * may decide; what is left out is as its package says. `headless`: the shop's server runs it, else a till of the test does.
 */
export interface PluginTesterOptions extends Decisions {
  /** The plugin's folder, the working folder unless given. */
  folder?: string;
  /** A bundle to install alone, instead of `dist`; `dist` is built when it has no `main.js`. */
  main?: string;
  /** A shop that runs already; else a demo shop is started and stopped with the test. */
  shop?: Shop;
  /** The `jumak` command that starts the shop; looked for as `jumakCommand` says unless given. */
  command?: string;
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
 * Installs a plugin into a shop of its own and runs it there, under the rights, the allow-list and the profile it was
 * installed with. It runs in a worker thread with the globals of a web worker, hosted by a till the test plays.
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
    return this.now.run.calls;
  }

  /** The till that hosts the plugin, with everything its owner may do: every member, every scope. */
  get staff(): ConnectedPos {
    return this.now.till.staff;
  }

  /** The shop. */
  get shop(): Shop {
    return this.now.shop;
  }

  /** The plugin as the shop installed it: its id, version, rights, profile. */
  get plugin(): Installed {
    return this.now.plugin;
  }

  /** Calls of one name. */
  callsOf(name: string): Call[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** Waits until the plugin has sent a message (and got its reply, when it is a request); gives the newest. */
  async called(name: string, { count = 1, withinMs = CALLED_WITHIN_MS }: CallOptions = {}): Promise<Call> {
    const look = (): Call | undefined =>
      this.callsOf(name).filter(({ kind, reply }) => kind !== 'request' || reply !== undefined)[count - 1];
    return seen(this.now.run, look, withinMs, () => {
      const others = [...new Set(this.calls.map((call) => call.name))].join(', ');
      return `no ${name} ${String(count)}× within ${String(withinMs)} ms; the plugin sent: ${others}`;
    });
  }

  /**
   * Answers a request of the plugin in the shop's place, which does not hear of it: neither scopes nor allow-list are asked.
   * A partner's server is played more truly by `originMap`.
   */
  answer(name: string, answer: ScriptedAnswer): void {
    this.relay.answer(name, answer);
  }

  /** Pushes an event to the plugin. */
  inject(name: string, data: Data): void {
    this.relay.inject(name, data);
  }

  /** Asks the plugin as the shop does, e.g. `payment.method.event.request`; resolves to its answer. */
  ask(name: string, data: Data): Promise<Data> {
    return this.relay.ask(name, data);
  }

  /** Lets the next messages of this name go wrong. */
  fault(name: string, fault: Fault, times = 1): void {
    this.relay.fault(name, fault, times);
  }

  /** Cuts the plugin off until `online`. */
  offline(): void {
    this.relay.offline();
  }

  online(): void {
    this.relay.online();
  }

  /** Ends the plugin, and the shop that was started for it. */
  async stop(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    if (running === undefined) return;
    const isShared = this.options.shop !== undefined;
    try {
      await running.run?.stop();
      // The next test of this shop begins with nothing kept and decides anew what the plugin may do.
      if (isShared && running.plugin !== undefined) await running.till?.uninstall(running.plugin.id);
    } finally {
      running.till?.close();
      if (!isShared) await running.shop?.stop();
    }
  }

  private get now(): Started {
    const { running } = this;
    if (running === undefined || !isStarted(running)) {
      throw new Error('먼저 await tester.start()를 부르세요 (call await tester.start() first)');
    }
    return running;
  }

  private get relay(): Relay {
    const { run } = this.now;
    if (run instanceof HostedRun) return run.relay;
    throw new Error(
      'headless 플러그인은 가게의 서버가 직접 실행하므로 사이에 끼어들 수 없습니다 ' +
        '(the server runs a headless plugin itself: to answer, inject, ask or let things go wrong leave headless out)',
    );
  }

  private async open(isPrinting: boolean): Promise<void> {
    if (this.running !== undefined) throw new Error('이미 실행 중입니다 (it is running already)');
    const running: Running = (this.running = {});
    const {
      folder = process.cwd(),
      main,
      command,
      seed,
      print = isPrinting,
      shop: given,
      ...rest
    } = this.options;
    const bundle = await bundleOf(folder, main);
    const shop = (running.shop = given ?? (await startShop(command)));
    const till = (running.till = await Till.open(shop));
    await seed?.(till.staff);
    const plugin = (running.plugin = await till.install(bundle, rest));
    const hearer = this.hearer(plugin.id, print);
    running.run = plugin.headless
      ? new HeadlessRun(till, plugin, hearer)
      : new HostedRun(till, plugin, bundle.file, hearer);
    await running.run.start();
  }

  private hearer(id: string, print: boolean): Hearer {
    return {
      printed: (line) => {
        this.console.push(line);
        if (print) process.stdout.write(`[${id}] ${line.text}\n`);
      },
      failed: (text) => {
        this.errors.push(text);
        if (print) process.stderr.write(`[${id}] ${text}\n`);
      },
    };
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
    const error = await Promise.race([interrupted, this.now.run.ended]);
    await this.stop();
    done(error);
  }
}

interface Running {
  shop?: Shop;
  till?: Till;
  plugin?: Installed;
  run?: PluginRun;
}

type Started = Required<Running>;

function isStarted(running: Running): running is Started {
  return running.run !== undefined;
}
