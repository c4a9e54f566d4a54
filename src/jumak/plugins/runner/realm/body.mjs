/** What requests and responses have in common: a content that is read once. */

import { FormData, decodeForm, encodeForm } from './form_data.mjs';

/**
 * @typedef {Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>} Content
 * @typedef {string | URLSearchParams | FormData | Blob | ArrayBuffer | ArrayBufferView | ReadableStream | null | undefined} BodyInit
 */

export class Body {
  /** @type {Content | null} */
  #content;
  #isUsed = false;

  /** @param {Content | null} content */
  constructor(content) {
    this.#content = content;
  }

  /** @returns {import('./headers.mjs').Headers} */
  get headers() {
    throw new TypeError('Illegal invocation');
  }

  get body() {
    if (this.#content === null) return null;
    if (!(this.#content instanceof ReadableStream)) {
      const blob = this.#content instanceof Blob ? this.#content : new Blob([this.#content]);
      this.#content = /** @type {ReadableStream<Uint8Array>} */ (/** @type {unknown} */ (blob.stream()));
    }
    return this.#content;
  }

  get bodyUsed() {
    return this.#isUsed || (this.#content instanceof ReadableStream && this.#content.locked);
  }

  async text() {
    return new TextDecoder().decode(await this.bytes());
  }

  /** @returns {Promise<any>} */
  async json() {
    return JSON.parse(await this.text());
  }

  async arrayBuffer() {
    return (await this.bytes()).buffer;
  }

  async blob() {
    return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' });
  }

  async formData() {
    return decodeForm(await this.bytes(), this.headers.get('content-type') ?? '');
  }

  /** @returns {Promise<Uint8Array<ArrayBuffer>>} */
  async bytes() {
    const content = this.take();
    if (content === null) return new Uint8Array();
    if (content instanceof Uint8Array) return content.slice();
    if (content instanceof Blob) return new Uint8Array(await content.arrayBuffer());
    const parts = [];
    for await (const part of content) {
      if (!(part instanceof Uint8Array)) throw new TypeError('a stream that is a body gives bytes');
      parts.push(/** @type {Uint8Array<ArrayBuffer>} */ (part));
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  }

  /** The content, which then is used. */
  take() {
    if (this.bodyUsed) throw new TypeError('the body has been read already');
    this.#isUsed = this.#content !== null;
    return this.#content;
  }

  /** The content for a copy of this; it stays readable here. */
  share() {
    if (this.bodyUsed) throw new TypeError('the body has been read already');
    if (!(this.#content instanceof ReadableStream)) return this.#content;
    const [mine, other] = this.#content.tee();
    this.#content = mine;
    return other;
  }
}

/**
 * The content of what somebody gave as a body, and its type.
 * @param {BodyInit} init
 * @returns {{content: Content | null, type: string | null}}
 */
export function contentOf(init) {
  if (init === null || init === undefined) return { content: null, type: null };
  if (init instanceof ReadableStream) return { content: init, type: null };
  if (init instanceof Blob) return { content: init, type: init.type || null };
  if (init instanceof FormData) {
    const content = encodeForm(init);
    return { content, type: content.type };
  }
  if (ArrayBuffer.isView(init)) {
    return { content: new Uint8Array(init.buffer, init.byteOffset, init.byteLength).slice(), type: null };
  }
  if (init instanceof ArrayBuffer) return { content: new Uint8Array(init.slice(0)), type: null };
  const type =
    init instanceof URLSearchParams
      ? 'application/x-www-form-urlencoded;charset=UTF-8'
      : 'text/plain;charset=UTF-8';
  return { content: new TextEncoder().encode(String(init)), type };
}
