/**
 * The origin map of a plugin under development: what it sends to one origin goes to another (H-63).
 * Scheme, host and port change; path, query, headers and body stay. Nothing here is seen by a plugin
 * without a map.
 */

export type OriginMap = Readonly<Record<string, string>>;

const SOCKETS: Readonly<Record<string, string>> = { "ws:": "http:", "wss:": "https:" };
const BACK: Readonly<Record<string, string>> = { "http:": "ws:", "https:": "wss:" };

/** The address as the map has it; the same when its origin is not mapped or it is none. */
export function rewritten(address: string, base: string, map: OriginMap): string {
  if (!URL.canParse(address, base)) return address;
  const url = new URL(address, base);
  const asHttp = SOCKETS[url.protocol];
  const target =
    map[url.origin] ?? (asHttp === undefined ? undefined : map[`${asHttp}//${url.host}`]);
  if (target === undefined || !URL.canParse(target)) return address;
  const to = new URL(target);
  const protocol = asHttp === undefined ? to.protocol : (BACK[to.protocol] ?? to.protocol);
  return `${protocol}//${to.host}${url.pathname}${url.search}${url.hash}`;
}

/** Wraps whatever in a scope takes an address. */
export function rewriteIn(scope: typeof globalThis, map: OriginMap): void {
  const to = (address: string) => rewritten(address, scope.location.href, map);

  const fetch = scope.fetch.bind(scope);
  scope.fetch = (input, init) => {
    if (!(input instanceof scope.Request)) return fetch(to(String(input)), init);
    const address = to(input.url);
    return fetch(address === input.url ? input : new scope.Request(address, input), init);
  };
  scope.WebSocket = class extends scope.WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(to(String(address)), protocols);
    }
  };
  scope.EventSource = class extends scope.EventSource {
    constructor(address: string | URL, init?: EventSourceInit) {
      super(to(String(address)), init);
    }
  };
  const open = Reflect.get(scope.XMLHttpRequest.prototype, "open");
  scope.XMLHttpRequest.prototype.open = function (method: string, address: string | URL, ...more: unknown[]) {
    Reflect.apply(open, this, [method, to(String(address)), ...more]);
  };
  // Workers have no beacon.
  if ("sendBeacon" in scope.navigator) {
    const beacon = scope.navigator.sendBeacon.bind(scope.navigator);
    scope.navigator.sendBeacon = (address, data) => beacon(to(String(address)), data);
  }
}
