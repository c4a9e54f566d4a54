import type { Unsubscribe } from './calls.js';
import { Channel, type Settings } from './channel.js';
import type { CommandGetResponse } from './generated/types.js';
import { NOBODY } from './port.js';
import { createSdk, type PosPluginSdk } from './sdk.js';
import { SocketPort, type PosSession, type SocketOptions } from './socket.js';
import { Uncaught } from './uncaught.js';

export type ConnectOptions = SocketOptions & Settings;

/** What a client over a socket has beyond a plugin inside a POS. */
export interface Connection {
  /** What the shop told when the session opened last. */
  readonly session: PosSession;
  /** Number of the last event that was handled; `connect({ resumeAfter })` goes on from there. */
  readonly handled: number;
  /** Hears that events were missed for good: read again what you hold. */
  onGap(callback: () => unknown): Unsubscribe;
  /** What became of a write whose reply was lost: `state` is `done`, with the `reply`, or `unknown`. */
  commandResult(commandId: string): Promise<CommandGetResponse>;
  /** Ends the session; what still waits is given up. */
  close(): void;
}

/** A shop reached from outside a POS. */
export type ConnectedPos = PosPluginSdk & Connection;

/**
 * Connects to a shop with a token, from Node or a plain page. The rate limit is off unless asked for.
 *
 * Rejects PosPluginSdkError for a bad token or where there is no WebSocket, PosPluginSdkConnectionError when the shop
 * cannot be reached.
 */
export async function connect(options: ConnectOptions): Promise<ConnectedPos> {
  const channel = new Channel(NOBODY, options);
  const connection = await attachTo(channel, options);
  const sdk = createSdk(channel, new Uncaught(channel));
  // Getters have to stay getters.
  return Object.defineProperties(sdk, Object.getOwnPropertyDescriptors(connection)) as ConnectedPos;
}

/** Connects a channel that reaches nobody. */
export async function attachTo(channel: Channel, options: ConnectOptions): Promise<Connection> {
  const gapListeners = new Set<() => unknown>();
  let session: PosSession | undefined;
  const port = new SocketPort(options, {
    handled: () => channel.sequence.handled,
    names: () => channel.listeners.names(),
    opened(opened, isFirst) {
      session = opened;
      if (isFirst)
        channel.sequence.beginAt(opened.resumed ? (options.resumeAfter ?? opened.seq) : opened.seq);
      if (opened.resumed || (isFirst && options.resumeAfter === undefined)) return;
      channel.sequence.beginAt(opened.seq);
      for (const listener of gapListeners) {
        Promise.resolve()
          .then(listener)
          .catch((error: unknown) => {
            channel.report('onGap', error);
          });
      }
    },
  });
  channel.narrow = () => port.narrow();
  channel.settled = () => port.settled();
  channel.start(port);
  await port.open();
  // A till has no plugin info; a refusal of it says nothing about the session.
  await channel.cached('plugin.info.request').catch(() => undefined);
  return {
    get session() {
      return session as PosSession;
    },
    get handled() {
      return channel.sequence.handled;
    },
    onGap(callback) {
      const own = (): unknown => callback();
      gapListeners.add(own);
      return () => {
        gapListeners.delete(own);
      };
    },
    async commandResult(commandId) {
      return (await channel.call('command.get.request', { commandId })) as unknown as CommandGetResponse;
    },
    close() {
      port.close();
    },
  };
}
