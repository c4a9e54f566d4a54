/** `fetch` over the server, which keeps the allow-list; the plugin's own files are read here. */

import { placed } from './response.mjs';

/** What the bridge leaves out: HTTP/2 has no phrases, some code reads them. @type {Record<number, string>} */
const PHRASES = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/**
 * @typedef {InstanceType<ReturnType<typeof import('./request.mjs').makeRequest>>} AnyRequest
 * @typedef {object} Asked
 * @property {(message: import('./link.mjs').Message) => void} answered
 */

/**
 * @param {import('../boot.mjs').Host} host
 * @param {import('./link.mjs').Link} link
 * @param {import('./files.mjs').Files} files
 * @param {ReturnType<typeof import('./request.mjs').makeRequest>} Request
 * @param {string} origin the plugin's own
 */
export function makeFetch(host, link, files, Request, origin) {
  /** @type {Map<number, Asked>} */
  const waiting = new Map();
  let last = 0;

  link.on('runner.fetched', (message) => {
    const asked = waiting.get(/** @type {number} */ (message.id));
    waiting.delete(/** @type {number} */ (message.id));
    asked?.answered(message);
  });

  /**
   * Sends a request over the server; rejects with what the signal says, or a TypeError.
   * @param {AnyRequest} request
   * @param {string} url
   * @param {ArrayBuffer | null} body
   * @returns {Promise<import('./link.mjs').Message>}
   */
  function send(request, url, body) {
    const id = ++last;
    return new Promise((resolve, reject) => {
      const { signal } = request;
      const abort = () => {
        waiting.delete(id);
        link.tell({ name: 'runner.fetch-cancel', id });
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      waiting.set(id, {
        answered(message) {
          signal.removeEventListener('abort', abort);
          if (message['failed'] === undefined) resolve(message);
          else reject(new TypeError(`Failed to fetch ${url}: ${message['failed']}`));
        },
      });
      link.tell({
        name: 'runner.fetch',
        id,
        method: request.method,
        url,
        headers: [...request.headers],
        ...(body === null ? {} : { body: host.toBase64(body) }),
      });
    });
  }

  /** @param {string | URL | AnyRequest} input @param {import('./request.mjs').RequestInit} [init] */
  return async function fetch(input, init) {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    url.hash = '';
    if (url.origin === origin) return ofFile(files.at(url), url.href);
    if (url.protocol === 'data:') return ofData(url, host);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new TypeError(`Failed to fetch ${url.href}: only http: and https: lead anywhere`);
    }
    const body = request.body === null ? null : await request.arrayBuffer();
    request.signal.throwIfAborted();
    const answer = await send(request, url.href, body);
    const redirected = answer['url'] !== url.href;
    if (redirected && request.redirect !== 'follow') {
      throw new TypeError(`Failed to fetch ${url.href}: it was redirected to ${answer['url']}`);
    }
    const { code, headers } = answer;
    return placed(
      host.fromBase64(answer['body']),
      { status: code, statusText: PHRASES[code] ?? '', headers },
      { url: answer['url'], redirected, type: 'cors' },
    );
  };
}

/** @param {{bytes: Uint8Array | null, type: string}} file @param {string} url */
function ofFile({ bytes, type }, url) {
  /** @type {import('./response.mjs').Place} */
  const at = { url, redirected: false, type: 'basic' };
  if (bytes === null) return placed(null, { status: 404, statusText: PHRASES[404] ?? '' }, at);
  return placed(bytes, { headers: { 'content-type': type }, statusText: 'OK' }, at);
}

/** @param {URL} url @param {import('../boot.mjs').Host} host */
function ofData(url, host) {
  const found = /^data:([^,]*?)(;\s*base64)?,(.*)$/is.exec(url.href);
  if (!found) throw new TypeError('Failed to fetch: a data: address needs a comma');
  const text = decodeURIComponent(found[3] ?? '');
  const bytes = found[2] ? host.fromBase64(text) : text;
  const type = found[1] || 'text/plain;charset=US-ASCII';
  /** @type {import('./response.mjs').Place} */
  const at = { url: url.href, redirected: false, type: 'basic' };
  return placed(bytes, { headers: { 'content-type': type }, statusText: 'OK' }, at);
}
