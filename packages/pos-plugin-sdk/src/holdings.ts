import type { Incoming } from './envelope.js';

type Data = Record<string, unknown>;

/** A message that is sent anew. */
interface Held {
  name: string;
  data: Data;
}

const ADD_METHOD = 'payment.method.add';
const REMOVE_METHOD = 'payment.method.remove';
const STAY_AWAKE = 'power-saver.start-blocking.request';
const MAY_SLEEP = 'power-saver.stop-blocking.request';
const CONNECT = 'websocket.connect.request';
const SOCKET_EVENT = 'websocket.event';

/** What a broken connection closes with. */
const ABNORMAL = '1006';

/**
 * What a plugin holds in its session with the shop: payment methods, a screen kept awake, sockets to other servers. It
 * ends with the session. A plugin asks for it once, so the next session is asked in its place, and the plugin is told
 * that its sockets broke.
 */
export class Holdings {
  private readonly methods = new Map<string, Held>();
  private readonly urls = new Set<string>();
  private holds = 0;

  /** A notification of the plugin. */
  told(name: string, data: Data): void {
    const { id } = data;
    if (typeof id !== 'string') return;
    if (name === ADD_METHOD) this.methods.set(id, { name, data });
    if (name === REMOVE_METHOD) this.methods.delete(id);
  }

  /** A request of the plugin that the shop has granted. */
  granted(name: string, data: Data): void {
    if (name === STAY_AWAKE) this.holds += 1;
    if (name === MAY_SLEEP) this.holds = Math.max(this.holds - 1, 0);
    if (name === CONNECT && typeof data['url'] === 'string') this.urls.add(data['url']);
  }

  /** A push of the shop. */
  pushed({ name, data }: Incoming): void {
    if (name === SOCKET_EVENT && data['event'] === 'close') this.urls.delete(String(data['url']));
  }

  /** What a new session has to be told. */
  methodsLost(): Held[] {
    return [...this.methods.values()];
  }

  /** What a new session has to be asked. */
  holdsLost(): Held[] {
    return Array.from({ length: this.holds }, () => ({ name: STAY_AWAKE, data: {} }));
  }

  /** How the sockets ended that the old session had; they are none of the new one's. */
  broken(): Incoming[] {
    const urls = [...this.urls];
    this.urls.clear();
    return urls.map((url) => ({
      name: SOCKET_EVENT,
      callbackId: undefined,
      data: { url, event: 'close', code: ABNORMAL },
      seq: undefined,
    }));
  }
}
