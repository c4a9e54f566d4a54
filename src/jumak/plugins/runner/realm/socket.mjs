/** `WebSocket` over the server, which keeps the allow-list. */

import { CloseEvent, MessageEvent } from './events.mjs';

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** The code of a connection that ended without saying so. */
const LOST = 1006;
const EVENTS = ['open', 'message', 'error', 'close'];
const MAX_REASON_BYTES = 123;

/**
 * @param {import('../boot.mjs').Host} host
 * @param {import('./link.mjs').Link} link
 * @param {URL} location
 */
export function makeWebSocket(host, link, location) {
  /** @type {Map<number, (message: import('./link.mjs').Message) => void>} */
  const sockets = new Map();
  let last = 0;

  link.on('runner.socket-event', (message) => sockets.get(/** @type {number} */ (message.id))?.(message));

  return class WebSocket extends EventTarget {
    static CONNECTING = CONNECTING;
    static OPEN = OPEN;
    static CLOSING = CLOSING;
    static CLOSED = CLOSED;

    CONNECTING = CONNECTING;
    OPEN = OPEN;
    CLOSING = CLOSING;
    CLOSED = CLOSED;

    #id = ++last;
    #url;
    #state = CONNECTING;
    #protocol = '';
    /** @type {'blob' | 'arraybuffer'} */
    #binaryType = 'blob';
    /** @type {Map<string, (event: Event) => void>} */
    #handlers = new Map();
    /** Binary messages are made of blobs in turn: what is sent after one leaves after it. @type {Promise<void> | null} */
    #sending = null;
    #buffered = 0;
    #isGivenUp = false;

    /** @param {string | URL} url @param {string | string[]} [protocols] */
    constructor(url, protocols = []) {
      super();
      this.#url = address(url, location);
      const names = typeof protocols === 'string' ? [protocols] : [...protocols].map(String);
      if (new Set(names).size !== names.length || names.some((name) => !/^[!#$%&'*+\-.^_`|~\w]+$/.test(name))) {
        throw new DOMException(`WebSocket: these are no protocols: ${names.join(', ')}`, 'SyntaxError');
      }
      sockets.set(this.#id, (message) => this.#take(message));
      link.tell({ name: 'runner.socket-open', id: this.#id, url: this.#url, protocols: names });
    }

    get url() {
      return this.#url;
    }

    get readyState() {
      return this.#state;
    }

    get protocol() {
      return this.#protocol;
    }

    get extensions() {
      return '';
    }

    get bufferedAmount() {
      return this.#buffered;
    }

    get binaryType() {
      return this.#binaryType;
    }

    set binaryType(type) {
      if (type === 'blob' || type === 'arraybuffer') this.#binaryType = type;
    }

    /** @param {string | Blob | ArrayBuffer | ArrayBufferView} data */
    send(data) {
      if (this.#state === CONNECTING) {
        throw new DOMException('WebSocket: it is not open yet', 'InvalidStateError');
      }
      if (this.#state !== OPEN) return;
      if (data instanceof Blob) {
        const { size } = data;
        this.#buffered += size;
        const before = this.#sending ?? Promise.resolve();
        const sent = before.then(async () => {
          const bytes = await data.arrayBuffer();
          this.#buffered -= size;
          this.#pass({ binary: host.toBase64(bytes) });
          if (this.#sending === sent) this.#sending = null;
        });
        this.#sending = sent;
      } else {
        const what =
          data instanceof ArrayBuffer || ArrayBuffer.isView(data)
            ? { binary: host.toBase64(data) }
            : { text: String(data) };
        if (this.#sending) this.#sending = this.#sending.then(() => this.#pass(what));
        else this.#pass(what);
      }
    }

    /** @param {number} [code] @param {string} [reason] */
    close(code, reason) {
      if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
        throw new DOMException(`WebSocket: ${code} is no code to close with`, 'InvalidAccessError');
      }
      if (reason !== undefined && new TextEncoder().encode(String(reason)).length > MAX_REASON_BYTES) {
        throw new DOMException('WebSocket: the reason is longer than 123 bytes', 'SyntaxError');
      }
      if (this.#state >= CLOSING) return;
      this.#isGivenUp = this.#state === CONNECTING;
      this.#state = CLOSING;
      const close = () => link.tell({ name: 'runner.socket-close', id: this.#id, code, reason });
      if (this.#sending) void this.#sending.then(close);
      else close();
    }

    /** @param {{text?: string, binary?: string}} what */
    #pass(what) {
      if (this.#state <= CLOSING) link.tell({ name: 'runner.socket-send', id: this.#id, ...what });
    }

    /** @param {import('./link.mjs').Message} message */
    #take(message) {
      if (message['event'] === 'open') {
        if (this.#state !== CONNECTING) return;
        this.#state = OPEN;
        this.#protocol = message['protocol'];
        this.dispatchEvent(new Event('open'));
      } else if (message['event'] === 'message') {
        if (this.#state === OPEN) this.dispatchEvent(this.#arrived(message));
      } else {
        this.#state = CLOSED;
        sockets.delete(this.#id);
        const failed = this.#isGivenUp ? 'it was closed before it was open' : message['failed'];
        if (failed !== undefined) {
          const event = new Event('error');
          Object.defineProperty(event, 'message', { value: failed });
          this.dispatchEvent(event);
        }
        const code = failed === undefined ? message['code'] : LOST;
        const reason = failed === undefined ? message['reason'] : '';
        this.dispatchEvent(new CloseEvent('close', { code, reason, wasClean: code !== LOST }));
      }
    }

    /** @param {import('./link.mjs').Message} message */
    #arrived(message) {
      /** @type {string | ArrayBuffer | Blob} */
      let data = message['text'];
      if (message['binary'] !== undefined) {
        const { buffer } = host.fromBase64(message['binary']);
        data = this.#binaryType === 'blob' ? new Blob([buffer]) : buffer;
      }
      const origin = new URL(this.#url).origin;
      return new MessageEvent('message', { data, origin });
    }

    static {
      for (const type of EVENTS) {
        Object.defineProperty(this.prototype, `on${type}`, {
          /** @this {WebSocket} */
          get() {
            return this.#handlers.get(type) ?? null;
          },
          /** @this {WebSocket} @param {unknown} handler */
          set(handler) {
            const before = this.#handlers.get(type);
            if (before) this.removeEventListener(type, before);
            this.#handlers.delete(type);
            if (typeof handler !== 'function') return;
            const called = /** @type {(event: Event) => void} */ (handler);
            this.#handlers.set(type, called);
            this.addEventListener(type, called);
          },
          configurable: true,
          enumerable: true,
        });
      }
    }
  };
}

/**
 * An address as the standard wants it: `ws:` or `wss:`, no fragment; `http:` and `https:` are taken for them.
 * @param {string | URL} text
 * @param {URL} location
 */
function address(text, location) {
  let url;
  try {
    url = new URL(String(text), location.href);
  } catch {
    throw new DOMException(`WebSocket: ${text} is no address`, 'SyntaxError');
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') url.protocol = url.protocol.replace('http', 'ws');
  if ((url.protocol !== 'ws:' && url.protocol !== 'wss:') || url.hash) {
    throw new DOMException(`WebSocket: ${text} is no address of a socket`, 'SyntaxError');
  }
  return url.href;
}
