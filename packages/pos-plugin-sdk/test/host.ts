import { Channel, type Settings } from '../src/channel.js';
import type { Envelope } from '../src/envelope.js';
import { framePort, workerPort, type Port } from '../src/port.js';
import { createSdk, type PosPluginSdk } from '../src/sdk.js';
import { Uncaught } from '../src/uncaught.js';

type Data = Record<string, unknown>;
type Answer = Data | ((data: Data, envelope: Envelope) => Data | undefined);

export const INFO = { complete: true, name: 'lamp', version: '1.2.0' };

/** A host that keeps what it was sent and answers what it was told to; everything is cloned as a browser does. */
export class FakeHost {
  readonly received: Envelope[] = [];
  readonly answers = new Map<string, Answer>([['plugin.info.request', INFO]]);
  private listener: ((event: { data?: unknown; source?: unknown }) => void) | undefined;

  readonly scope = {
    postMessage: (message: unknown): void => {
      this.take(structuredClone(message) as Envelope);
    },
    addEventListener: (_: 'message', listener: (event: { data?: unknown }) => void): void => {
      this.listener = listener;
    },
  };

  /** The answer to a request, from now on; undefined from a function leaves it open. */
  answer(name: string, answer: Answer): this {
    this.answers.set(name, answer);
    return this;
  }

  deliver(message: object, source?: unknown): void {
    this.listener?.({ data: structuredClone(message), source });
  }

  push(name: string, data: Data, seq?: number): void {
    this.deliver(seq === undefined ? { name, version: 1, data } : { name, version: 1, data, seq });
  }

  /** Asks the plugin and waits for what it answers. */
  async ask(name: string, data: Data = {}): Promise<Envelope> {
    const callbackId = `host-${String(Math.random())}`;
    this.deliver({ name, version: 1, callbackId, data });
    return until(() => this.received.find((envelope) => envelope.callbackId === callbackId));
  }

  /** Everything of one name that was sent. */
  sent(name: string): Envelope[] {
    return this.received.filter((envelope) => envelope.name === name);
  }

  /** The newest message that is neither the log nor the question who we are. */
  last(): Envelope {
    const others = this.received.filter(({ name }) => name !== 'log' && name !== 'plugin.info.request');
    const envelope = others[others.length - 1];
    if (envelope === undefined) throw new Error('nothing was sent');
    return envelope;
  }

  private take(envelope: Envelope): void {
    this.received.push(envelope);
    const answer = this.answers.get(envelope.name);
    if (answer === undefined || envelope.callbackId === undefined) return;
    const data = typeof answer === 'function' ? answer(envelope.data as Data, envelope) : answer;
    if (data === undefined) return;
    const name = envelope.name.replace(/\.request$/, '.response');
    queueMicrotask(() => {
      this.deliver({ name, version: 1, callbackId: envelope.callbackId, data });
    });
  }
}

export interface Plugin {
  sdk: PosPluginSdk;
  channel: Channel;
}

/** A plugin in a worker of this host. */
export function workerOf(host: FakeHost, settings: Settings = {}): Plugin {
  return started(workerPort(host.scope), settings);
}

export function frameOf(host: FakeHost, window: object = {}): Plugin {
  const parent = { postMessage: host.scope.postMessage };
  const whole = { self: {}, top: {}, parent, addEventListener: host.scope.addEventListener, ...window };
  return started(framePort(whole), {});
}

export function started(port: Port, settings: Settings): Plugin {
  const channel = new Channel(port, settings);
  channel.start();
  return { channel, sdk: createSdk(channel, new Uncaught(channel)) };
}

/** Waits for something with a deadline; turns of the event loop pass, no time. */
export async function until<T>(found: () => T | undefined): Promise<T> {
  for (let turn = 0; turn < 2_000; turn++) {
    const value = found();
    if (value !== undefined) return value;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  throw new Error('it did not happen');
}

/** Lets everything that is due happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
