/** What the page reads of the shop's answers and pushes; keys it does not use are left out. */

import { decodeCard } from "./card";
import { anything, type Decoded, fields, flag, list, maybe, number, oneOf, orElse, readable, record, text } from "./decode";

export const decodeOpened = fields({
  device: maybe(fields({ id: text, kind: text, name: text, letter: orElse(text, "") })),
  plugin: maybe(fields({ id: text, name: text, version: text, profile: text })),
  scopes: list(text),
  seq: number,
  resumed: flag,
  serverTime: orElse(text, ""),
});
export type Opened = Decoded<typeof decodeOpened>;

export const decodeSign = fields({ seq: number, serverTime: text });

export const decodeClaimed = fields({ token: text, device: fields({ id: text, name: text }) });

const staff = fields({ id: text, name: text, role: text });
export const decodeSignedIn = fields({ staff, scopes: list(text) });
export type SignedIn = Decoded<typeof decodeSignedIn>;

export const decodeMerchant = fields({ merchant: fields({ name: orElse(text, "") }) });

// -- plugins ---------------------------------------------------------------------------------

const tab = fields({ title: orElse(text, ""), description: orElse(text, ""), href: orElse(text, "index.html") });

const hostedPlugin = fields({
  id: text,
  name: text,
  version: text,
  hash: orElse(text, ""),
  profile: orElse(text, ""),
  kinds: list(text),
  origin: text,
  entry: maybe(text),
  tab: maybe(tab),
  originMap: orElse(record(text), {}),
});
export type HostedPlugin = Decoded<typeof hostedPlugin>;
export const decodeHosted = fields({ plugins: list(hostedPlugin) });
export const decodeHostedChange = fields({ pluginId: text, restart: orElse(flag, false) });

export const decodeToken = fields({ token: text, expiresAt: text });
export const decodeVerdict = fields({ restartAfterMs: maybe(number), disabled: orElse(flag, false) });

const version = fields({ version: text, hash: text, installedAt: orElse(text, "") });
const install = fields({
  id: text,
  name: text,
  version: text,
  hash: orElse(text, ""),
  kinds: orElse(list(text), []),
  state: text,
  reason: orElse(text, ""),
  profile: orElse(text, ""),
  acl: list(text),
  scopes: list(text),
  loadedAt: orElse(text, ""),
  loadMs: maybe(number),
  headless: orElse(flag, false),
  versions: readable(version),
});
export type PluginInstall = Decoded<typeof install>;
export const decodeInstalls = fields({ plugins: list(install) });
export const decodeInstalled = fields({ plugin: install });

export const decodeInspection = fields({
  id: text,
  name: text,
  version: text,
  hash: text,
  kinds: list(text),
  profile: text,
  acl: list(text),
  scopes: list(text),
  addedScopes: orElse(list(text), []),
  headless: orElse(flag, false),
  hasManifest: orElse(flag, false),
  installed: maybe(fields({ version: text, hash: text })),
});
export type Inspection = Decoded<typeof decodeInspection>;
export const decodeUpload = fields({ id: text });

const traced = fields({
  direction: text,
  name: text,
  bytes: orElse(number, 0),
  ms: orElse(number, -1),
  code: orElse(text, ""),
  body: orElse(text, ""),
});
const logEntry = fields({
  seq: number,
  at: text,
  level: text,
  text: orElse(text, ""),
  title: orElse(text, ""),
  trace: maybe(traced),
});
export type LogEntry = Decoded<typeof logEntry>;
export const decodeLog = fields({ entries: readable(logEntry) });

const budget = fields({ method: text, used60s: number, used30min: number });
export type Budget = Decoded<typeof budget>;
export const decodeBudget = fields({ methods: list(budget) });

// -- orders and payments -----------------------------------------------------------------------

const line = fields({ item: fields({ title: text }), quantity: fields({ value: number }) });
const order = fields({
  id: text,
  number: maybe(text),
  orderState: text,
  cancelPending: orElse(flag, false),
  table: maybe(fields({ id: orElse(number, 0), title: orElse(text, "") })),
  lineItems: list(line),
  chargePrice: fields({ chargePriceValue: number }),
  paymentPrice: fields({ paymentUnpaidValue: number, paymentPaidValue: number }),
  createdAt: orElse(text, ""),
  requestedInfo: maybe(fields({ requestAt: orElse(text, ""), expiredAt: orElse(text, ""), expectedReadyAt: orElse(text, "") })),
});
export type Order = Decoded<typeof order>;
export const decodeOrder = fields({ order });
export const decodeOrders = fields({ orders: list(order) });
export const decodeSubmitted = fields({ order });
export const decodeOrderView = fields({ order, version: number, number: orElse(text, "") });

const method = fields({ pluginId: text, id: text, paymentName: text, image: orElse(text, "") });
export type PaymentMethod = Decoded<typeof method>;
export const decodeMethods = fields({ methods: readable(method) });

/** A card terminal as attempts and refunds name it. testMode: no money moves (SIM-2). */
const terminalRef = fields({ id: text, name: text, testMode: orElse(flag, false) });
/** Of a wallet, who shows whom a code. text: what the guest's phone is to scan, while it is to (PAY-9). */
const barcode = fields({ presentedBy: oneOf("GUEST", "SHOP"), text: orElse(text, "") });
const failure = fields({ code: orElse(text, ""), reason: orElse(text, ""), message: orElse(text, ""), declineCode: orElse(text, "") });
const attempt = fields({
  id: text,
  orderId: text,
  tender: text,
  amount: number,
  state: text,
  method: maybe(fields({ pluginId: text, id: text, paymentName: maybe(text) })),
  terminal: maybe(terminalRef),
  barcode: maybe(barcode),
  takingBack: orElse(flag, false),
  payment: maybe(
    fields({
      approvedNo: orElse(text, ""),
      cardDetails: maybe(decodeCard),
      externalDetails: maybe(fields({ source: orElse(text, "") })),
    }),
  ),
  partId: maybe(text),
  tip: orElse(number, 0),
  tendered: maybe(number),
  change: maybe(number),
  gaveUp: orElse(flag, false),
  hint: maybe(text),
  error: maybe(failure),
  createdAt: orElse(text, ""),
});
export type Attempt = Decoded<typeof attempt>;
export const decodeAttempt = fields({ attempt });
export const decodeAttempts = fields({ attempts: list(attempt) });

const refund = fields({
  /** The payment's of what is left of it; of a part its own. */
  id: text,
  paymentId: text,
  orderId: text,
  amount: number,
  state: text,
  method: maybe(fields({ pluginId: text, id: text, paymentName: maybe(text) })),
  terminal: maybe(terminalRef),
  error: maybe(failure),
  createdAt: orElse(text, ""),
});
export type Refund = Decoded<typeof refund>;
export const decodeRefund = fields({ refund });
export const decodeRefunds = fields({ refunds: list(refund) });

// -- what plugins show through the till ----------------------------------------------------------

const owner = fields({ id: text, name: text });
export type Owner = Decoded<typeof owner>;
const button = fields({ id: text, text });
export const decodeToast = fields({ plugin: owner, message: anything, level: maybe(text), button: maybe(button) });
export const decodeAlert = fields({ plugin: owner, alert: anything });
export const decodeSound = fields({ plugin: owner, sound: anything });
export const decodeNavigation = fields({ plugin: owner, page: text, packageName: maybe(text) });
export const decodePower = fields({ blocked: flag });
export const decodeNotice = fields({ level: orElse(text, "info"), text });

const choice = fields({ id: text, label: orElse(text, "") });
const input = fields({
  id: text,
  type: text,
  label: orElse(text, ""),
  /** Of a button on a settings page. */
  text: orElse(text, ""),
  required: orElse(flag, false),
  placeholder: orElse(text, ""),
  default: anything,
  values: readable(choice),
  candidates: readable(text),
  min: maybe(number),
  max: maybe(number),
  step: maybe(number),
});
export type PopupInput = Decoded<typeof input>;
const label = fields({ label: orElse(text, "") });
const popup = fields({
  type: text,
  productName: orElse(text, ""),
  title: orElse(text, ""),
  description: orElse(text, ""),
  inputs: readable(input),
  cta: maybe(fields({ submit: maybe(label), cancel: maybe(label) })),
});
export type Popup = Decoded<typeof popup>;
export const decodePopup = fields({ popupId: text, plugin: owner, popup });
export const decodePopupClose = fields({ popupId: maybe(text) });

export const decodePluginSettings = fields({ inputs: readable(input), values: orElse(record(anything), {}) });
