/**
 * What a plugin holds in its session with the shop: payment methods, a screen kept awake, sockets to other servers.
 *
 * All of it ends with the session, and a plugin in a POS knows of no session: it asked once, at its start. So
 * when a new one opens after a loss, methods and holds are asked for again, and the plugin is told that its
 * sockets broke, as it would be if their network had.
 */

import { isObject } from "../client/decode";
import type { Envelope } from "../client/envelope";
import type { Asked } from "../client/session";

const ADD_METHOD = "payment.method.add";
const REMOVE_METHOD = "payment.method.remove";
const STAY_AWAKE = "power-saver.start-blocking.request";
const MAY_SLEEP = "power-saver.stop-blocking.request";
const CONNECT = "websocket.connect.request";
const SOCKET_EVENT = "websocket.event";

/** The shop takes no more of one session. */
const MOST_METHODS = 50;
/** No plugin means more; each is asked for anew. */
const MOST_HOLDS = 100;
/** What a broken connection closes with. */
const ABNORMAL = "1006";

export class Holdings {
  readonly #methods = new Map<string, Asked>();
  readonly #urls = new Set<string>();
  #holds = 0;

  /** A notification of the plugin. */
  told(asked: Asked): void {
    const id = text(asked.data, "id");
    if (id === null) return;
    if (asked.name === REMOVE_METHOD) this.#methods.delete(id);
    if (asked.name === ADD_METHOD && (this.#methods.has(id) || this.#methods.size < MOST_METHODS)) this.#methods.set(id, asked);
  }

  /** A request of the plugin and the shop's reply. */
  replied(asked: Asked, reply: unknown): void {
    if (!isObject(reply) || reply["complete"] !== true) return;
    if (asked.name === STAY_AWAKE) this.#holds = Math.min(this.#holds + 1, MOST_HOLDS);
    if (asked.name === MAY_SLEEP) this.#holds = Math.max(this.#holds - 1, 0);
    const url = text(asked.data, "url");
    if (asked.name === CONNECT && url !== null) this.#urls.add(url);
  }

  /** A push of the shop. */
  pushed({ name, data }: Envelope): void {
    const url = text(data, "url");
    if (name === SOCKET_EVENT && url !== null && text(data, "event") === "close") this.#urls.delete(url);
  }

  /** What a new session has to be told and asked for, in this order. */
  lost(): { readonly tell: readonly Asked[]; readonly ask: readonly Asked[] } {
    const ask = Array.from({ length: this.#holds }, () => ({ name: STAY_AWAKE, data: {} }));
    return { tell: [...this.#methods.values()], ask };
  }

  /** How the sockets ended that the old session had; they are none of the new one's. */
  broken(): readonly Envelope[] {
    const urls = [...this.#urls];
    this.#urls.clear();
    return urls.map((url) => ({ name: SOCKET_EVENT, version: 1, data: { url, event: "close", code: ABNORMAL } }));
  }
}

function text(data: unknown, key: string): string | null {
  const value = isObject(data) ? data[key] : undefined;
  return typeof value === "string" ? value : null;
}
