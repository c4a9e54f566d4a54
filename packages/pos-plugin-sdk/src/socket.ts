import { incoming, randomId, type Envelope } from './envelope.js';
import { PosPluginSdkConnectionError, PosPluginSdkError, messageOf, refusal } from './errors.js';
import type { SessionOpenResponse } from './generated/types.js';
import { letExit } from './listeners.js';
import type { Port, PortEvents } from './port.js';

/** The part of a WebSocket we use; the browser's, Node's and that of the `ws` package fit. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** How to reach a shop from outside a POS. */
export interface SocketOptions {
  /** `ws://…/v1/socket`; an `http(s)` address of a shop is taken as well. */
  url: string;
  token: string;
  /** Who connects, for the device list and the logs. */
  name?: string | undefined;
  version?: string | undefined;
  deviceId?: string | undefined;
  /** Where there is no global WebSocket (Node 20): the class of the `ws` package, or another of that shape. */
  WebSocket?: WebSocketConstructor | undefined;
  /** Open a new connection when one is lost; true unless given. */
  reconnect?: boolean | undefined;
  /** Number of the last event that was handled before: what came since is replayed. */
  resumeAfter?: number | undefined;
}

/** What the shop told when the session opened. */
export type PosSession = SessionOpenResponse;

/** What the session must know of its client. */
export interface SocketHooks {
  /** Number of the last event that was handled. */
  handled(): number;
  /** Pushes that are wanted. */
  names(): string[];
  opened(session: PosSession, isFirst: boolean): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const OPEN_WITHIN_MS = 10_000;
const QUIET_MS = 15_000;
const DEAD_AFTER_MS = 45_000;
const ACKNOWLEDGED_WITHIN_MS = 30_000;

/** A session with the shop over a WebSocket that comes back when the connection is lost (contract, wire §9). */
export class SocketPort implements Port {
  readonly mode = 'socket';
  private readonly construct: WebSocketConstructor;
  private readonly own = new Map<string, () => void>();
  private readonly subscribing = new Set<Promise<void>>();
  private events: PortEvents | undefined;
  private socket: WebSocketLike | undefined;
  private isClosing = false;
  private hasOpened = false;
  private heardAt = 0;
  private watch: ReturnType<typeof setInterval> | undefined;
  private subscribed = '';

  /** Throws PosPluginSdkError when there is no WebSocket to connect with. */
  constructor(
    private readonly options: SocketOptions,
    private readonly hooks: SocketHooks,
  ) {
    this.construct = options.WebSocket ?? globalWebSocket();
  }

  start(events: PortEvents): void {
    this.events = events;
  }

  /** Opens the first connection. Rejects PosPluginSdkError for a bad token, PosPluginSdkConnectionError when offline. */
  async open(): Promise<void> {
    await this.connect();
  }

  post(envelope: Envelope): void {
    this.socket?.send(JSON.stringify(envelope));
  }

  close(): void {
    this.isClosing = true;
    this.dropped(this.socket);
  }

  /** Asks for the pushes that are wanted now; resolves once the shop has taken it. */
  async narrow(): Promise<void> {
    const names = this.hooks.names();
    const wanted = names.join(' ');
    if (this.socket === undefined || wanted === this.subscribed) return;
    this.subscribed = wanted;
    const taken = this.ask('subscribe.request', { names });
    this.subscribing.add(taken);
    await taken;
    this.subscribing.delete(taken);
  }

  /** Resolves once what was subscribed so far is in force, undefined when it is. */
  settled(): Promise<void> | undefined {
    return this.subscribing.size === 0 ? undefined : Promise.all(this.subscribing).then(() => undefined);
  }

  /** A request of the session's own; resolves on the answer, and when none can come any more. */
  private ask(name: string, data: Record<string, unknown>): Promise<void> {
    const callbackId = randomId(20);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        finish();
      }, ACKNOWLEDGED_WITHIN_MS);
      const finish = (): void => {
        clearTimeout(timer);
        this.own.delete(callbackId);
        resolve();
      };
      this.own.set(callbackId, finish);
      this.post({ name, version: 1, callbackId, data });
    });
  }

  private connect(): Promise<void> {
    const { url, token, name = 'jumak-sdk', version = '0', deviceId } = this.options;
    const client = deviceId === undefined ? { name, version } : { name, version, deviceId };
    const resumeAfter = this.hasOpened ? this.hooks.handled() : this.options.resumeAfter;
    const opening = { token, client, ...(resumeAfter === undefined ? {} : { resumeAfter }) };
    const callbackId = randomId(20);
    return new Promise((resolve, reject) => {
      const socket = new this.construct(socketUrl(url));
      let isOpen = false;
      const fail = (error: Error): void => {
        clearTimeout(timer);
        forget(socket);
        socket.close();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(
          new PosPluginSdkConnectionError(unreachable(url, `no answer within ${String(OPEN_WITHIN_MS)} ms`)),
        );
      }, OPEN_WITHIN_MS);
      socket.onopen = () => {
        socket.send(JSON.stringify({ name: 'session.open.request', version: 1, callbackId, data: opening }));
      };
      socket.onmessage = (event: { data?: unknown }) => {
        const message = parsed(event.data);
        if (isOpen) {
          this.take(message);
          return;
        }
        const reply = incoming(message);
        if (reply?.callbackId !== callbackId) return;
        if (reply.data['complete'] !== true) {
          fail(refusal(reply.data));
          return;
        }
        isOpen = true;
        clearTimeout(timer);
        this.opened(socket, reply.data as unknown as PosSession);
        resolve();
      };
      socket.onerror = () => undefined;
      socket.onclose = (event: { reason?: unknown }) => {
        if (isOpen) this.dropped(socket);
        else fail(new PosPluginSdkConnectionError(unreachable(url, messageOf(event.reason ?? 'closed'))));
      };
    });
  }

  private opened(socket: WebSocketLike, session: PosSession): void {
    if (this.isClosing) {
      forget(socket);
      socket.close();
      return;
    }
    const isFirst = !this.hasOpened;
    this.socket = socket;
    this.hasOpened = true;
    this.subscribed = '*';
    this.heardAt = Date.now();
    this.watch = setInterval(() => {
      this.checkAlive();
    }, QUIET_MS);
    letExit(this.watch);
    this.hooks.opened(session, isFirst);
    void this.narrow();
    this.events?.open();
  }

  private take(message: unknown): void {
    this.heardAt = Date.now();
    const own = this.own.get(incoming(message)?.callbackId ?? '');
    if (own !== undefined) own();
    else this.events?.message(message);
  }

  /** A connection whose other end vanished tells nothing: ask when it is quiet, give it up when it stays so. */
  private checkAlive(): void {
    const quietMs = Date.now() - this.heardAt;
    if (quietMs >= DEAD_AFTER_MS) this.dropped(this.socket);
    else if (quietMs >= QUIET_MS) void this.ask('session.ping.request', {});
  }

  private dropped(socket: WebSocketLike | undefined): void {
    clearInterval(this.watch);
    if (socket !== undefined) {
      forget(socket);
      socket.close();
    }
    this.socket = undefined;
    for (const finish of [...this.own.values()]) finish();
    const isOver = this.isClosing || this.options.reconnect === false;
    this.events?.lost(isOver);
    if (!isOver) void this.again();
  }

  /** A new connection: after half a second, doubling to thirty, with jitter so that a fleet spreads out. */
  private async again(): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !this.isClosing; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      await new Promise((resolve) => setTimeout(resolve, waitMs * (0.5 + Math.random() / 2)));
      try {
        await this.connect();
        return;
      } catch (error) {
        if (error instanceof PosPluginSdkConnectionError) continue;
        // The shop refused: asking again with the same token gives the same answer.
        console.error('[pos]', error);
        this.events?.lost(true);
        return;
      }
    }
  }
}

function globalWebSocket(): WebSocketConstructor {
  const found: unknown = Reflect.get(globalThis, 'WebSocket');
  if (typeof found === 'function') return found as WebSocketConstructor;
  throw new PosPluginSdkError(
    '이 환경에는 WebSocket이 없습니다. Node 22 이상을 쓰거나 connect({ WebSocket })에 ws 패키지의 클래스를 넘기세요 ' +
      '(no WebSocket here: use Node 22 or newer, or pass the class of the ws package as connect({ WebSocket }))',
    { code: 'HOST_UNAVAILABLE' },
  );
}

function socketUrl(url: string): string {
  const address = new URL(url);
  address.protocol = address.protocol.replace(/^http/, 'ws');
  if (address.pathname === '/') address.pathname = '/v1/socket';
  return address.href;
}

function forget(socket: WebSocketLike): void {
  socket.onopen = socket.onmessage = socket.onclose = null;
  // Closing a connection that never opened may still report an error, which nobody waits for.
  socket.onerror = () => undefined;
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function unreachable(url: string, why: string): string {
  return `상점에 연결할 수 없습니다: ${url} (cannot reach ${url}: ${why})`;
}
