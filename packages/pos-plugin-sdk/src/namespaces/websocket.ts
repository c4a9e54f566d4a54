import type { Unsubscribe } from '../calls.js';
import type { Channel, Data } from '../channel.js';
import { assertValid, text } from '../check.js';
import type { PluginWebsocketMessage, PluginWebsocketOptions } from '../types.js';

const MOST_KEPT = 1_000;

type Happening = 'open' | 'message' | 'close' | 'error';
type Handler = (...told: (string | undefined)[]) => unknown;

/** A socket through the shop. What happens before somebody listens is kept, up to 1,000 messages. */
export interface PluginWebsocket {
  readonly url: string;
  /** Nothing while the socket is open; opens it again once it is closed. */
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(message: PluginWebsocketMessage): void;
  onOpen(callback: () => unknown): Unsubscribe;
  onMessage(callback: (data: string) => unknown): Unsubscribe;
  onError(callback: (name?: string, message?: string) => unknown): Unsubscribe;
  onClose(callback: (code: string) => unknown): Unsubscribe;
}

export function websocketNamespace(channel: Channel) {
  const sockets = new Map<string, BridgedSocket>();
  let listening: Promise<unknown> | undefined;

  function listen(): Promise<unknown> {
    listening ??= channel.on('websocket.event', undefined, (data) => {
      sockets.get(String(data['url']))?.happened(data);
    });
    return listening;
  }

  async function open(socket: BridgedSocket): Promise<void> {
    await listen();
    const before = sockets.get(socket.url);
    // Until the new one stands, what happens at this URL is the old one's end.
    if (before === undefined) sockets.set(socket.url, socket);
    try {
      await channel.call('websocket.connect.request', socket.opening);
    } catch (error) {
      if (sockets.get(socket.url) === socket) sockets.delete(socket.url);
      throw error;
    }
    socket.isOpen = true;
    sockets.set(socket.url, socket);
  }

  return {
    /** Opens a socket and resolves once it is open. Sockets are told apart by URL: a second one ends the first. */
    async create(
      url: string,
      headers: Readonly<Record<string, string>> = {},
      options: PluginWebsocketOptions = {},
    ): Promise<PluginWebsocket> {
      assertValid(text, url);
      const socket = new BridgedSocket(channel, url, { url, headers, ...options }, open);
      await open(socket);
      return socket;
    },
  };
}

class BridgedSocket implements PluginWebsocket {
  isOpen = false;
  private readonly handlers = new Map<Happening, Set<Handler>>();
  private readonly kept = new Map<Happening, (string | undefined)[][]>();

  constructor(
    private readonly channel: Channel,
    readonly url: string,
    readonly opening: Data,
    private readonly open: (socket: BridgedSocket) => Promise<void>,
  ) {}

  async connect(): Promise<void> {
    if (!this.isOpen) await this.open(this);
  }

  async disconnect(): Promise<void> {
    this.isOpen = false;
    await this.channel.call('websocket.disconnect.request', { url: this.url });
  }

  send({ data, option }: PluginWebsocketMessage): void {
    this.channel.notify('websocket.send', { url: this.url, data, option });
  }

  onOpen(callback: () => unknown): Unsubscribe {
    return this.on('open', callback);
  }

  onMessage(callback: (data: string) => unknown): Unsubscribe {
    return this.on('message', (data) => callback(data ?? ''));
  }

  onError(callback: (name?: string, message?: string) => unknown): Unsubscribe {
    return this.on('error', callback);
  }

  onClose(callback: (code: string) => unknown): Unsubscribe {
    return this.on('close', (code) => callback(code ?? ''));
  }

  happened(data: Data): void {
    const word = (key: string): string | undefined => {
      const told = data[key];
      return typeof told === 'string' || typeof told === 'number' ? String(told) : undefined;
    };
    switch (data['event']) {
      case 'open':
        this.isOpen = true;
        this.tell('open', []);
        break;
      case 'message':
        this.tell('message', [word('data')]);
        break;
      case 'error':
        this.tell('error', [word('errorName'), word('errorMessage')]);
        break;
      case 'close':
        this.isOpen = false;
        this.tell('close', [word('code')]);
        break;
    }
  }

  private on(what: Happening, handler: Handler): Unsubscribe {
    const handlers = this.handlers.get(what) ?? new Set();
    this.handlers.set(what, handlers);
    const own: Handler = (...told) => handler(...told);
    handlers.add(own);
    const kept = this.kept.get(what) ?? [];
    this.kept.delete(what);
    if (kept.length > 0) {
      queueMicrotask(() => {
        for (const told of kept) this.call(what, own, told);
      });
    }
    return () => {
      handlers.delete(own);
    };
  }

  private tell(what: Happening, told: (string | undefined)[]): void {
    const handlers = this.handlers.get(what);
    if (handlers === undefined || handlers.size === 0) {
      const kept = this.kept.get(what) ?? [];
      this.kept.set(what, kept);
      kept.push(told);
      if (kept.length > MOST_KEPT) kept.shift();
      return;
    }
    for (const handler of [...handlers]) this.call(what, handler, told);
  }

  private call(what: Happening, handler: Handler, told: (string | undefined)[]): void {
    Promise.resolve()
      .then(() => handler(...told))
      .catch((error: unknown) => {
        this.channel.report(`websocket ${what}`, error);
      });
  }
}
