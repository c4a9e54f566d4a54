import { seen, type Call, type Hearer, type PluginRun, type Printed } from './calls.js';
import { Relay } from './relay.js';
import { Session } from './session.js';
import { PluginThread } from './thread.js';
import type { Installed, Till } from './till.js';

const START_WITHIN_MS = 30_000;
const GRACE_MS = 300;
const REPORT_EVERY_MS = 100;
const ENTRIES_PER_REPORT = 100;

interface Entry {
  level: 'debug' | 'info' | 'warn' | 'error';
  text: string;
}

/** What runs of a plugin between its start and its end. */
interface Life {
  session: Session;
  thread: PluginThread;
}

/**
 * A plugin the test's till hosts, as a till's page hosts one: its session with the shop is opened by the till and carries
 * what its installation says, how it fares is reported, and it starts anew when the shop says so. Between plugin and
 * session stands the relay, where a test listens and lets things go wrong.
 */
export class HostedRun implements PluginRun {
  readonly relay: Relay;
  readonly ended: Promise<Error>;
  private crashed: (error: Error) => void = () => undefined;
  private life: Life | undefined;
  private following: Promise<void> = Promise.resolve();
  private entries: Entry[] = [];
  private reporting: ReturnType<typeof setTimeout> | undefined;

  /** file: the worker's script on this disk, the one that was installed. */
  constructor(
    private readonly till: Till,
    private readonly plugin: Installed,
    private readonly file: string,
    private readonly hearer: Hearer,
  ) {
    this.relay = new Relay(
      (envelope) => this.life?.session.send(envelope),
      (envelope) => this.life?.thread.post(envelope),
    );
    this.ended = new Promise((resolve) => (this.crashed = resolve));
  }

  get calls(): readonly Call[] {
    return this.relay.calls;
  }

  onCall(listener: () => void): () => void {
    return this.relay.onCall(listener);
  }

  async start(): Promise<void> {
    this.till.onTold((pluginId, restart) => {
      if (pluginId !== this.plugin.id) return;
      this.following = this.following.then(() => this.follow(restart)).catch(this.crashed);
    });
    await this.begin();
  }

  async stop(): Promise<void> {
    this.till.onTold(() => undefined);
    await this.following;
    await this.end();
  }

  /** The shop changed something: the till looks whether it still hosts the plugin, and starts it anew. */
  private async follow(restart: boolean): Promise<void> {
    const isHere = await this.till.hosts(this.plugin.id);
    if (isHere && !restart) return;
    await this.end();
    if (isHere) await this.begin();
  }

  private async begin(): Promise<void> {
    const { id, sdkName, version } = this.plugin;
    const { ext } = this.till.staff;
    const { token } = await ext.plugin.openSession({ pluginId: id });
    const { plugins } = await ext.plugin.list();
    const { acl, originMap } = plugins.find((plugin) => plugin.id === id) ?? this.plugin;
    const client = { name: sdkName, version };
    const session = await Session.open(this.till.shop.url, token, client, (envelope) => {
      this.relay.fromShop(envelope);
    });
    await ext.plugin.report({ pluginId: id, state: 'starting' });
    const began = performance.now();
    const from = this.calls.length;
    const ended = new Promise<never>((_, reject) => {
      const thread = new PluginThread(
        { file: this.file, acl, originMap },
        {
          message: (envelope) => {
            this.relay.fromPlugin(envelope);
          },
          printed: (line) => {
            this.hearer.printed(line);
            this.tell({ level: levelOf(line), text: line.text });
          },
          failed: (text) => {
            this.hearer.failed(text);
            this.tell({ level: 'error', text });
          },
          ended: (error) => {
            reject(error);
            void this.crash(error);
          },
        },
      );
      this.life = { session, thread };
    });
    // Later ends are told by `ended` of the run.
    ended.catch(() => undefined);
    const running = seen(
      this,
      () =>
        this.calls
          .slice(from)
          .find(({ name, reply }) => name === 'plugin.info.request' && reply !== undefined),
      START_WITHIN_MS,
      () => `${id} did not ask who it is within ${String(START_WITHIN_MS)} ms`,
    );
    await Promise.race([running, ended]);
    const loadMs = Math.round(performance.now() - began);
    await ext.plugin.report({ pluginId: id, state: 'running', loadMs });
  }

  private async end(): Promise<void> {
    const { life } = this;
    if (life === undefined) return;
    this.relay.inject('plugin.stopping.event', { graceMs: GRACE_MS });
    await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
    await this.leave('stopped');
  }

  private async crash(error: Error): Promise<void> {
    await this.leave('crashed', error.message).catch(() => undefined);
    this.crashed(error);
  }

  private async leave(state: 'stopped' | 'crashed', reason?: string): Promise<void> {
    const { life } = this;
    this.life = undefined;
    clearTimeout(this.reporting);
    this.reporting = undefined;
    if (life === undefined) return;
    await life.thread.stop();
    await life.session.close();
    const report = { pluginId: this.plugin.id, state, entries: this.entries.splice(0) };
    await this.till.staff.ext.plugin.report(reason === undefined ? report : { ...report, reason });
  }

  /** A line for the plugin's console in the shop. */
  private tell(entry: Entry): void {
    if (this.entries.length < ENTRIES_PER_REPORT) this.entries.push(entry);
    this.reporting ??= setTimeout(() => {
      this.reporting = undefined;
      const report = { pluginId: this.plugin.id, state: 'running' as const, entries: this.entries.splice(0) };
      // The shop may be gone by now; the test has the lines anyway.
      this.till.staff.ext.plugin.report(report).catch(() => undefined);
    }, REPORT_EVERY_MS);
  }
}

function levelOf({ level }: Printed): Entry['level'] {
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info';
}
