/** `Request`. */

import { Body, contentOf } from './body.mjs';
import { Headers } from './headers.mjs';

const NORMAL = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * @typedef {object} RequestInit
 * @property {string} [method]
 * @property {ConstructorParameters<typeof Headers>[0]} [headers]
 * @property {import('./body.mjs').BodyInit} [body]
 * @property {AbortSignal | null} [signal]
 * @property {'follow' | 'error' | 'manual'} [redirect]
 */

/**
 * The class, with addresses relative to this one.
 * @param {string} base
 */
export function makeRequest(base) {
  return class Request extends Body {
    /** @type {string} */
    #url;
    /** @type {string} */
    #method;
    /** @type {Headers} */
    #headers;
    /** @type {AbortSignal} */
    #signal;
    /** @type {'follow' | 'error' | 'manual'} */
    #redirect;

    cache = 'default';
    credentials = 'same-origin';
    destination = '';
    duplex = 'half';
    integrity = '';
    keepalive = false;
    mode = 'cors';
    referrer = 'about:client';
    referrerPolicy = '';

    /** @param {string | URL | Request} input @param {RequestInit} [init] */
    constructor(input, init = {}) {
      /** @type {Request | null} */
      const given = input instanceof Request ? input : null;
      const method = methodOf(init.method ?? given?.method ?? 'GET');
      const hasBody = init.body !== undefined && init.body !== null;
      const { content, type } = hasBody ? contentOf(init.body) : { content: given?.take() ?? null, type: null };
      if (content !== null && (method === 'GET' || method === 'HEAD')) {
        throw new TypeError(`a ${method} request has no body`);
      }
      super(content);
      this.#url = given ? given.url : addressOf(/** @type {string | URL} */ (input), base);
      this.#method = method;
      this.#headers = new Headers(init.headers ?? given?.headers);
      if (type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', type);
      this.#signal = (init.signal === undefined ? given?.signal : init.signal) ?? new AbortController().signal;
      this.#redirect = init.redirect ?? given?.redirect ?? 'follow';
    }

    get url() {
      return this.#url;
    }

    /** @returns {string} */
    get method() {
      return this.#method;
    }

    /** @override */
    get headers() {
      return this.#headers;
    }

    /** @returns {AbortSignal} */
    get signal() {
      return this.#signal;
    }

    /** @returns {'follow' | 'error' | 'manual'} */
    get redirect() {
      return this.#redirect;
    }

    /** @returns {Request} */
    clone() {
      const { method, headers, signal, redirect } = this;
      return new Request(this.#url, { method, headers, signal, redirect, body: this.share() });
    }

    get [Symbol.toStringTag]() {
      return 'Request';
    }
  };
}

/** @param {unknown} method */
function methodOf(method) {
  const text = String(method);
  const upper = text.toUpperCase();
  if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(text) || FORBIDDEN.has(upper)) {
    throw new TypeError(`'${text}' is no method of a request`);
  }
  return NORMAL.has(upper) ? upper : text;
}

/** @param {string | URL} input @param {string} base */
function addressOf(input, base) {
  const url = new URL(String(input), base);
  if (url.username || url.password) throw new TypeError('an address with a password is not sent');
  return url.href;
}
