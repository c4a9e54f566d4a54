import type { Envelope } from './envelope.js';

export type Mode = 'worker' | 'iframe' | 'socket' | 'none';

/** What a port tells its channel. */
export interface PortEvents {
  /** A message arrived. */
  message(message: unknown): void;
  /** Messages can be posted from now on; also after each reconnect. */
  open(): void;
  /** Messages cannot be posted now. ended: they never will again. */
  lost(ended: boolean): void;
}

/** A way to the host that carries envelopes. */
export interface Port {
  readonly mode: Mode;
  start(events: PortEvents): void;
  post(envelope: Envelope): void;
}

interface MessageEventLike {
  data?: unknown;
  source?: unknown;
}

/** The part of a worker's global scope we use. */
export interface WorkerScope {
  postMessage(message: unknown): void;
  addEventListener?(type: 'message', listener: (event: MessageEventLike) => void): void;
  onmessage?: unknown;
}

/** The part of a page's window we use. */
export interface FrameWindow {
  readonly self: unknown;
  readonly top: unknown;
  readonly parent: { postMessage(message: unknown, target: string): void };
  addEventListener(type: 'message', listener: (event: MessageEventLike) => void): void;
}

/** The globals by which we tell where we run. */
export interface Surroundings {
  window?: unknown;
  self?: unknown;
}

/** A worker talks to whoever made it. */
export function workerPort(scope: WorkerScope): Port {
  return {
    mode: 'worker',
    start(events) {
      const listener = (event: MessageEventLike): void => {
        events.message(event.data);
      };
      // A listener of its own survives a plugin that assigns onmessage.
      if (typeof scope.addEventListener === 'function') scope.addEventListener('message', listener);
      else scope.onmessage = listener;
      events.open();
    },
    post(envelope) {
      scope.postMessage(envelope);
    },
  };
}

/** A page talks to the window around it. Other windows cannot speak in the host's name. */
export function framePort(window: FrameWindow): Port {
  return {
    mode: 'iframe',
    start(events) {
      window.addEventListener('message', (event) => {
        // A host that posts from a preload script has no window, or the page's own.
        const source = event.source ?? window;
        if (source === window.parent || source === window) events.message(event.data);
      });
      events.open();
    },
    post(envelope) {
      window.parent.postMessage(envelope, '*');
    },
  };
}

/** Outside a POS: nobody is there. */
export const NOBODY: Port = { mode: 'none', start: () => undefined, post: () => undefined };

/** The port that fits where we run (contract, wire §3). A page that may not look at `top` is inside a frame. */
export function portHere(here: Surroundings = globalThis as Surroundings): Port {
  if (here.window === undefined) return isWorker(here.self) ? workerPort(here.self) : NOBODY;
  if (!isWindow(here.window)) return NOBODY;
  let framed: boolean;
  try {
    framed = here.window.self !== here.window.top;
  } catch {
    framed = true;
  }
  return framed ? framePort(here.window) : NOBODY;
}

function isWorker(scope: unknown): scope is WorkerScope {
  return (
    typeof scope === 'object' &&
    scope !== null &&
    'postMessage' in scope &&
    typeof scope.postMessage === 'function'
  );
}

function isWindow(window: unknown): window is FrameWindow {
  return (
    typeof window === 'object' &&
    window !== null &&
    'addEventListener' in window &&
    typeof window.addEventListener === 'function'
  );
}
