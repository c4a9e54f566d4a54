import type { Unsubscribe } from './calls.js';
import type { Channel } from './channel.js';

/** Hears of an uncaught error of this plugin. */
export type ErrorListener = (error: unknown) => unknown;

interface ErrorEventLike {
  error?: unknown;
  message?: unknown;
  reason?: unknown;
}

/** The part of a worker's or page's global scope that tells of uncaught errors. */
export interface ErrorScope {
  addEventListener?(type: 'error' | 'unhandledrejection', listener: (event: ErrorEventLike) => void): void;
}

/**
 * Uncaught errors: reported to the shop's plugin console and to the plugin's own listeners. The browser's console
 * shows them as well, since nobody else would.
 */
export class Uncaught {
  private readonly listeners = new Set<ErrorListener>();

  constructor(private readonly channel: Channel) {}

  watch(scope: ErrorScope): void {
    if (typeof scope.addEventListener !== 'function') return;
    scope.addEventListener('error', (event) => {
      this.happened('uncaught error', event.error ?? event.message);
    });
    scope.addEventListener('unhandledrejection', (event) => {
      this.happened('unhandled rejection', event.reason);
    });
  }

  listen(listener: ErrorListener): Unsubscribe {
    const own: ErrorListener = (error) => listener(error);
    this.listeners.add(own);
    return () => {
      this.listeners.delete(own);
    };
  }

  private happened(where: string, error: unknown): void {
    this.channel.journal.error(where, error);
    for (const listener of this.listeners) {
      try {
        listener(error);
      } catch (problem) {
        this.channel.report('error listener', problem);
      }
    }
  }
}
