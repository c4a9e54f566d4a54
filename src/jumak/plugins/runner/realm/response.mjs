/** `Response`. */

import { Body, contentOf } from './body.mjs';
import { Headers } from './headers.mjs';

const WITHOUT_BODY = new Set([101, 103, 204, 205, 304]);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * @typedef {{status?: number, statusText?: string, headers?: ConstructorParameters<typeof Headers>[0]}} ResponseInit
 * @typedef {{url: string, redirected: boolean, type: 'basic' | 'cors' | 'default' | 'error'}} Place
 */

/** @type {(response: Response, place: Place) => Response} */
let place;

export class Response extends Body {
  #status;
  #statusText;
  /** @type {Headers} */
  #headers;
  /** @type {Place} */
  #place = { url: '', redirected: false, type: 'default' };

  static {
    place = (response, at) => {
      response.#place = at;
      return response;
    };
  }

  /** @param {import('./body.mjs').BodyInit} [body] @param {ResponseInit} [init] */
  constructor(body = null, init = {}) {
    const status = Number(init.status ?? 200);
    if (!(status >= 200 && status <= 599)) throw new RangeError(`${init.status} is no status of a response`);
    const { content, type } = contentOf(body);
    if (content !== null && WITHOUT_BODY.has(status)) {
      throw new TypeError(`a response with status ${status} has no body`);
    }
    super(content);
    this.#status = status;
    this.#statusText = String(init.statusText ?? '');
    this.#headers = new Headers(init.headers);
    if (type !== null && !this.#headers.has('content-type')) this.#headers.set('content-type', type);
  }

  static error() {
    const response = place(new Response(), { url: '', redirected: false, type: 'error' });
    response.#status = 0;
    return response;
  }

  /** @param {unknown} data @param {ResponseInit} [init] */
  static json(data, init = {}) {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError('Response.json: this is no JSON');
    const response = new Response(text, init);
    if (!new Headers(init.headers).has('content-type')) response.headers.set('content-type', 'application/json');
    return response;
  }

  /** @param {string | URL} url @param {number} [status] */
  static redirect(url, status = 302) {
    if (!REDIRECTS.has(status)) throw new RangeError(`${status} is no status of a redirect`);
    return new Response(null, { status, headers: { location: new URL(String(url)).href } });
  }

  get status() {
    return this.#status;
  }

  get ok() {
    return this.#status >= 200 && this.#status <= 299;
  }

  get statusText() {
    return this.#statusText;
  }

  /** @override */
  get headers() {
    return this.#headers;
  }

  get url() {
    return this.#place.url;
  }

  get redirected() {
    return this.#place.redirected;
  }

  get type() {
    return this.#place.type;
  }

  clone() {
    const copy = new Response(this.share(), { status: this.#status || 200, statusText: this.#statusText });
    copy.#headers = new Headers(this.#headers);
    copy.#status = this.#status;
    return place(copy, this.#place);
  }

  get [Symbol.toStringTag]() {
    return 'Response';
  }
}

/**
 * A response that says where it is from.
 * @param {import('./body.mjs').BodyInit} body left out where the status allows none
 * @param {ResponseInit} init
 * @param {Place} at
 */
export function placed(body, init, at) {
  return place(new Response(WITHOUT_BODY.has(init.status ?? 200) ? null : body, init), at);
}
