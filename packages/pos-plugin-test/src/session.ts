import { createRequire } from 'node:module';
import type { WebSocketConstructor, WebSocketLike } from '@jumak/pos-plugin-sdk';

/** A message as it travels (contract, wire §1). */
export interface Envelope {
  name: string;
  version?: number;
  callbackId?: string;
  data?: unknown;
  seq?: number;
}

/** The WebSocket of the `ws` package: the same on every Node. */
export const WebSocket = (createRequire(import.meta.url)('ws') as { WebSocket: WebSocketConstructor })
  .WebSocket;

const OPENING = 'tester-session';

/** A plugin's session with the shop, as whoever hosts a plugin holds it: envelopes pass unchanged. */
export class Session {
  private constructor(
    private readonly socket: WebSocketLike,
    readonly closed: Promise<void>,
  ) {}

  /** Rejects when the shop is not there or does not know the token. */
  static open(
    url: string,
    token: string,
    client: { name: string; version: string },
    receive: (envelope: Envelope) => void,
  ): Promise<Session> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`);
      let isOpen = false;
      let close: () => void = () => undefined;
      const closed = new Promise<void>((ended) => (close = ended));
      socket.onopen = () => {
        const data = { token, client };
        socket.send(JSON.stringify({ name: 'session.open.request', version: 1, callbackId: OPENING, data }));
      };
      socket.onmessage = (event: { data?: unknown }) => {
        const envelope = JSON.parse(String(event.data)) as Envelope;
        if (isOpen) receive(envelope);
        else if (envelope.callbackId === OPENING) {
          const { complete, errorMessage } = envelope.data as { complete: boolean; errorMessage?: string };
          isOpen = complete;
          if (complete) resolve(new Session(socket, closed));
          else reject(new Error(errorMessage));
        }
      };
      socket.onerror = (event: { message?: string }) => {
        reject(new Error(event.message ?? `cannot reach ${url}`));
      };
      socket.onclose = close;
    });
  }

  send(envelope: Envelope): void {
    this.socket.send(JSON.stringify(envelope));
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
