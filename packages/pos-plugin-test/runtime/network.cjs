'use strict';
/*
 * What a plugin's `fetch` and `WebSocket` reach: the origins of its allow-list, and local ones in place of external origins
 * while a map is set (contract, plugin-runtime §3 and §7). A browser holds plugins to that by its content security policy.
 */

// Node 20 has none of its own. The package brings no types, and its class is close to a browser's.
const load = /** @type {(name: string) => any} */ (require);
/** @type {typeof WebSocket} */
const Socket = globalThis.WebSocket ?? load('ws').WebSocket;

/** @typedef {{ acl: readonly string[], originMap: Readonly<Record<string, string>> }} Rules */

const SAME = new Map([
  ['ws:', 'http:'],
  ['wss:', 'https:'],
]);

/** @param {string | URL} address */
function originOf(address) {
  const { protocol, host } = new URL(address);
  return `${SAME.get(protocol) ?? protocol}//${host}`;
}

/** Whether an origin is on the list; a leading `*.` stands for one label. @param {string} origin @param {readonly string[]} acl */
function isAllowed(origin, acl) {
  const [scheme, host = ''] = origin.split('//');
  const oneLabelLess = host.slice(host.indexOf('.') + 1);
  return acl.some((entry) => {
    const [theirs, name = ''] = originOf(entry.replace('//*.', '//any-label.')).split('//');
    return (
      scheme === theirs &&
      (entry.includes('//*.') ? oneLabelLess === name.slice('any-label.'.length) : host === name)
    );
  });
}

/** Where an address leads. @param {string | URL} address @param {Rules} rules @returns {string | undefined} undefined: nowhere */
function led(address, { acl, originMap }) {
  const url = new URL(address);
  const origin = originOf(url);
  for (const [external, local] of Object.entries(originMap)) {
    if (originOf(external) !== origin) continue;
    const scheme = originOf(local).startsWith('https') ? 's' : '';
    const kind = SAME.has(url.protocol) ? 'ws' : 'http';
    return url.href.replace(/^[a-z]+:\/\/[^/]*/, `${kind}${scheme}://${new URL(local).host}`);
  }
  return isAllowed(origin, acl) ? url.href : undefined;
}

/** @param {string | URL} address */
const refusal = (address) =>
  `${originOf(address)} is not on the allow-list of this plugin; add it to acl where it is installed`;

/** `fetch` and `WebSocket` held to the rules. @param {Rules} rules @param {(text: string) => void} tell hears of refusals */
function network(rules, tell) {
  /** @param {string | URL} address */
  const refused = (address) => {
    tell(refusal(address));
    return new TypeError('Failed to fetch');
  };
  /** @type {typeof fetch} */
  const held = async (input, init) => {
    const request = new Request(input, init);
    const place = led(request.url, rules);
    if (place === undefined) throw refused(request.url);
    const response = await fetch(place === request.url ? request : new Request(place, request));
    // It was followed by then, but what it led to is kept from the plugin, as in a browser.
    const isSame = !response.redirected || originOf(response.url) === originOf(place);
    if (!isSame && led(response.url, rules) === undefined) throw refused(response.url);
    return response;
  };
  class HeldSocket extends Socket {
    /** @param {string | URL} address @param {string | string[]} [protocols] */
    constructor(address, protocols) {
      const place = led(address, rules);
      if (place === undefined) {
        tell(refusal(address));
        throw new DOMException(refusal(address), 'SecurityError');
      }
      super(place, protocols);
    }
  }
  return { fetch: held, WebSocket: HeldSocket };
}

module.exports = { isAllowed, led, network };
