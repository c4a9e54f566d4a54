import type { CallOptions } from './calls.js';
import type { Channel, Data } from './channel.js';
import { extensions } from './ext.js';
import type { Extensions } from './generated/ext.js';
import type { Messages } from './generated/messages.js';
import { catalogNamespace, categoryNamespace, optionNamespace } from './namespaces/catalog.js';
import { draftOrderNamespace } from './namespaces/draft-order.js';
import { httpNamespace } from './namespaces/http.js';
import { kdsOrderNamespace } from './namespaces/kds-order.js';
import { orderNamespace } from './namespaces/order.js';
import { cashReceiptNamespace, paymentMethodNamespace, paymentNamespace } from './namespaces/payment.js';
import { settingNamespace } from './namespaces/setting.js';
import { deviceNamespace, merchantNamespace, pluginNamespace } from './namespaces/shop.js';
import { storageNamespace } from './namespaces/storage.js';
import { tableNamespace } from './namespaces/table.js';
import {
  alertNamespace,
  barcodeNamespace,
  navigationNamespace,
  powerSaverNamespace,
  soundNamespace,
  toastNamespace,
  uiNamespace,
} from './namespaces/ui.js';
import { pluginUnicastNamespace } from './namespaces/unicast.js';
import { websocketNamespace } from './namespaces/websocket.js';
import type { ErrorListener, Uncaught } from './uncaught.js';

/** Names of the messages a client asks. */
export type RequestName = {
  [Name in keyof Messages]: Messages[Name] extends { kind: 'request' } ? Name : never;
}[keyof Messages];

/** What a request carries and answers; free for messages this package does not know yet. */
type Request<Name extends string> = Name extends RequestName
  ? Messages[Name]
  : { data: Record<string, unknown>; reply: Record<string, unknown> };

/** The members of the plugin SDK over one session with the shop. */
export function createSdk(channel: Channel, uncaught: Uncaught) {
  const ui = uiNamespace(channel);
  let ext: Extensions | undefined;
  return {
    merchant: merchantNamespace(channel),
    device: deviceNamespace(channel),
    plugin: pluginNamespace(channel),
    category: categoryNamespace(channel),
    catalog: catalogNamespace(channel, ui),
    option: optionNamespace(channel),
    table: tableNamespace(channel),
    order: orderNamespace(channel),
    draftOrder: draftOrderNamespace(channel),
    payment: paymentNamespace(channel),
    paymentMethod: paymentMethodNamespace(channel, ui),
    cashReceipt: cashReceiptNamespace(channel),
    kdsOrder: kdsOrderNamespace(channel),
    setting: settingNamespace(channel),
    storage: storageNamespace(channel, 'storage'),
    secureStore: storageNamespace(channel, 'secure-store'),
    http: httpNamespace(channel),
    websocket: websocketNamespace(channel),
    pluginUnicast: pluginUnicastNamespace(channel),
    toast: toastNamespace(channel),
    alert: alertNamespace(channel),
    sound: soundNamespace(channel),
    navigation: navigationNamespace(channel),
    powerSaver: powerSaverNamespace(channel),
    barcode: barcodeNamespace(channel),
    error: {
      /** Hears of uncaught errors of this plugin. */
      addErrorListener: (listener: ErrorListener) => uncaught.listen(listener),
    },
    ui,
    /** What the shop offers beyond the plugin SDK; each member needs its scope. */
    get ext(): Extensions {
      return (ext ??= extensions(channel));
    },
    /** Sends any request as it is written and gives the reply's keys. */
    async request<Name extends RequestName | (string & {})>(
      name: Name,
      data: Request<Name>['data'],
      options?: CallOptions,
    ): Promise<Request<Name>['reply']> {
      return channel.call(name, { ...(data as Data) }, options);
    },
  };
}

/** The SDK: everything a plugin can ask of the shop. */
export type PosPluginSdk = ReturnType<typeof createSdk>;
