import type { Unsubscribe } from '@jumak/pos-plugin-sdk';
import { seen, type Call, type Data, type Hearer, type PluginRun } from './calls.js';
import type { Installed, Till } from './till.js';

const START_WITHIN_MS = 30_000;
const PAGE = 1_000;

type Listing = Awaited<ReturnType<Till['staff']['ext']['pluginLog']['list']>>;
type Entry = Listing['entries'][number];

/**
 * A plugin the shop's server runs itself, in a process of its own. What it does is read from its console in the shop, which
 * keeps every message, long ones in part.
 */
export class HeadlessRun implements PluginRun {
  readonly calls: Call[] = [];
  readonly ended: Promise<Error>;
  private crashed: (error: Error) => void = () => undefined;
  private readonly listeners = new Set<() => void>();
  private readonly open = new Map<string, Call>();
  private readonly offs: Unsubscribe[] = [];
  private reading: Promise<void> = Promise.resolve();
  private after = 0;

  constructor(
    private readonly till: Till,
    private readonly plugin: Installed,
    private readonly hearer: Hearer,
  ) {
    this.ended = new Promise((resolve) => (this.crashed = resolve));
  }

  onCall(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  async start(): Promise<void> {
    const { ext } = this.till.staff;
    const { id } = this.plugin;
    this.offs.push(
      await ext.pluginLog.on(({ pluginId }) => (pluginId === id ? this.read() : undefined)),
      await ext.plugin.on(({ plugin }) => {
        if (plugin.id === id) this.look(plugin);
      }),
    );
    await this.read();
    const { plugins } = await ext.plugin.list();
    this.look(plugins.find((plugin) => plugin.id === id));
    const running = seen(
      this,
      () => this.calls.find(({ name, reply }) => name === 'plugin.info.request' && reply !== undefined),
      START_WITHIN_MS,
      () => `${id} did not ask who it is within ${String(START_WITHIN_MS)} ms`,
    );
    await Promise.race([running, this.ended.then((error) => Promise.reject(error))]);
  }

  async stop(): Promise<void> {
    for (const off of this.offs) off();
    await this.reading;
    await this.till.staff.ext.plugin.update({ id: this.plugin.id, enabled: false });
  }

  private look(plugin: Installed | undefined): void {
    if (plugin?.state === 'crashed' || plugin?.state === 'stopped') {
      this.crashed(new Error(plugin.reason ?? `${plugin.id} is ${plugin.state}`));
    }
  }

  /** Reads what is new; one reading after the other, so that nothing is read twice. */
  private read(): Promise<void> {
    this.reading = this.reading.then(async () => {
      const asked = { pluginId: this.plugin.id, limit: PAGE, kinds: ['log', 'trace'] as ('log' | 'trace')[] };
      for (;;) {
        const { entries } = await this.till.staff.ext.pluginLog.list({ ...asked, after: this.after });
        for (const entry of entries) this.take(entry);
        if (entries.length < PAGE) return;
      }
    });
    return this.reading;
  }

  private take(entry: Entry): void {
    this.after = entry.seq;
    if (entry.kind === 'trace') this.trace(entry);
    else {
      const line = { level: entry.level, text: entry.text };
      this.hearer.printed(line);
      if (entry.level === 'error') this.hearer.failed(entry.text);
    }
  }

  private trace({ trace }: Entry): void {
    if (trace === undefined || trace.name === 'log') return;
    const { name, callbackId = '', direction } = trace;
    const data = whole(trace.body);
    const isReply = name.endsWith('.response');
    if (direction === 'out') {
      const call = isReply ? this.open.get(callbackId) : undefined;
      if (call === undefined) return;
      this.open.delete(callbackId);
      call.reply = data;
    } else {
      const kind = isReply ? 'answer' : callbackId === '' ? 'notification' : 'request';
      const call: Call = { kind, name, data };
      this.calls.push(call);
      if (kind === 'request') this.open.set(callbackId, call);
    }
    for (const listener of [...this.listeners]) listener();
  }
}

/** A message's data, nothing where its end was cut off. */
function whole(body = '{}'): Data {
  try {
    return JSON.parse(body) as Data;
  } catch {
    return {};
  }
}
