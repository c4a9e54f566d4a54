import type { Envelope } from './envelope.js';
import { masked } from './masking.js';

/** Set by the bundler: `dev` and `local` print the traffic to the console. */
declare const PROFILE: string | undefined;

const SDK_NAME = '@jumak/pos-plugin-sdk';
const SDK_VERSION = '0.1.0';
const MOST_WAITING = 1_000;

/** Who the lines are from. */
export interface LogIdentity {
  name: string;
  version: string;
}

/**
 * The log channel (contract, wire §12): one line per message sent or received, time-outs and uncaught errors, personal
 * data starred. Lines wait until the plugin's name is known.
 */
export class Journal {
  private identity: LogIdentity | undefined;
  private waiting: Record<string, unknown>[] = [];
  private readonly phase = phaseHere();

  constructor(
    private readonly sessionId: string,
    private readonly post: (envelope: Envelope) => void,
    /** Whether messages are logged; time-outs and errors always are. */
    public traffic: boolean,
  ) {}

  /** The plugin's name is known: what waited leaves. */
  identify(identity: LogIdentity): void {
    this.identity = identity;
    const waiting = this.waiting;
    this.waiting = [];
    for (const log of waiting) this.send(log);
  }

  message(direction: 'sent' | 'received', name: string, message: Envelope | Record<string, unknown>): void {
    if (this.phase === 'dev' || this.phase === 'local') console.debug(`[pos] ${direction} ${name}`, message);
    if (!this.traffic) return;
    // Secrets have no keys that would tell them: a value is just `value`.
    const contents = name.startsWith('secure-store.') ? { ...message, data: '***' } : message;
    this.write('eventMessage', { direction, ...(masked(contents) as Record<string, unknown>) });
  }

  timeout(name: string, timeoutMs: number): void {
    this.write('TIMEOUT_ERROR', { name, timeoutMs });
  }

  error(where: string, error: unknown): void {
    const contents =
      error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
    this.write('onError', masked({ where, ...contents }));
  }

  private write(title: string, contents: unknown): void {
    const log = { title, timestamp: new Date().toISOString(), contents, level: 'LOG', phase: this.phase };
    if (this.identity !== undefined) this.send(log);
    else if (this.waiting.length < MOST_WAITING) this.waiting.push(log);
  }

  private send(log: Record<string, unknown>): void {
    const plugin = { plugin_name: this.identity?.name ?? '', plugin_version: this.identity?.version ?? '' };
    const extension = { extension_name: SDK_NAME, extension_version: SDK_VERSION };
    const whole = { ...log, sessionId: this.sessionId, ...plugin, ...extension };
    this.post({ name: 'log', version: 1, data: { type: 'debug', log: whole } });
  }
}

function phaseHere(): string {
  return typeof PROFILE === 'string' ? PROFILE : 'live';
}
