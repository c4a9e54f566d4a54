import { PosPluginSdkRateLimitError } from './errors.js';

/** Milliseconds and calls: 100 in a minute and 200 in half an hour (contract README §7). */
const WINDOWS = [
  [60_000, 100],
  [1_800_000, 200],
] as const;

const LONGEST_MS = 1_800_000;

/** The POS's own limit on calls, per method; the call beyond a window is refused at once. */
export class RateLimit {
  private readonly calls = new Map<string, number[]>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Counts a call. Throws PosPluginSdkRateLimitError when a window is full; a refused call does not count. */
  spend(method: string): void {
    const now = this.now();
    const recent = (this.calls.get(method) ?? []).filter((at) => at > now - LONGEST_MS);
    this.calls.set(method, recent);
    for (const [span, most] of WINDOWS) {
      const oldest = recent[recent.length - most];
      if (oldest !== undefined && oldest > now - span) {
        throw new PosPluginSdkRateLimitError(method, oldest + span - now);
      }
    }
    recent.push(now);
  }
}
