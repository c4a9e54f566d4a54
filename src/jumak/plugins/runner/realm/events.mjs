/** Events a browser has and Node, in some version, has not. */

/** @typedef {{bubbles?: boolean, cancelable?: boolean, composed?: boolean}} EventInit */

export class MessageEvent extends Event {
  /** @param {string} type @param {EventInit & {data?: unknown, origin?: string, lastEventId?: string, source?: unknown, ports?: unknown[]}} [init] */
  constructor(type, init = {}) {
    super(type, init);
    this.data = init.data ?? null;
    this.origin = init.origin ?? '';
    this.lastEventId = init.lastEventId ?? '';
    this.source = init.source ?? null;
    this.ports = Object.freeze([...(init.ports ?? [])]);
  }
}

export class ErrorEvent extends Event {
  /** @param {string} type @param {EventInit & {message?: string, filename?: string, lineno?: number, colno?: number, error?: unknown}} [init] */
  constructor(type, init = {}) {
    super(type, init);
    this.message = init.message ?? '';
    this.filename = init.filename ?? '';
    this.lineno = init.lineno ?? 0;
    this.colno = init.colno ?? 0;
    this.error = init.error ?? null;
  }
}

export class PromiseRejectionEvent extends Event {
  /** @param {string} type @param {EventInit & {promise: Promise<unknown>, reason?: unknown}} init */
  constructor(type, init) {
    super(type, init);
    this.promise = init.promise;
    this.reason = init.reason;
  }
}

export class CloseEvent extends Event {
  /** @param {string} type @param {EventInit & {code?: number, reason?: string, wasClean?: boolean}} [init] */
  constructor(type, init = {}) {
    super(type, init);
    this.code = init.code ?? 0;
    this.reason = init.reason ?? '';
    this.wasClean = init.wasClean ?? false;
  }
}
