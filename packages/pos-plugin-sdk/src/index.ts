/*
 * @jumak/pos-plugin-sdk: plugins for the POS. `posPluginSdk` talks to the POS a plugin runs in; `connect` reaches a
 * shop from outside with a token.
 */

import { Channel, type Settings } from './channel.js';
import { attachTo, type Connection, type ConnectOptions } from './connect.js';
import { PosPluginSdkError } from './errors.js';
import { portHere } from './port.js';
import { createSdk, type PosPluginSdk } from './sdk.js';
import { Uncaught, type ErrorScope } from './uncaught.js';

const channel = new Channel(portHere(), {});
const uncaught = new Uncaught(channel);
if (channel.mode !== 'none') uncaught.watch(globalThis as ErrorScope);
channel.start();

/** The POS this plugin runs in. Outside of one every call rejects with HOST_UNAVAILABLE. */
export const posPluginSdk: PosPluginSdk = createSdk(channel, uncaught);

/** Popups, for use anywhere; payment and menu callbacks get the same object. */
export const ui = posPluginSdk.ui;

/** Sockets through the shop. */
export const websocket = posPluginSdk.websocket;

/** Changes how `posPluginSdk` behaves. */
export function configure(settings: Settings): void {
  channel.configure(settings);
}

/**
 * Connects `posPluginSdk` itself where there is no POS around: a plugin's page in a tab of its own while it is
 * developed. Rejects INVALID_STATE inside a POS.
 */
export async function attach(options: ConnectOptions): Promise<Connection> {
  if (channel.mode !== 'none') {
    throw new PosPluginSdkError(
      '이미 POS에 연결되어 있습니다 (already connected to a POS; attach is for plain pages)',
      {
        code: 'INVALID_STATE',
      },
    );
  }
  channel.configure(options);
  return attachTo(channel, options);
}

export { connect } from './connect.js';
export type { ConnectedPos, Connection, ConnectOptions } from './connect.js';
export type { PosSession, WebSocketConstructor, WebSocketLike } from './socket.js';
export type { Settings as PosPluginSdkSettings } from './channel.js';
export type { Answerer, CallOptions, Command, Listener, Unsubscribe } from './calls.js';
export type { PosPluginSdk, RequestName } from './sdk.js';
export {
  PosPluginSdkConnectionError,
  PosPluginSdkError,
  PosPluginSdkRateLimitError,
  PosPluginSdkTimeoutError,
  PosPluginSdkValidationError,
} from './errors.js';
export type { ValidationIssue } from './errors.js';
export type { Messages } from './generated/messages.js';
export type { Extensions } from './generated/ext.js';
export type { PluginWebsocket } from './namespaces/websocket.js';
export * from './types.js';
