// Generated from the table of messages by `make gen`; do not edit.

import type {
  DeviceInfo,
  PluginCatalogItem,
  PluginCatalogItemPrice,
  PluginDraftOrder,
  PluginKdsOrderItem,
  PluginOrder,
  PluginOrderDto,
  PluginOrderItem,
  PluginOrderItemDto,
  PluginPayment,
  PluginPaymentDto,
} from '../types.js';

/** A message staff must confirm: a text, or an object with `title`, `message` or `description`. */
export type AlertOpen = unknown;

/** Draw a modal with one button; alert: as the plugin gave it, long texts cut. */
export interface AlertShowEvent {
  plugin: Shower;
  alert?: unknown;
}

/** How many of one dish, with the same options, are still to cook (§5.4). */
export interface AllDay {
  itemId: number;
  title: string;
  optionChoices: PluginOrderItemOptionChoice[];
  quantity: number;
}

/** An attempt by id. */
export interface AttemptById {
  id: string;
}

/** Why an attempt did not end well. message: for people, the plugin's own words if it had any. */
export interface AttemptError {
  code: string;
  message: string;
  reason?: string;
  declineCode?: string;
}

/** One attempt. */
export interface AttemptReply {
  attempt: PaymentAttempt;
}

/** Who did what, when, where (SEC-2). */
export interface AuditEntry {
  seq: number;
  at: string;
  what: string;
  subject: string;
  data: Record<string, unknown>;
  who: string;
  device?: string;
  staff?: string;
  commandId?: string;
}

/** after: entries from there on, oldest first; without it the newest `limit` (100 unless given). */
export interface AuditListRequest {
  after?: number | undefined;
  limit?: number | undefined;
  who?: string | undefined;
  what?: string | undefined;
}

/** In journal order. */
export interface AuditListResponse {
  entries: AuditEntry[];
}

/** How an attempt uses a code. text: what the guest's phone is to scan, while it is to; never the guest's own. */
export interface Barcode {
  presentedBy: 'GUEST' | 'SHOP';
  text?: string;
}

/** A scanned code. */
export interface BarcodeData {
  barcode: string;
}

/** A scan. To a till: a plugin sent it, treat it like one of your own scanner and do not report it. */
export interface BarcodeEvent {
  barcode: string;
}

/** What a plugin may veto. */
export interface BeforeCancelPayload {
  order: PluginOrder;
  payment: PluginPayment;
}

/** One part in won. id: 1, 2, 3 …, by guest the seat. lines: what it stands for, where it stands for lines. */
export interface BillPart {
  id: string;
  amount: number;
  lines?: LineShare[];
}

/** Compute the parts of a bill (SPL-1 … SPL-3); `by` says which of the other keys is needed. */
export interface BillSplitRequest {
  orderId: string;
  by: 'amount' | 'count' | 'guest' | 'item';
  count?: number | undefined;
  amounts?: number[] | undefined;
  lines?: LineShare[][] | undefined;
  seats?: LineSeat[] | undefined;
}

/** Parts that add up to what is owed. */
export interface BillSplitResponse {
  parts: BillPart[];
}

/** A trading day (RPT-2). orders: first paid in full that day. net: won without tips, VAT within. */
export interface BranchDay {
  date: string;
  orders: number;
  net: number;
  vat: number;
  tenders: BranchTender[];
}

/** The oldest first. */
export interface BranchListResponse {
  shops: BranchView[];
}

/** What pushing this part now would do in a shop. */
export interface BranchMenuCompareRequest {
  categories?: number[] | undefined;
  items?: number[] | undefined;
  options?: number[] | undefined;
  only?: 'PRICES' | undefined;
  shop: number;
}

/** unchanged: items that are as they should be. own: items of the shop's own. */
export interface BranchMenuCompareResponse {
  added: ComparedItem[];
  changed: ComparedItem[];
  removed: ComparedItem[];
  left: ComparedItem[];
  own: ComparedItem[];
  categories: ComparedItem[];
  options: ComparedItem[];
  unchanged: number;
}

/** A shop's menu, so many items a page by number, 200 unless said otherwise. */
export interface BranchMenuGetRequest {
  shop: number;
  after?: number | undefined;
  limit?: number | undefined;
}

/** categories, options: with the first page only. next: the last item, when there are more. */
export interface BranchMenuGetResponse {
  categories: PluginCatalogCategory[];
  options: PluginCatalogItemOption[];
  catalogs: PluginCatalogItem[];
  pushed?: string;
  next?: number;
}

/** An order of a shop, as plugins of that shop see it, without its table. */
export interface BranchOrder {
  shopId: number;
  order: PluginOrder;
}

/** Orders made from … to, the last seven days unless said otherwise, at most 92 days. */
export interface BranchOrderFindRequest {
  shops?: number[] | undefined;
  groups?: string[] | undefined;
  from?: string | undefined;
  to?: string | undefined;
  number?: string | undefined;
  states?: ('CANCELLED' | 'COMPLETED' | 'OPENED' | 'REQUESTED')[] | undefined;
  after?: string | undefined;
  size?: number | undefined;
}

/** The newest first. next: there are more; orders made meanwhile stand before the first page and move none. */
export interface BranchOrderFindResponse {
  orders: BranchOrder[];
  next?: string;
}

/** A shop's days, those with nothing in the books left out. */
export interface BranchReport {
  shop: BranchView;
  days: BranchDay[];
}

/** Sales of the trading days from … to, both included, at most 31; so many shops a page, 10 unless said otherwise. */
export interface BranchReportGetRequest {
  shops?: number[] | undefined;
  groups?: string[] | undefined;
  from: string;
  to: string;
  after?: string | undefined;
  limit?: number | undefined;
}

/** By the numbers of the shops. next: there are more shops. */
export interface BranchReportGetResponse {
  shops: BranchReport[];
  next?: string;
}

/** Payments of one kind. amount: won, less what was given back. */
export interface BranchTender {
  sourceType: string;
  payments: number;
  amount: number;
}

/** A shop within the reach of whoever asks. name: its host label. title: what people call it. */
export interface BranchView {
  id: number;
  name: string;
  title: string;
  state: 'OPEN' | 'SUSPENDED';
  groups?: string[];
}

/** What kind of shop it is. */
export interface Business {
  type: 'CAFE' | 'RESTAURANT' | 'RETAIL' | 'SERVICE';
}

/** How a card paid (PAY-4, PAY-5); the number is masked as it is read, before anything sees it (SEC-3). */
export interface CardDetails {
  installmentMonth: string;
  cardType: 'CREDIT' | 'DEBIT' | 'FOREIGN' | 'PREPAID';
  cardBrand: string;
  cardBrandId?: string | undefined;
  cardNo?: string | undefined;
  source?: string | undefined;
  sourceId?: string | undefined;
  balance?: number | undefined;
  van?: string | undefined;
}

/** Takes a receipt back, all that stands unless an amount is given. */
export interface CashReceiptCancelRequest {
  id: string;
  amount?: number | undefined;
  reason: string;
}

/** A receipt of the till was asked for, sent, issued, refused or taken back. */
export interface CashReceiptChangeEvent {
  cashReceipt: CashReceiptView;
}

/** The result of an issue outside. issueDate: YYYYMMDDHHmmss. cardNumber: card or phone number, kept masked. */
export interface CashReceiptIssueRequest {
  orderId: string;
  amount: number;
  issueDate: string;
  issueNumber: string;
  cardNumber: string;
}

/** Receipts of the till, newest first. states: of the issue or of a cancel; none = all. orderId: of one order. */
export interface CashReceiptListRequest {
  states?: ('FAILED' | 'ISSUED' | 'QUEUED' | 'SENT' | 'UNKNOWN' | 'WITHDRAWN')[] | undefined;
  orderId?: string | undefined;
}

/** Receipts, newest first. receiptable: of one order, and only where somebody issues. */
export interface CashReceiptListResponse {
  cashReceipts: CashReceiptView[];
  receiptable?: Receiptable[];
}

/** A receipt as it is now. */
export interface CashReceiptReply {
  cashReceipt: CashReceiptView;
}

/** The cash receipt that came with a CASH payment (contract, payment §2); its number is read masked (RCP-5). */
export interface CashReceiptRequest {
  identityNumber: string;
  issuerType: 'BUSINESSES' | 'CONSUMER';
  issuanceType: 'BUSINESS_NUMBER' | 'CARD' | 'PHONE';
  selfIssuance: boolean;
}

/** A receipt for a payment taken in cash. identifier: none for SELF; kept and encoded masked. */
export interface CashReceiptSendRequest {
  paymentId: string;
  use: 'DEDUCTION' | 'PROOF' | 'SELF';
  identifier?: string | undefined;
  amount?: number | undefined;
}

/** A cash receipt of the till (contract, extensions §2). */
export interface CashReceiptView {
  id: string;
  orderId: string;
  paymentId: string;
  use: 'DEDUCTION' | 'PROOF' | 'SELF';
  identifier: string;
  amount: number;
  taxMoney: number;
  supplyMoney: number;
  tipMoney: number;
  taxExemptMoney: number;
  standing: number;
  state: 'FAILED' | 'ISSUED' | 'QUEUED' | 'SENT' | 'UNKNOWN' | 'WITHDRAWN';
  createdAt: string;
  dueOn: string;
  cancels: ReceiptCancelView[];
  automatic?: boolean;
  sendAt?: string;
  issueNumber?: string;
  issuedAt?: string;
  error?: ReceiptError;
  testMode?: boolean;
}

/** A new category. */
export interface CatalogCategoryAddRequest {
  category: CategoryInput;
}

/** A category changed. */
export interface CatalogCategoryChangeEvent {
  event: 'add' | 'delete' | 'update';
  category: PushedRef;
}

/** By `order`, then id; disabled ones included. */
export interface CatalogCategoryListResponse {
  categories: PluginCatalogCategory[];
}

/** The changed fields of a category, with its id. */
export interface CatalogCategoryUpdateRequest {
  category: CategoryInput;
  expectedVersion?: number | undefined;
}

/** language: of headings and words, Korean when left out; both are read again. */
export interface CatalogExportCreateRequest {
  format: 'csv' | 'xlsx';
  language?: 'en' | 'ko' | undefined;
}

/** after: how many items are done already, as the last answer said; 0 at first. */
export interface CatalogImportApplyRequest {
  importId: string;
  after: number;
}

/** How far it is: `done` of `total` items are in the menu. */
export interface CatalogImportApplyResponse {
  done: number;
  total: number;
}

/** The rows of an import that are wrong, as a file with the reason in its last column. */
export interface CatalogImportBadRowsRequest {
  importId: string;
  format: 'csv' | 'xlsx';
  language?: 'en' | 'ko' | undefined;
}

/** upload: id of an upload. live: stock and state of items that are there already follow the file too. */
export interface CatalogImportPreviewRequest {
  upload: string;
  live?: boolean | undefined;
  language?: 'en' | 'ko' | undefined;
}

/** What taking the file in would do; nothing has been done. */
export interface CatalogImportPreviewResponse {
  importId: string;
  added: number;
  changed: number;
  unchanged: number;
  bad: number;
  categories: string[];
  ignored: string[];
  changes: ImportChange[];
  problems: ImportProblem[];
}

/** A new item; ids it carries are not taken. */
export interface CatalogItemAddRequest {
  catalog: ItemInput;
}

/** Exactly one of `delta` (goods came or went) and `quantity` (goods were counted). */
export interface CatalogItemAdjustStockRequest {
  catalog: Ref;
  priceId: number | string;
  delta?: number | undefined;
  quantity?: number | undefined;
  reason: string;
}

/** Ask this plugin; barcode, title: what staff have typed so far. */
export interface CatalogItemBeforeAddFillRequest {
  pluginId: string;
  barcode?: string | undefined;
  title?: string | undefined;
}

/** A partial item for the form; absent when the plugin suggests nothing. */
export interface CatalogItemBeforeAddFillResponse {
  initialValue?: Record<string, unknown>;
}

/** The plugins that answered within a second. */
export interface CatalogItemBeforeAddListResponse {
  plugins: FillingPlugin[];
}

/** An item changed; `sold-out` and `on-sale` follow their `update`. */
export interface CatalogItemChangeEvent {
  event: 'add' | 'delete' | 'on-sale' | 'sold-out' | 'update';
  catalog: PushedRef;
}

/** Staff are about to add an item and ask the plugin to fill in. payload: `{barcode?, title?}`. */
export interface CatalogItemEventRequest {
  event: 'before-add';
  payload: Record<string, unknown>;
}

/** payload: `{initialValue}`, a partial item that pre-fills the form. */
export interface CatalogItemEventResponse {
  event: 'before-add';
  payload: Record<string, unknown>;
}

/** An item as plugins see it (contract, catalog §2.1): category, options and default price inside. */
export interface CatalogItemFields {
  id: number;
  title: string;
  titleI18n?: PluginLanguagePack;
  state: 'DELETED' | 'ON_SALE' | 'SOLD_OUT' | 'UNAVAILABLE';
  description?: string;
  descriptionI18n?: PluginLanguagePack;
  category: PluginCatalogCategory;
  labels: Label[];
  imageUrl?: string;
  price: PluginCatalogItemPrice;
  prices?: PluginCatalogItemPrice[];
  options: PluginCatalogItemOption[];
  code?: string;
  type?: 'COMBO' | 'DELIVERY_FEE' | 'GIFT_CARD' | 'ITEM' | 'MULTI_USE_TICKET' | 'PREPAID_CARD';
  color?: string;
  order?: number;
  orderDiscountable?: boolean;
  stateUntil?: 'day-open' | 'manual';
  version?: number;
}

/** By barcode (EAN, UPC, the shop's own labels, SKU) or by part of a title or code. */
export interface CatalogItemFindRequest {
  barcode?: string | undefined;
  text?: string | undefined;
}

/** Empty when nothing fits. price: the price the barcode belongs to. */
export interface CatalogItemFindResponse {
  catalogs: PluginCatalogItem[];
  price?: PluginCatalogItemPrice;
  quantity?: number;
}

/** The whole menu but what was deleted, by category, then `order`, then id. */
export interface CatalogItemListResponse {
  catalogs: PluginCatalogItem[];
}

/** A new option group with its choices. */
export interface CatalogItemOptionAddRequest {
  option: OptionInput;
}

/** An option group changed; `sold-out` and `on-sale` tell of its choices. */
export interface CatalogItemOptionChangeEvent {
  event: 'add' | 'delete' | 'on-sale' | 'sold-out' | 'update';
  option: PushedRef;
}

/** All option groups of the shop, by id. */
export interface CatalogItemOptionListResponse {
  options: PluginCatalogItemOption[];
}

/** Mark one choice of an option group. */
export interface CatalogItemOptionSetChoiceStateRequest {
  option: Ref;
  choice: Ref;
  state: 'ON_SALE' | 'SOLD_OUT';
  until?: 'day-open' | 'manual' | undefined;
}

/** The changed fields of an option group, with its id; `choices` replaces all choices. */
export interface CatalogItemOptionUpdateRequest {
  option: OptionInput;
  expectedVersion?: number | undefined;
}

/** Items of a category, or that hold a text: part of a title, its initial consonants (ㅂㅂㅂ), a code. */
export interface CatalogItemPageRequest {
  categoryId?: number | undefined;
  text?: string | undefined;
  states?: ('DELETED' | 'ON_SALE' | 'SOLD_OUT' | 'UNAVAILABLE')[] | undefined;
  page?: number | undefined;
  size?: number | undefined;
}

/** One page by category, `order`, id. total: items on all pages. */
export interface CatalogItemPageResponse {
  catalogs: PluginCatalogItem[];
  total: number;
  categories: CategoryCount[];
}

/** One price of an item (CAT-4); `price_value` is won with VAT for `price_unit` units. */
export interface CatalogItemPriceFields {
  id: number;
  title: string;
  isDefault: boolean;
  state: 'DELETED' | 'ON_SALE' | 'SOLD_OUT' | 'UNAVAILABLE';
  sku?: string;
  barcode?: string;
  priceType: 'FIXED' | 'UNIT' | 'VARIABLE';
  priceUnit: number;
  priceValue: number;
  isTaxFree: boolean;
  isStockable: boolean;
  stockQuantity?: StockQuantity;
  stateUntil?: 'day-open' | 'manual';
}

/** Mark an item, or with `priceId` one of its prices. */
export interface CatalogItemSetStateRequest {
  catalog: Ref;
  priceId?: number | string | undefined;
  state: 'ON_SALE' | 'SOLD_OUT' | 'UNAVAILABLE';
  until?: 'day-open' | 'manual' | undefined;
}

/** The changed fields of an item, with its id. */
export interface CatalogItemUpdateRequest {
  catalog: ItemInput;
  expectedVersion?: number | undefined;
}

/** upload: id of an upload: PNG, JPEG or WebP, told by its content. */
export interface CatalogPictureAddRequest {
  upload: string;
}

/** The picture, not yet any item's. */
export interface CatalogPictureAddResponse {
  picture: PictureData;
}

/** Which category. */
export interface CategoryById {
  category: Ref;
}

/** How many items of a category fit. */
export interface CategoryCount {
  id: number;
  count: number;
}

/** A category as it is written. New ones need a title; `order` defaults to 0, `enabled` to true. */
export interface CategoryInput {
  id?: number | string | undefined;
  title?: string | undefined;
  titleI18n?: PluginLanguagePack | undefined;
  code?: string | undefined;
  order?: number | undefined;
  enabled?: boolean | undefined;
}

/** One category. */
export interface CategoryReply {
  category: PluginCatalogCategory;
}

/** A payment. source: the name of what took it, for EXTERNAL payments. */
export interface ChangedPayment {
  id: string;
  sourceType?: string;
  source?: string;
}

/** Which channels the order came through; stored and echoed. */
export interface ChannelDto {
  groups?: ('DELIVERY' | 'KIOSK' | 'MOBILE_ORDER' | 'POS' | 'TABLE_ORDER')[] | undefined;
}

/** What the order costs (rulebook §1.5). */
export interface ChargePrice {
  chargeListPriceValue: number;
  chargeDiscountValue: number;
  chargePriceValue: number;
  chargeSupplyValue: number;
  chargeTaxValue: number;
  chargeTipValue: number;
  chargeTaxExemptValue?: number;
}

/** Any of several, by ids. */
export interface CheckboxInput {
  type: 'checkbox';
  id: string;
  label?: string | undefined;
  required?: boolean | undefined;
  default?: string[] | undefined;
  values: Choice[];
}

/** One choice of a radio or checkbox input. */
export interface Choice {
  id: string;
  label: string;
}

/** A choice as it is written; with the `id` of a choice of the option it changes that one. */
export interface ChoiceInput {
  id?: number | undefined;
  title?: string | undefined;
  titleI18n?: PluginLanguagePack | undefined;
  priceValue?: number | undefined;
  imageUrl?: string | undefined;
  state?: 'ON_SALE' | 'SOLD_OUT' | undefined;
  quantityInputEnabled?: boolean | undefined;
}

/** The program at the other end, for the device list and the logs. language: of what it is told in sentences. */
export interface Client {
  name: string;
  version: string;
  deviceId?: string | undefined;
  language?: 'en' | 'ko' | undefined;
}

/** The id the caller chose for a write. */
export interface CommandGetRequest {
  commandId: string;
}

/** reply: the `data` that answered the write. */
export interface CommandGetResponse {
  state: 'done' | 'unknown';
  reply?: unknown;
}

/** id: at the head office. here: in the shop. fields: what would be another. */
export interface ComparedItem {
  id?: number;
  here?: number;
  title: string;
  fields?: string[];
}

/** The guest at this display's till sees something else. */
export interface CustomerDisplayChangeEvent {
  view: CustomerView;
}

/** What the guest at this display's till sees. */
export interface CustomerDisplayGetResponse {
  view: CustomerView;
}

/** The whole screen. Amounts in won. */
export interface CustomerView {
  state: 'cart' | 'idle' | 'paid' | 'paying';
  shopName: string;
  lines: ShownLine[];
  discounts: ShownDiscount[];
  total: number;
  paid: number;
  unpaid: number;
  tip?: number;
  number?: string;
  payment?: ShownPayment;
  endsInMs?: number;
}

/** The shop's mode, by which plugins switch themselves (contract, merchant-device §2). */
export interface DeviceBusinessType {
  business: Business;
  operation: Operation;
}

/** The one-time code. */
export interface DeviceClaimRequest {
  code: string;
}

/** token: shown this once. */
export interface DeviceClaimResponse {
  token: string;
  device: DeviceView;
}

/** The POS a plugin runs on (contract, merchant-device §2). */
export interface DeviceInfoFields {
  name: string;
  version: string;
  platform: 'android' | 'ios' | 'linux' | 'macos' | 'windows';
  arch: string;
  serialNumber: string;
  osVersion?: string;
  businessType: DeviceBusinessType;
}

/** See `DeviceInfo`. */
export interface DeviceInfoResponse {
  device: DeviceInfo;
}

/** All devices, revoked ones included, oldest first. */
export interface DeviceListResponse {
  devices: DeviceView[];
}

/** A new device or token. */
export interface DevicePairRequest {
  kind: 'display' | 'kitchen' | 'service' | 'till';
  name: string;
  tillId?: string | undefined;
  scopes?: string[] | undefined;
  reach?: ReachData | undefined;
}

/** token: shown this once. code: for `device.claim` on the new screen, 5 minutes, once. */
export interface DevicePairResponse {
  token: string;
  device: DeviceView;
  code: string;
}

/** Which device or token. */
export interface DeviceRevokeRequest {
  id: string;
}

/** A paired device or token, without its secret. tillId: of a display, the till it was paired with. */
export interface DeviceView {
  id: string;
  kind: 'display' | 'kitchen' | 'plugin' | 'service' | 'till';
  name: string;
  letter: string;
  scopes: string[];
  createdAt: string;
  tillId?: string;
  reach?: ReachData;
  revokedAt?: string;
}

/** No keys beside `complete`. */
export type Done = Record<string, never>;

/** A file to be fetched at `GET /v1/downloads/<download>` within a day. fileName: what to call it. */
export interface DownloadReply {
  download: string;
  fileName: string;
}

/** An order discount; a large one by staff needs approval (rulebook §7.5). */
export interface DraftOrderAddDiscountRequest {
  discount: StaffDiscount;
  approvalId?: string | undefined;
}

/** A discount on one line; a large one by staff needs approval (rulebook §7.5). */
export interface DraftOrderAddItemDiscountRequest {
  key: string;
  discount: StaffDiscount;
  approvalId?: string | undefined;
}

/** One more line; checked field by field, answered with every key it came with. */
export interface DraftOrderAddLineItemRequest {
  lineItem: Record<string, unknown>;
}

/** The cart changed, whoever changed it. */
export interface DraftOrderChangeEvent {
  event: 'change';
  draftOrder: PluginDraftOrder;
}

/** Which order discount, counted from 0. */
export interface DraftOrderDeleteDiscountRequest {
  indexOfDiscount: number;
}

/** Which discount of which line, counted from 0. */
export interface DraftOrderDeleteItemDiscountRequest {
  key: string;
  indexOfDiscount: number;
}

/** Which line. */
export interface DraftOrderDeleteLineItemRequest {
  key: string;
}

/** The cart as plugins see it (contract, draft-order §1.2). */
export interface DraftOrderFields {
  lineItems: Record<string, unknown>[];
  price: DraftTotals;
  discounts: PluginDiscount[];
  ignorePrint: boolean;
  memo?: string;
  tableId?: number;
  numGuests?: number;
  paying?: boolean;
  version: number;
}

/** The carts that were put aside, the newest first. */
export interface DraftOrderListHeldResponse {
  heldDraftOrders: HeldDraftOrder[];
}

/** Which held cart. */
export interface DraftOrderResumeRequest {
  id: string;
}

/** The approval that staff bring, where the cart costs nothing and is an order at once (rulebook §7.5). */
export interface DraftOrderStartPayment {
  approvalId?: string | undefined;
}

/** What becomes of the cart: an order of its own, or further lines of one that is there. */
export interface DraftOrderSubmitRequest {
  orderId?: string | undefined;
  alone?: boolean | undefined;
  approvalId?: string | undefined;
}

/** How this line is eaten from now on, every line when no key is sent. */
export interface DraftOrderUpdateDiningOptionRequest {
  diningOption: 'DELIVERY' | 'HERE' | 'PICKUP' | 'TOGO';
  key?: string | undefined;
}

/** true: no kitchen slip for this cart. */
export interface DraftOrderUpdateIsIgnorePrintRequest {
  ignorePrint: boolean;
}

/** The note of this line from now on; an empty text clears it. */
export interface DraftOrderUpdateItemMemoRequest {
  key: string;
  memo: string;
}

/** The options of this line from now on. */
export interface DraftOrderUpdateItemOptionChoicesRequest {
  key: string;
  optionChoices: Record<string, unknown>[];
}

/** How many of this line. */
export interface DraftOrderUpdateItemQuantityRequest {
  key: string;
  quantity: number;
}

/** The cart's header; what is left out stays, an empty memo, table 0 or guests 0 clear. */
export interface DraftOrderUpdateRequest {
  memo?: string | undefined;
  tableId?: number | 0 | undefined;
  numGuests?: number | undefined;
}

/** The cart as it is now. */
export interface DraftReply {
  draftOrder: PluginDraftOrder;
}

/** What the cart comes to, won. */
export interface DraftTotals {
  orderPriceValue: number;
  orderListPriceValue: number;
  orderDiscountValue: number;
}

/** Store events with `seq` > after; limit 1…1,000, 500 unless given. */
export interface EventListRequest {
  after: number;
  limit?: number | undefined;
  names?: string[] | undefined;
}

/** seq: ask on from here; truncated: there is more. */
export interface EventListResponse {
  events: ListedEvent[];
  seq: number;
  truncated: boolean;
}

/** Who took an EXTERNAL payment and by which means. */
export interface ExternalDetails {
  source?: string | undefined;
  sourceId?: string | undefined;
}

/** A plugin that fills in new items. */
export interface FillingPlugin {
  id: string;
  name: string;
}

/** See `HallDraft`. */
export interface HallAddRequest {
  hall: HallDraft;
}

/** The plan has a hall more or less, or one was renamed or moved. */
export interface HallChangeEvent {
  event: 'add' | 'delete' | 'update';
  hall: HallRef;
}

/** A new hall; last unless `order` says otherwise. */
export interface HallDraft {
  title: string;
  order?: number | undefined;
}

/** A changed hall; what is absent stays as it is. */
export interface HallEdit {
  id: number;
  title?: string | undefined;
  order?: number | undefined;
}

/** Halls by `order`. */
export interface HallListResponse {
  halls: PluginHall[];
}

/** A hall by id. */
export interface HallRef {
  id: number;
}

/** The hall. */
export interface HallReply {
  hall: PluginHall;
}

/** See `HallEdit`. */
export interface HallUpdateRequest {
  hall: HallEdit;
}

/** A cart that was put aside. title: of its first line. heldBy: the person's name, else the till's. */
export interface HeldDraftOrder {
  id: string;
  heldAt: string;
  heldBy: string;
  title: string;
  lineCount: number;
  orderPriceValue: number;
  tableId?: number;
  numGuests?: number;
  memo?: string;
}

/** A cart was put aside or taken up again: all that are aside now, the newest first. */
export interface HeldDraftOrderChangeEvent {
  heldDraftOrders: HeldDraftOrder[];
}

/** Who did it, as the journal keeps it: an identity, where it was, and the person signed in there. */
export interface HistoryActor {
  kind: 'device' | 'plugin' | 'service' | 'system';
  id: string;
  name?: string;
  device?: Named;
  staff?: Named;
}

/** One thing that happened. The code decides which keys are there (contract, extensions §4.1). */
export interface HistoryChange {
  code: 'cash-receipt.cancel-failed' | 'cash-receipt.cancelled' | 'cash-receipt.failed' | 'cash-receipt.issued' | 'cash-receipt.queued' | 'cash-receipt.withdrawn' | 'kitchen.acknowledged' | 'kitchen.bumped' | 'kitchen.cancelled' | 'kitchen.cleared' | 'kitchen.completed' | 'kitchen.moved' | 'kitchen.prioritized' | 'kitchen.recalled' | 'kitchen.sent' | 'kitchen.unprioritized' | 'line.added' | 'line.dining-changed' | 'line.discounts-changed' | 'line.memo-changed' | 'line.options-changed' | 'line.price-changed' | 'line.quantity-changed' | 'line.removed' | 'order.accepted' | 'order.called' | 'order.cancel-pending' | 'order.cancelled' | 'order.collected' | 'order.completed' | 'order.continues' | 'order.created' | 'order.declined' | 'order.discounts-changed' | 'order.expired' | 'order.guests-changed' | 'order.handed-over' | 'order.locked' | 'order.memo-changed' | 'order.merged-in' | 'order.merged-into' | 'order.ready-time-changed' | 'order.split-from' | 'order.split-off' | 'order.table-changed' | 'order.tip-changed' | 'order.total-changed' | 'order.undone' | 'order.unlocked' | 'payment-attempt.approved' | 'payment-attempt.approved-late' | 'payment-attempt.asked-again' | 'payment-attempt.cancelled' | 'payment-attempt.code-shown' | 'payment-attempt.declined' | 'payment-attempt.escalated' | 'payment-attempt.given-up' | 'payment-attempt.lost' | 'payment-attempt.network-cancelled' | 'payment-attempt.not-found' | 'payment-attempt.resolved' | 'payment-attempt.started' | 'payment-attempt.taking-back' | 'payment-attempt.waited-for' | 'payment-refund.asked' | 'payment-refund.declined' | 'payment-refund.given-up' | 'payment-refund.lost' | 'payment-refund.not-found' | 'payment-refund.owed' | 'payment-refund.resolved' | 'payment-refund.returned' | 'payment.approved' | 'payment.cancelled' | 'payment.refunded' | 'table.moved' | 'table.swapped';
  line?: LineQuantity;
  lines?: LineQuantity[];
  from?: number | string;
  to?: number | string;
  fromTable?: JumakDomainOrderHistoryTablePlace;
  toTable?: JumakDomainOrderHistoryTablePlace;
  amount?: number;
  tax?: number;
  number?: string;
  order?: OtherOrder;
  payment?: ChangedPayment;
  attempt?: PaymentTry;
  ticket?: string;
  station?: Named;
  undoes?: number;
}

/** A plugin for a till to host. kinds: what the till runs of it; entry: the worker's script. */
export interface HostedPlugin {
  id: string;
  name: string;
  version: string;
  hash: string;
  profile: 'documented' | 'field';
  kinds: ('iframe' | 'worker')[];
  origin: string;
  originMap: Record<string, string>;
  entry?: string;
  tab?: PluginTab;
}

/** Read the list of hosted plugins again. restart: this one starts anew even if nothing of it changed. */
export interface HostedPluginChangeEvent {
  pluginId: string;
  restart?: boolean;
}

/** What this till hosts, by id. */
export interface HostedPluginListResponse {
  plugins: HostedPlugin[];
}

/** A call of a plugin. payload: kept as it was written, so that a signature over it verifies (H-60). */
export interface HttpRequest {
  url: string;
  method: string;
  headers: [string, string][];
  payload?: unknown;
  timeoutMs?: number | undefined;
}

/** Whatever the status; headers as name and value, in order, repeated ones as often as they came. */
export interface HttpResponse {
  code: number;
  body: string;
  headers: [string, string][];
}

/** Something by its id; other keys are ignored, so that a whole order or payment may stand here. */
export interface IdRef {
  id: string;
}

/** What one column says now and would say. column: its heading. */
export interface ImportCell {
  column: string;
  before: string;
  after: string;
}

/** A row that would be taken in. category: one that is made for it. cells: of an item that is there already. */
export interface ImportChange {
  row: number;
  event: 'add' | 'update';
  title: string;
  category?: string;
  cells?: ImportCell[];
}

/** A row that cannot be taken in. message: what is wrong and what would be right. */
export interface ImportProblem {
  row: number;
  column: string;
  message: string;
}

/** A package: the id of an upload, or the URL of a development server on this machine. */
export interface InstallData {
  package: string;
  fileName?: string | undefined;
  overrides?: Overrides | undefined;
}

/** The version of this plugin that is installed now. */
export interface InstalledVersion {
  version: string;
  hash: string;
}

/** Which item. */
export interface ItemById {
  catalog: Ref;
}

/** The item of a DTO line: a real item of the menu, title and category as overrides. */
export interface ItemDto {
  id: number;
  title: string;
  category: PluginCategoryRef;
  code?: string | undefined;
  type: 'COMBO' | 'DELIVERY_FEE' | 'GIFT_CARD' | 'ITEM' | 'MULTI_USE_TICKET' | 'PREPAID_CARD';
}

/** An item as it is written. New ones need title, category and a price. */
export interface ItemInput {
  id?: number | string | undefined;
  title?: string | undefined;
  titleI18n?: PluginLanguagePack | undefined;
  state?: 'DELETED' | 'ON_SALE' | 'SOLD_OUT' | 'UNAVAILABLE' | undefined;
  description?: string | undefined;
  descriptionI18n?: PluginLanguagePack | undefined;
  category?: Reference | undefined;
  labels?: Label[] | undefined;
  imageUrl?: string | undefined;
  price?: PriceInput | undefined;
  prices?: PriceInput[] | undefined;
  options?: Reference[] | undefined;
  code?: string | undefined;
  type?: 'COMBO' | 'DELIVERY_FEE' | 'GIFT_CARD' | 'ITEM' | 'MULTI_USE_TICKET' | 'PREPAID_CARD' | undefined;
  color?: string | undefined;
  order?: number | undefined;
  orderDiscountable?: boolean | undefined;
}

/** One item, deleted ones included. */
export interface ItemReply {
  catalog: PluginCatalogItem;
}

/** The item as it was when it was ordered (CAT-6); `price_value` is the unit price before options. */
export interface ItemSnapshot {
  id: number;
  title: string;
  category: PluginCategoryRef;
  code?: string;
  type: 'COMBO' | 'DELIVERY_FEE' | 'GIFT_CARD' | 'ITEM' | 'MULTI_USE_TICKET' | 'PREPAID_CARD';
  priceValue?: number;
}

/** A table by id and, while it exists, its title. */
export interface JumakDomainOrderHistoryTablePlace {
  id: number;
  title?: string;
}

/** A side of a move, swap or merge. */
export interface JumakProtocolMessagesTableTablePlace {
  table: TableRef;
  order?: OrderRef;
}

/** A ticket as this station's screen has it now; gone from the screen when it is not OPENED or all done. */
export interface KdsBoardChangeEvent {
  stationId: string;
  ticket: KitchenTicket;
}

/** stationId: whose screen; without it the expo's, who sees whole orders. */
export interface KdsBoardGetRequest {
  stationId?: string | undefined;
}

/** Open tickets in the order of the screen, and what is still to cook in all. */
export interface KdsBoardGetResponse {
  tickets: KitchenTicket[];
  allDay: AllDay[];
  finished: KitchenTicket[];
  ready: KitchenTicket[];
  scheduled: ScheduledOrder[];
  requested: number;
  seq: number;
}

/** Category of a ticket line: id and sort position. */
export interface KdsCategory {
  id: number;
  order: number;
}

/** Product of a ticket line. */
export interface KdsItem {
  id: number;
  category: KdsCategory;
}

/** Tickets a station's screen shows. */
export interface KdsOrderItemAcknowledgeRequest {
  ids: string[];
  stationId: string;
}

/** lineIds: these lines, absent = all. stationId: done at this station, absent = everywhere. */
export interface KdsOrderItemBumpRequest {
  id: string;
  lineIds?: string[] | undefined;
  stationId?: string | undefined;
}

/** A ticket reached the kitchen (also by recall), is done, or was cancelled. */
export interface KdsOrderItemChangeEvent {
  event: 'cancel' | 'complete' | 'open';
  kdsOrder: KdsOrderRef;
}

/** A ticket as plugins see it (contract, kds §1.1). */
export interface KdsOrderItemFields {
  id: string;
  state: 'CANCELLED' | 'COMPLETED' | 'OPENED';
  order: PluginOrder;
  lineItems: PluginKdsLineItem[];
  diningOption: 'DELIVERY' | 'HERE' | 'PICKUP' | 'TOGO';
  totalQuantity: number;
  orderRequestType: 'ADDED' | 'CANCELLED' | 'CHANGED' | 'MERGED' | 'NEW';
  cancelledAt?: string;
  completedAt?: string;
  createdAt: string;
  updatedAt: string;
}

/** Tickets of the order, oldest first. */
export interface KdsOrderItemFireResponse {
  kdsOrders: PluginKdsOrderItem[];
}

/** A page of tickets, oldest first; filters are AND-ed, an empty one is no filter (KDS-11). */
export interface KdsOrderItemGetListRequest {
  page: number;
  size: number;
  states?: ('CANCELLED' | 'COMPLETED' | 'OPENED')[] | undefined;
  orderIds?: string[] | undefined;
  categoryIds?: number[] | undefined;
  itemIds?: number[] | undefined;
  ids?: string[] | undefined;
}

/** last: nothing follows, also past the end. totalElements: tickets that match in all. */
export interface KdsOrderItemGetListResponse {
  contents: PluginKdsOrderItem[];
  last: boolean;
  totalElements: number;
}

/** pinned: to the front, or back to its place. */
export interface KdsOrderItemPrioritizeRequest {
  id: string;
  pinned: boolean;
}

/** Which ticket. */
export interface KdsOrderItemRecallRequest {
  id: string;
}

/** How many of a line are cooked again, and why. */
export interface KdsOrderItemRemakeRequest {
  orderId: string;
  lineId: string;
  quantity: number;
  reason: string;
}

/** Amounts of a ticket line (contract, kds §1.4). */
export interface KdsOrderPrice {
  orderDiscountValue: number;
  orderListPriceValue: number;
  orderPriceValue: number;
}

/** A ticket by id. */
export interface KdsOrderRef {
  id: string;
}

/** Absolute quantity before and now. */
export interface KdsQuantity {
  previous: number;
  current: number;
}

/** Which station. */
export interface KdsStationDeleteRequest {
  id: string;
}

/** Every station, the default first. */
export interface KdsStationListResponse {
  stations: Station[];
}

/** The station. */
export interface KdsStationSaveRequest {
  station: StationDraft;
}

/** The station as it is now. */
export interface KdsStationSaveResponse {
  station: Station;
}

/** Which text. */
export interface KeyData {
  key: string;
}

/** A ticket line as kitchen screens see it. */
export interface KitchenLine {
  id: string;
  itemId: string;
  title: string;
  diningOption: 'DELIVERY' | 'HERE' | 'PICKUP' | 'TOGO';
  memo: string;
  optionChoices: PluginOrderItemOptionChoice[];
  orderPrice: KdsOrderPrice;
  quantity: KdsQuantity;
  appliedDiscounts: PluginDiscount[];
  item: KdsItem;
  createdAt: string;
  updatedAt: string;
  remaining: number;
  done: boolean;
  seat?: number;
}

/** Which order. */
export interface KitchenOrderData {
  orderId: string;
}

/** A ticket as kitchen screens see it (contract, extensions §2), lines in the order of §5.4. */
export interface KitchenTicket {
  id: string;
  state: 'CANCELLED' | 'COMPLETED' | 'OPENED';
  order: PluginOrder;
  lineItems: KitchenLine[];
  diningOption: 'DELIVERY' | 'HERE' | 'PICKUP' | 'TOGO';
  totalQuantity: number;
  orderRequestType: 'ADDED' | 'CANCELLED' | 'CHANGED' | 'MERGED' | 'NEW';
  cancelledAt?: string;
  completedAt?: string;
  createdAt: string;
  updatedAt: string;
  stations: string[];
  pinned: boolean;
  remaining: number;
  waste: number;
  ageing: 'caution' | 'fresh' | 'late';
  remake?: boolean;
  reason?: string;
  scheduledFor?: string;
}

/** A badge on an item; colour as CSS hex. */
export interface Label {
  title: string;
  color: string;
}

/** Which table or hall goes. */
export interface LayoutDeleteData {
  id: number;
}

/** So many of a line. previous: what it was before, where that is told. */
export interface LineQuantity {
  id: string;
  title?: string;
  quantity: number;
  previous?: number;
}

/** Who had a line: the guest of this seat. */
export interface LineSeat {
  id: string;
  seat: number;
}

/** So many of a line. */
export interface LineShare {
  id: string;
  quantity: number;
}

/** A push as it was sent. */
export interface ListedEvent {
  seq: number;
  name: string;
  data: unknown;
}

/** A lease: who holds it may take the money until it expires. */
export interface Lock {
  id: string;
  expiresAt: string;
}

/** A lock by its id. */
export interface LockById {
  lockId: string;
}

/** The lease. */
export interface LockReply {
  lock: Lock;
}

/** A line for the plugin's own console; accepted in any shape (contract, wire §12). */
export interface Log {
  log?: unknown;
  type?: unknown;
}

/** One line of a plugin's console. seq: rises; at: shop-local; title, data: of `log` messages. */
export interface LogEntry {
  seq: number;
  at: string;
  level: 'debug' | 'error' | 'info' | 'warn';
  text: string;
  title?: string;
  data?: unknown;
  kind?: 'log' | 'trace';
  trace?: TracedMessage;
}

/** Give a part of the head office's menu to shops. id: of this push, made by the caller; again it changes nothing. */
export interface MenuPushAddRequest {
  categories?: number[] | undefined;
  items?: number[] | undefined;
  options?: number[] | undefined;
  only?: 'PRICES' | undefined;
  id: string;
  name?: string | undefined;
  shops?: number[] | undefined;
  groups?: string[] | undefined;
}

/** Which push. */
export interface MenuPushGetRequest {
  id: string;
}

/** The newest first; the last twenty, and older ones that are not done. */
export interface MenuPushListResponse {
  pushes: PushView[];
}

/** See `Merchant`. */
export interface MerchantInfoResponse {
  merchant: TossMerchant;
}

/** Calls of one method in the last minute (the SDK allows 100) and half hour (200). */
export interface MethodBudget {
  method: string;
  used60s: number;
  used30min: number;
}

/** A plugin's payment method. paymentName: its label when the attempt began. */
export interface MethodRef {
  pluginId: string;
  id: string;
  paymentName?: string | undefined;
}

/** A thing by id; its name is missing once nobody knows it any more. */
export interface Named {
  id: string;
  name?: string;
}

/** Go to `business-type-setting`, or to the tab of the plugin `packageName` (`plugin-tab`). */
export interface NavigationNavigate {
  page?: unknown;
  packageName?: unknown;
}

/** Go to a page. package_name: the id of the plugin whose tab is meant. */
export interface NavigationShowEvent {
  plugin: Shower;
  page: 'business-type-setting' | 'plugin-tab';
  packageName?: string;
}

/** No keys. */
export type Nothing = Record<string, never>;

/** Something the shop itself tells staff. action: what a screen may offer to do about it. */
export interface NoticeEvent {
  level: 'error' | 'info' | 'warn';
  text: string;
  action?: Record<string, unknown>;
}

/** A number. */
export interface NumberInput {
  type: 'number';
  id: string;
  label?: string | undefined;
  required?: boolean | undefined;
  default?: number | undefined;
  placeholder?: string | undefined;
}

/** How the shop works. */
export interface Operation {
  payment: PaymentOperation;
  table: Switch;
  booking: Switch;
}

/** Which option group. */
export interface OptionById {
  option: Ref;
}

/** An option as it is written. `choices` replaces all; `defaultChoices` names ids of those sent. */
export interface OptionInput {
  id?: number | string | undefined;
  title?: string | undefined;
  titleI18n?: PluginLanguagePack | undefined;
  isRequired?: boolean | undefined;
  minChoices?: number | undefined;
  maxChoices?: number | undefined;
  choices?: ChoiceInput[] | undefined;
  defaultChoices?: number[] | undefined;
}

/** One option group. */
export interface OptionReply {
  option: PluginCatalogItemOption;
}

/** Accept a requested order. */
export interface OrderAcceptRequest {
  id: string;
  estimatedReadyAt?: string | undefined;
}

/** Lines to append; the only edit that may be rebased (OFF-5). */
export interface OrderAddLineRequest {
  id: string;
  lineItems: PluginOrderItemDto[];
  expectedVersion?: number | undefined;
  approvalId?: string | undefined;
}

/** A further round on an order; read per profile. */
export interface OrderAddMenuRequest {
  id: string;
  order: PluginOrderDto;
  approvalId?: string | undefined;
}

/** A new order. approvalId: staff, for what is above their role. */
export interface OrderAddRequest {
  order: PluginOrderDto;
  approvalId?: string | undefined;
}

/** An order by id. */
export interface OrderById {
  id: string;
}

/** End an order. reason, approvalId: staff. override: a manager, although a plugin objects (payment §5). */
export interface OrderCancelRequest {
  id: string;
  reason?: string | undefined;
  approvalId?: string | undefined;
  override?: boolean | undefined;
}

/** Staff get the order; `cancelPending` when money still has to be returned. */
export interface OrderCancelResponse {
  order?: PluginOrder;
  cancelPending?: boolean;
}

/** Something happened to an order; for `cancel` the whole order stands under `order` (X-8). */
export interface OrderChangeEvent {
  event: 'accept' | 'add' | 'call' | 'cancel' | 'complete' | 'decline' | 'expire' | 'update';
  order: PluginOrder;
}

/** Decline a requested order, with the reason the guest is told. */
export interface OrderDeclineRequest {
  id: string;
  reason: string;
}

/** An order as a plugin asks for it (contract, order §1.1). */
export interface OrderDtoFields {
  lineItems: PluginOrderItemDto[];
  discounts?: PluginDiscount[] | undefined;
  memo?: string | undefined;
  tableId?: number | undefined;
  numGuests?: number | undefined;
  orderKey?: string | undefined;
  channel?: ChannelDto | undefined;
}

/** An order as plugins see it (contract, order §2.1), with the shop's own `backing` beside it. */
export interface OrderFields {
  id: string;
  tableId?: number;
  table?: PluginTable;
  orderKey: string;
  paymentState: 'CANCELLED' | 'COMPLETED' | 'OPENED' | 'PAID' | 'REFUNDED';
  orderState: 'CANCELLED' | 'COMPLETED' | 'OPENED' | 'REQUESTED';
  state?: 'CANCELLED' | 'COMPLETED' | 'OPENED' | 'PAID' | 'REFUNDED';
  lineItems: PluginOrderItem[];
  discounts?: PluginDiscount[];
  payments: PluginPayment[];
  chargePrice: ChargePrice;
  paymentPrice: PaymentPrice;
  requestedInfo?: RequestedInfo;
  source: string;
  channel?: ChannelDto;
  numGuests?: number;
  memo?: string;
  openedAt?: string;
  createdAt: string;
  updatedAt?: string;
  cancelledAt?: string;
  completedAt?: string;
  number?: string;
  version?: number;
  cancelReason?: string;
  cancelPending?: boolean;
}

/** Search by number, table, key, item or amount. */
export interface OrderFindRequest {
  text?: string | undefined;
  number?: string | undefined;
  businessDate?: string | undefined;
  page?: number | undefined;
  size?: number | undefined;
}

/** A period of orders. `status` repeats `orderStates`; `states` is accepted and ignored (H-16). */
export interface OrderGetListRequest {
  start?: string | undefined;
  end?: string | undefined;
  page?: number | undefined;
  size?: number | undefined;
  orderStates?: ('CANCELLED' | 'COMPLETED' | 'OPENED' | 'REQUEST' | 'REQUESTED')[] | undefined;
  status?: ('CANCELLED' | 'COMPLETED' | 'OPENED' | 'REQUEST' | 'REQUESTED')[] | undefined;
  states?: unknown;
}

/** One fact of the journal about the order. */
export interface OrderHistoryEntry {
  seq: number;
  at: string;
  atMs: number;
  fact: string;
  who: HistoryActor;
  approvedBy?: Named;
  reason?: string;
  changes: HistoryChange[];
}

/** before: the `next` of the page before, entries from there on back. size: 50 unless given. */
export interface OrderHistoryRequest {
  orderId: string;
  before?: number | undefined;
  size?: number | undefined;
}

/** The newest first. next: `before` of the following page, absent on the last. */
export interface OrderHistoryResponse {
  entries: OrderHistoryEntry[];
  next?: number;
}

/** One line of a DTO (contract, order §1.2). */
export interface OrderItemDtoFields {
  diningOption: 'DELIVERY' | 'HERE' | 'PICKUP' | 'TOGO';
  item: ItemDto;
  quantity: QuantityDto;
  chargePrice: Value;
  optionChoices?: PluginOptionChoiceDto[] | undefined;
  discounts?: PluginDiscount[] | undefined;
  memo?: string | undefined;
}

/** One line; `charge_price` is the all-in amount of the whole line after its own discounts (MON-8). */
export interface OrderItemFields {
  id: string;
  orderId: string;
  diningOption: 'DELIVERY' | 'HERE' | 'PICKUP' | 'TOGO';
  item: ItemSnapshot;
  quantity: QuantityValue;
  chargePrice: Value;
  optionChoices: PluginOrderItemOptionChoice[];
  discounts?: PluginDiscount[];
  memo?: string;
}

/** Take the payment lock of an order (OFF-6). */
export interface OrderLockRequest {
  id: string;
  expectedUnpaid: number;
}

/** An order by id. */
export interface OrderRef {
  id: string;
}

/** Goodwill (CAN-6). expectedVersion: of the order it was agreed on, so that nobody gives it twice. */
export interface OrderRefundAmountRequest {
  id: string;
  amount: number;
  reason: string;
  paymentId?: string | undefined;
  expectedVersion?: number | undefined;
}

/** Take one line off. */
export interface OrderRemoveLineRequest {
  id: string;
  expectedVersion: number;
  lineId: string;
  reason?: string | undefined;
  approvalId?: string | undefined;
}

/** One order. */
export interface OrderReply {
  order: PluginOrder;
}

/** Goods come back (CAN-5). refundTo: id of the payment to refund first. */
export interface OrderReturnLineRequest {
  id: string;
  expectedVersion: number;
  lineId: string;
  quantity: number;
  reason: string;
  refundTo?: string | undefined;
}

/** Orders by table, state and period, AND-ed. */
export interface OrderSearchRequest {
  tableId?: number | undefined;
  orderState?: 'CANCELLED' | 'COMPLETED' | 'OPENED' | 'REQUEST' | 'REQUESTED' | undefined;
  start?: string | undefined;
  end?: string | undefined;
  page?: number | undefined;
  size?: number | undefined;
  orderKey?: string | undefined;
}

/** Divide an order in two (SPL-5). num_guests: who go along; the others stay (TBL-8). */
export interface OrderSplitRequest {
  id: string;
  expectedVersion: number;
  lines: LineShare[];
  tableId?: number | undefined;
  numGuests?: number | undefined;
}

/** Both orders. */
export interface OrderSplitResponse {
  order: PluginOrder;
  newOrder: PluginOrder;
}

/** A REQUESTED order from an outside channel (ORD-3). */
export interface OrderSubmitRequest {
  order: SubmittedOrderDto;
}

/** Changes to one line; absent keys stay. */
export interface OrderUpdateLineRequest {
  id: string;
  expectedVersion: number;
  lineId: string;
  quantity?: number | undefined;
  optionChoices?: PluginOptionChoiceDto[] | undefined;
  memo?: string | undefined;
  discounts?: StaffDiscount[] | undefined;
  chargePrice?: Value | undefined;
  seat?: number | undefined;
  reason?: string | undefined;
  approvalId?: string | undefined;
}

/** Changes to the order as a whole; absent keys stay. */
export interface OrderUpdateRequest {
  id: string;
  expectedVersion: number;
  memo?: string | undefined;
  numGuests?: number | undefined;
  discounts?: StaffDiscount[] | undefined;
  tip?: number | undefined;
  reason?: string | undefined;
  approvalId?: string | undefined;
}

/** The whole order after each commit (ORD-6); for screens, without `seq`. */
export interface OrderViewEvent {
  order: PluginOrder;
  version: number;
  number: string;
}

/** A bare array of orders; a page shorter than `size` is the last. */
export interface OrdersReply {
  orders: PluginOrder[];
}

/** Another order of the story: what was merged in, split off and so on. */
export interface OtherOrder {
  id: string;
  number?: string;
}

/** What the installer decided differently from the package. */
export interface Overrides {
  id?: string | undefined;
  name?: string | undefined;
  sdkName?: string | undefined;
  acl?: string[] | undefined;
  scopes?: string[] | undefined;
  profile?: 'documented' | 'field' | undefined;
  headless?: boolean | undefined;
}

/** The part of an order that is to be paid now: `PluginPrice` (contract, payment §6); exempt money inside supply. */
export interface PartPrice {
  amountMoney: number;
  taxMoney: number;
  supplyMoney: number;
  tipMoney: number;
  taxExemptMoney: number;
}

/** Which party. */
export interface PartyData {
  id: string;
}

/** The party. */
export interface PartyReply {
  party: WaitingParty;
}

/** A secret: stored encrypted, shown masked, kept out of logs. */
export interface PasswordInput {
  type: 'password';
  id: string;
  label?: string | undefined;
  required?: boolean | undefined;
  default?: string | undefined;
  placeholder?: string | undefined;
  candidates?: unknown[] | undefined;
}

/** Record money taken outside on an order. */
export interface PaymentAddRequest {
  order: IdRef;
  paymentDto: PluginPaymentDto;
}

/** What a plugin or terminal answered when it had taken the money. received: what came, when it could not be read. */
export interface PaymentApproval {
  approvedAt?: string;
  paymentKey?: string;
  received?: string;
  approvedNo?: string;
  amountMoney?: number;
  cardDetails?: CardDetails;
  wallet?: string;
}

/** An attempt as staff see it (contract, extensions §2). */
export interface PaymentAttempt {
  id: string;
  orderId: string;
  tender: 'BARCODE' | 'CARD' | 'CASH' | 'METHOD' | 'PREPAID';
  amount: number;
  state: 'APPROVED' | 'CANCELED' | 'CREATED' | 'DECLINED' | 'NEEDS_MANUAL' | 'NET_CANCELLED' | 'NOT_FOUND' | 'SENT' | 'UNKNOWN';
  createdAt: string;
  price?: PartPrice;
  method?: MethodRef;
  terminal?: TerminalRef;
  barcode?: Barcode;
  takingBack?: boolean;
  partId?: string;
  tip?: number;
  tendered?: number;
  change?: number;
  payment?: PluginPayment;
  gaveUp?: boolean;
  hint?: 'STILL_WAITING';
  error?: AttemptError;
  approval?: PaymentApproval;
  note?: string;
}

/** An attempt began, ended or needs somebody. */
export interface PaymentAttemptChangeEvent {
  attempt: PaymentAttempt;
}

/** Attempts, newest first. states, orderId: narrow. */
export interface PaymentAttemptListRequest {
  states?: ('APPROVED' | 'CANCELED' | 'CREATED' | 'DECLINED' | 'NEEDS_MANUAL' | 'NET_CANCELLED' | 'NOT_FOUND' | 'SENT' | 'UNKNOWN')[] | undefined;
  orderId?: string | undefined;
}

/** Attempts, newest first. */
export interface PaymentAttemptListResponse {
  attempts: PaymentAttempt[];
}

/** A manager, or who has a manager's approval, settles an attempt nobody knows the end of. */
export interface PaymentAttemptResolveRequest {
  id: string;
  how: 'CONFIRM_NOT_PAID' | 'CONFIRM_PAID' | 'NET_CANCEL' | 'QUERY';
  note?: string | undefined;
  approvalId?: string | undefined;
}

/** Take one payment back; the order stays (CAN-1). override: a manager, although a plugin objects (§5). */
export interface PaymentCancelRequest {
  order: IdRef;
  payment: IdRef;
  override?: boolean | undefined;
  approvalId?: string | undefined;
}

/** `cancelPending` when a plugin has not answered yet; what follows is pushed. */
export interface PaymentCancelResponse {
  cancelPending?: boolean;
}

/** Money was taken or taken back. */
export interface PaymentChangeEvent {
  event: 'cancel' | 'paid';
  payment: IdRef;
  order: IdRef;
}

/** A manager says whether the money of an EXTERNAL payment was returned. refunded: it was, unless false. */
export interface PaymentConfirmRefundRequest {
  id: string;
  note: string;
  refunded?: boolean | undefined;
  approvalId?: string | undefined;
}

/** A payment as a plugin records it (contract, payment §2). */
export interface PaymentDtoFields {
  sourceType: 'CARD' | 'CASH' | 'EXTERNAL';
  orderId: string;
  amountMoney: number;
  taxMoney: number;
  supplyMoney: number;
  tipMoney: number;
  taxExemptMoney?: number | undefined;
  approvedNo: string;
  approvedAt: string;
  paymentKey: string;
  autocomplete?: boolean | undefined;
  cardDetails?: CardDetails | undefined;
  cashReceipt?: CashReceiptRequest | undefined;
  externalDetails?: ExternalDetails | undefined;
}

/** Asked of every running plugin before a payment is cancelled; `complete: false` vetoes (§5). */
export interface PaymentEventRequest {
  event: 'before-cancel';
  payload: BeforeCancelPayload;
}

/** A payment as plugins see it (contract, payment §3). */
export interface PaymentFields {
  id: string;
  state: 'APPROVED' | 'CANCELLED' | 'COMPLETED';
  sourceType: 'CARD' | 'CASH' | 'EXTERNAL';
  orderId: string;
  amountMoney: number;
  taxMoney: number;
  supplyMoney: number;
  tipMoney: number;
  taxExemptMoney?: number;
  approvedNo: string;
  approvedAt: string;
  paymentKey: string;
  autocomplete?: boolean;
  cancelledAt?: string;
  cardDetails?: CardDetails;
  cashReceipt?: CashReceiptRequest;
  externalDetails?: ExternalDetails;
}

/** A payment by id. */
export interface PaymentGetRequest {
  id: string;
}

/** A button on the payment screen, while its plugin runs. */
export interface PaymentMethod {
  pluginId: string;
  id: string;
  paymentName: string;
  image: string;
}

/** A plugin adds a button to the payment screen; the same id replaces. */
export interface PaymentMethodAdd {
  id: string;
  image: string;
  paymentName: string;
}

/** A payment method came or went. */
export interface PaymentMethodChangeEvent {
  methods: PaymentMethod[];
}

/** Asked of the plugin of a payment method: take this money, or give this payment back. */
export interface PaymentMethodEventRequest {
  event: 'cancel' | 'pay';
  id: string;
  order: PluginOrder;
  price?: PartPrice;
  payment?: PluginPayment;
}

/** What the plugin did; without a DTO it gave up. Read leniently: see `domain/attempt.py`. */
export interface PaymentMethodEventResponse {
  event: string;
  id: string;
  paymentDto?: Record<string, unknown> | undefined;
  cancelledPaymentDto?: Record<string, unknown> | undefined;
}

/** The payment methods this till can use. */
export type PaymentMethodListRequest = Record<string, never>;

/** Payment methods of running plugins. */
export interface PaymentMethodListResponse {
  methods: PaymentMethod[];
}

/** A plugin takes its button away. */
export interface PaymentMethodRemove {
  id: string;
}

/** PAY_FIRST prepaid, PAY_LATER postpaid. */
export interface PaymentOperation {
  type: 'PAY_FIRST' | 'PAY_LATER';
}

/** What was paid and what is owed (rulebook §1.5). */
export interface PaymentPrice {
  paymentPaidValue: number;
  paymentUnpaidValue: number;
}

/** What the plugin or terminal of a payment was asked to give back (contract, extensions §2). */
export interface PaymentRefund {
  id: string;
  paymentId: string;
  orderId: string;
  amount: number;
  method?: MethodRef;
  terminal?: TerminalRef;
  state: 'CANCELED' | 'DECLINED' | 'NOT_RETURNED' | 'QUEUED' | 'RETURNED' | 'SENT' | 'UNKNOWN';
  createdAt: string;
  error?: AttemptError;
  note?: string;
  approvedNo?: string;
  part?: boolean;
  carries?: string[];
}

/** A plugin or terminal is asked to give money back, or that ended. */
export interface PaymentRefundChangeEvent {
  refund: PaymentRefund;
}

/** Refunds, newest first. states, orderId: narrow. */
export interface PaymentRefundListRequest {
  states?: ('CANCELED' | 'DECLINED' | 'NOT_RETURNED' | 'QUEUED' | 'RETURNED' | 'SENT' | 'UNKNOWN')[] | undefined;
  orderId?: string | undefined;
}

/** Refunds, newest first. */
export interface PaymentRefundListResponse {
  refunds: PaymentRefund[];
}

/** What is to go back: units of a line, or an amount as goodwill, else all the order holds. */
export interface PaymentRefundPlanRequest {
  orderId: string;
  lineId?: string | undefined;
  quantity?: number | undefined;
  amount?: number | undefined;
  paymentId?: string | undefined;
}

/** What would happen, newest payment first. */
export interface PaymentRefundPlanResponse {
  version: number;
  cancelPending: boolean;
  total: number;
  tax: number;
  steps: PlannedRefund[];
}

/** A manager decides about a part the card has not been given. id: of the refund. */
export interface PaymentRefundResolveRequest {
  id: string;
  how: 'ASK_AGAIN' | 'CONFIRM_NOT_RETURNED' | 'CONFIRM_RETURNED' | 'WHOLE_THEN_REST';
  note?: string | undefined;
  approvalId?: string | undefined;
}

/** One refund. */
export interface PaymentRefundResolveResponse {
  refund: PaymentRefund;
}

/** One payment. */
export interface PaymentReply {
  payment: PluginPayment;
}

/** Begin taking money for an order. lockId: of the caller's own `order.lock`; partId: of `bill.split`. */
export interface PaymentStartRequest {
  orderId: string;
  tender: 'BARCODE' | 'CARD' | 'CASH' | 'METHOD' | 'PREPAID';
  amount: number;
  expectedUnpaid: number;
  lockId?: string | undefined;
  partId?: string | undefined;
  tip?: number | undefined;
  method?: MethodRef | undefined;
  tendered?: number | undefined;
  installmentMonth?: string | undefined;
  barcode?: string | undefined;
}

/** An attempt to take money. error: why it did not end well. how, note: what a manager decided. */
export interface PaymentTry {
  id: string;
  tender: string;
  error?: string;
  how?: string;
  note?: string;
}

/** A picture the shop keeps. url: for an item's `imageUrl`. */
export interface PictureData {
  imageUrl: string;
  width: number;
  height: number;
}

/** What goes back of one payment, and how. */
export interface PlannedRefund {
  paymentId: string;
  amount: number;
  how: 'BY_HAND' | 'CASH' | 'METHOD' | 'TERMINAL';
  name: string;
  reachable: boolean;
  receipt: number;
  plugin?: string;
}

/** Whose calls. */
export interface PluginBudgetGetRequest {
  pluginId: string;
}

/** Methods the plugin called in the last half hour, the most used first. */
export interface PluginBudgetGetResponse {
  methods: MethodBudget[];
}

/** A group of items on the menu; `order` is its place, ties by id (CAT-1). */
export interface PluginCatalogCategory {
  id: number;
  title: string;
  titleI18n?: PluginLanguagePack;
  code?: string;
  order?: number;
  enabled?: boolean;
  version?: number;
}

/** A group of choices (CAT-5); `max_choices` -1 is unlimited. */
export interface PluginCatalogItemOption {
  id: number;
  title: string;
  titleI18n?: PluginLanguagePack;
  isRequired: boolean;
  minChoices: number;
  maxChoices: number;
  choices: PluginCatalogItemOptionChoice[];
  defaultChoices: number[];
  version?: number;
}

/** One choice of an option as it is registered. `image_url` is the one field sent as null. */
export interface PluginCatalogItemOptionChoice {
  id: number;
  title: string;
  titleI18n?: PluginLanguagePack;
  priceValue: number;
  imageUrl: string | null;
  state: 'ON_SALE' | 'SOLD_OUT';
  quantityInputEnabled: boolean;
  stateUntil?: 'day-open' | 'manual';
}

/** A category as an order line or an item carries it: `{id, title}` suffices. */
export interface PluginCategoryRef {
  id: number;
  title: string;
  titleI18n?: PluginLanguagePack | undefined;
  code?: string | undefined;
  order?: number | undefined;
  enabled?: boolean | undefined;
}

/** A plugin was installed, changed, started or stopped. */
export interface PluginChangeEvent {
  plugin: PluginInstall;
}

/** How a plugin fares in one till. load_ms: from its start until it asked who it is. */
export interface PluginDevice {
  deviceId: string;
  name: string;
  state: string;
  reason?: string;
  loadMs?: number;
}

/** A discount as plugins see it: a positive amount with a title (contract, order §1.3). */
export interface PluginDiscount {
  amountMoney: Value;
  title: string;
  titleI18n?: PluginLanguagePack | undefined;
}

/** A room of tables (contract, table §1). */
export interface PluginHall {
  id: number;
  title: string;
  order: number;
}

/** The caller as the shop knows it; `name` is its address for unicast. */
export interface PluginInfoResponse {
  name: string;
  version: string;
  id: string;
  profile: 'documented' | 'field';
}

/** What an installation would put in force, with the overrides and what staff decided before. */
export interface PluginInspectResponse {
  id: string;
  name: string;
  sdkName: string;
  version: string;
  hash: string;
  kinds: ('iframe' | 'python' | 'worker')[];
  profile: 'documented' | 'field';
  acl: string[];
  scopes: string[];
  addedScopes: string[];
  headless: boolean;
  hasManifest: boolean;
  tab?: PluginTab;
  installed?: InstalledVersion;
}

/** An installed plugin as staff see it (contract, extensions §2). */
export interface PluginInstall {
  id: string;
  name: string;
  version: string;
  hash: string;
  kinds: ('iframe' | 'python' | 'worker')[];
  state: string;
  profile: 'documented' | 'field';
  acl: string[];
  scopes: string[];
  originMap: Record<string, string>;
  loadedAt: string;
  sdkName: string;
  headless: boolean;
  devices: string[];
  versions: PluginVersion[];
  deviceStates: PluginDevice[];
  tab?: PluginTab;
  loadMs?: number;
  devUrl?: string;
  reason?: string;
}

/** A ticket line as plugins see it (contract, kds §1.4). */
export interface PluginKdsLineItem {
  id: string;
  itemId: string;
  title: string;
  diningOption: 'DELIVERY' | 'HERE' | 'PICKUP' | 'TOGO';
  memo: string;
  optionChoices: PluginOrderItemOptionChoice[];
  orderPrice: KdsOrderPrice;
  quantity: KdsQuantity;
  appliedDiscounts: PluginDiscount[];
  item: KdsItem;
  createdAt: string;
  updatedAt: string;
}

/** Texts by BCP-47 tag (CAT-8); the plain title is the fallback. */
export interface PluginLanguagePack {
  languages: Record<string, string>;
}

/** Every installed plugin, by id. */
export interface PluginListResponse {
  plugins: PluginInstall[];
}

/** A new line of a plugin's console. */
export interface PluginLogEvent {
  pluginId: string;
  entry: LogEntry;
}

/** A plugin's console after an entry, oldest first; without `after` the newest `limit`. */
export interface PluginLogListRequest {
  pluginId: string;
  after?: number | undefined;
  limit?: number | undefined;
  kinds?: ('log' | 'trace')[] | undefined;
}

/** Entries of the console. */
export interface PluginLogListResponse {
  entries: LogEntry[];
}

/** The plugin a till wants to host. */
export interface PluginOpenSessionRequest {
  pluginId: string;
}

/** A token for that plugin's own session, and until when it opens one. */
export interface PluginOpenSessionResponse {
  token: string;
  expiresAt: string;
}

/** A chosen option by id; quantity is per one item and defaults to 1 (X-7). */
export interface PluginOptionChoiceDto {
  id: number;
  quantity?: number | undefined;
}

/** A choice as it was made on an order line, snapshot included (CAT-6). */
export interface PluginOrderItemOptionChoice {
  id: number;
  title: string;
  titleI18n?: PluginLanguagePack;
  priceValue: number;
  imageUrl: string | null;
  state: 'ON_SALE' | 'SOLD_OUT';
  quantity: number;
}

/** The plugin as it is now. */
export interface PluginReply {
  plugin: PluginInstall;
}

/** How a plugin fares in this till. A `crashed` is counted each time; other states may be told again. */
export interface PluginReportRequest {
  pluginId: string;
  state: 'crashed' | 'running' | 'starting' | 'stopped';
  reason?: string | undefined;
  loadMs?: number | undefined;
  entries?: ReportedEntry[] | undefined;
}

/** What the till does next: wait that long and start it again, or leave it off. */
export interface PluginReportResponse {
  restartAfterMs?: number;
  disabled?: boolean;
}

/** Which plugin. */
export interface PluginRestartRequest {
  id: string;
}

/** Whose page. */
export interface PluginSettingGetRequest {
  pluginId: string;
}

/** The page as staff see it; passwords masked. */
export interface PluginSettingGetResponse {
  inputs: Record<string, unknown>[];
  values: Record<string, unknown>;
}

/** Which button of whose page. */
export interface PluginSettingPressRequest {
  pluginId: string;
  id: string;
}

/** What staff entered; a password still showing its mask is unchanged. */
export interface PluginSettingUpdateRequest {
  pluginId: string;
  values: Record<string, unknown>;
}

/** The values now, passwords masked. */
export interface PluginSettingUpdateResponse {
  values: Record<string, unknown>;
}

/** The plugin will be stopped in this many milliseconds. */
export interface PluginStoppingEvent {
  graceMs: number;
}

/** The tab of a page. href: the page inside the package, with its query and fragment. */
export interface PluginTab {
  title: string;
  description: string;
  href: string;
}

/** A table as plugins see it (contract, table §1). */
export interface PluginTable {
  id: number;
  hallId: number;
  title: string;
  capacity?: number;
  group?: PluginTableGroup;
}

/** Tables used together (TBL-5). */
export interface PluginTableGroup {
  id: number;
  color: string;
  merchantId: number;
  tableIds: number[];
}

/** A message from another plugin. */
export interface PluginUnicastEvent {
  from: string;
  to: string;
  message?: unknown;
}

/** A message to the plugin named `to`. `from` is set by the shop, whatever was sent. */
export interface PluginUnicastSend {
  to: string;
  message?: unknown;
}

/** Which plugin goes. keepData: its settings, texts and secrets wait for the same id to come back. */
export interface PluginUninstallRequest {
  id: string;
  keepData?: boolean | undefined;
}

/** What to change of a plugin. version: hash of a kept copy, to go back to it. */
export interface PluginUpdateRequest {
  id: string;
  enabled?: boolean | undefined;
  name?: string | undefined;
  sdkName?: string | undefined;
  profile?: 'documented' | 'field' | undefined;
  acl?: string[] | undefined;
  scopes?: string[] | undefined;
  originMap?: Record<string, string> | undefined;
  version?: string | undefined;
  headless?: boolean | undefined;
  devices?: string[] | undefined;
}

/** A kept version; the one in force comes first. hash: names it for a roll-back. */
export interface PluginVersion {
  hash: string;
  version: string;
  installedAt: string;
}

/** What stands on a button. */
export interface PopupButton {
  label: string;
}

/** The two ways out of a popup. */
export interface PopupButtons {
  submit?: PopupButton | undefined;
  cancel?: PopupButton | undefined;
}

/** This popup is over: take it off the screen, its answer is no longer waited for. popup_id: absent = whichever is shown. */
export interface PopupCloseEvent {
  popupId?: string;
}

/** Show this popup and answer once it is closed; popup: as the plugin asked for it. */
export interface PopupOpenRequest {
  popupId: string;
  plugin: Shower;
  popup: Record<string, unknown>;
}

/** type: the request's own. */
export interface PopupReply {
  type: string;
  data: PopupResult;
}

/** Something to scan (`barcode`), to fill in (`input`) or to agree to (`confirm`). */
export interface PopupRequest {
  type: 'barcode' | 'confirm' | 'input';
  productName?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  inputs?: (TextInput | PasswordInput | NumberInput | RadioInput | CheckboxInput | ToggleInput | SliderInput)[] | undefined;
  cta?: PopupButtons | undefined;
}

/** barcode, inputs: of a SUCCESS of that type; values by input id, typed like settings. */
export interface PopupResult {
  result: 'CANCELLED' | 'SUCCESS';
  barcode?: string | undefined;
  inputs?: Record<string, unknown> | undefined;
}

/** Where a table stands on the plan, in plan units, and its shape; answered whole (contract, extensions §2). */
export interface Position {
  x: number;
  y: number;
  width?: number | undefined;
  height?: number | undefined;
  shape?: 'rect' | 'round' | undefined;
}

/** blocked: this till's screen stays awake. */
export interface PowerSaverChangeEvent {
  blocked: boolean;
}

/** Some plugin keeps the screen awake. */
export interface PowerSaverIsBlockedResponse {
  isBlocked: boolean;
}

/** A payment taken before the order exists: `orderId` may be left out. */
export interface PrepaymentDto {
  sourceType: 'CARD' | 'CASH' | 'EXTERNAL';
  orderId?: string | undefined;
  amountMoney: number;
  taxMoney: number;
  supplyMoney: number;
  tipMoney: number;
  taxExemptMoney?: number | undefined;
  approvedNo: string;
  approvedAt: string;
  paymentKey: string;
  autocomplete?: boolean | undefined;
  cardDetails?: CardDetails | undefined;
  cashReceipt?: CashReceiptRequest | undefined;
  externalDetails?: ExternalDetails | undefined;
}

/** A price as it is written; with the `id` of a price of the item it changes that one. */
export interface PriceInput {
  id?: number | undefined;
  title?: string | undefined;
  isDefault?: boolean | undefined;
  state?: 'DELETED' | 'ON_SALE' | 'SOLD_OUT' | 'UNAVAILABLE' | undefined;
  sku?: string | undefined;
  barcode?: string | undefined;
  priceType?: 'FIXED' | 'UNIT' | 'VARIABLE' | undefined;
  priceUnit?: number | undefined;
  priceValue?: number | undefined;
  isTaxFree?: boolean | undefined;
  isStockable?: boolean | undefined;
  stockQuantity?: StockInput | undefined;
}

/** results: of the shops within reach, by number. */
export interface PushReply {
  push: PushView;
  results: PushResultView[];
}

/** What became of a push in one shop. why: of `PENDING`, what it waits for. */
export interface PushResultView {
  shopId: number;
  state: 'DONE' | 'PENDING' | 'REFUSED';
  why?: 'QUEUED' | 'SUSPENDED' | 'TROUBLE';
  added?: number;
  changed?: number;
  removed?: number;
  left?: number;
  reason?: string;
  message?: string;
}

/** A push. version: goes up from push to push. items: how many it holds. by: who gave it. */
export interface PushView {
  id: string;
  name: string;
  version: number;
  at: string;
  by: string;
  items: number;
  pending: number;
  done: number;
  refused: number;
}

/** The thing a push is about. */
export interface PushedRef {
  id: number;
}

/** How many; decimals only for items sold by unit (MON-5). */
export interface QuantityDto {
  value: number;
}

/** The `{value}` wrapper of a quantity: an integer, or a decimal for items sold by unit. */
export interface QuantityValue {
  value: number;
}

/** One choice of several, by id. */
export interface RadioInput {
  type: 'radio';
  id: string;
  label?: string | undefined;
  required?: boolean | undefined;
  default?: string | undefined;
  values: Choice[];
}

/** Shops a head office's token is good for: numbers and groups, or `all`: every shop, later ones too. */
export interface ReachData {
  all?: boolean | undefined;
  shops?: number[] | undefined;
  groups?: string[] | undefined;
}

/** One order's receipt. number: business date and the order's number. soldAt: shop-local with offset. */
export interface Receipt {
  kind: 'CANCELLED' | 'PRE_BILL' | 'RECEIPT';
  shop: ReceiptShop;
  number: string;
  orderNumber: string;
  soldAt: string;
  table?: string;
  numGuests?: number;
  lines: ReceiptLine[];
  discounts: ReceiptDiscount[];
  supply?: number;
  tax?: number;
  exempt?: number;
  tip: number;
  total: number;
  paid: number;
  unpaid: number;
  payments: ReceiptPayment[];
  cashReceipts: ReceiptedCash[];
  testMode?: boolean;
}

/** A cancel of a receipt, a transaction of its own (RCP-3). issuedAt: YYYYMMDDHHmmss. */
export interface ReceiptCancelView {
  id: string;
  amount: number;
  reason: string;
  state: 'FAILED' | 'ISSUED' | 'QUEUED' | 'SENT' | 'UNKNOWN' | 'WITHDRAWN';
  createdAt: string;
  issueNumber?: string;
  issuedAt?: string;
  error?: ReceiptError;
}

/** The card that paid. issuer: never the acquirer (PAY-5). number: masked (SEC-3). months: `00` is a lump sum. */
export interface ReceiptCard {
  issuer: string;
  number?: string;
  months: string;
}

/** A chosen option, so many per piece. */
export interface ReceiptChoice {
  title: string;
  quantity: number;
}

/** What was taken off, won above zero. */
export interface ReceiptDiscount {
  title: string;
  amount: number;
}

/** Why it did not go. code: the issuer's, or `ISSUER_AWAY`, `ANSWER_LOST`. message: for people. */
export interface ReceiptError {
  code: string;
  message: string;
}

/** The receipt of an order. */
export interface ReceiptGetRequest {
  orderId: string;
}

/** One receipt, as the books are now. */
export interface ReceiptGetResponse {
  receipt: Receipt;
}

/** What was sold. unit: won of one, options included. amount: of all, before discounts. exempt: carries no VAT. */
export interface ReceiptLine {
  title: string;
  unit: number;
  quantity: number;
  amount: number;
  choices?: ReceiptChoice[];
  discounts?: ReceiptDiscount[];
  exempt?: boolean;
}

/** Money that was taken, and by what. tip: of the amount. refunded: of the amount, given back since. */
export interface ReceiptPayment {
  sourceType: 'CARD' | 'CASH' | 'EXTERNAL';
  amount: number;
  tip: number;
  refunded?: number;
  owed?: number;
  approvedAt: string;
  approvedNo?: string;
  cancelledAt?: string;
  name?: string;
  card?: ReceiptCard;
  tendered?: number;
  change?: number;
  testMode?: boolean;
}

/** Who sold. */
export interface ReceiptShop {
  name: string;
  businessNumber: string;
  representative?: string;
  address?: string;
  phone?: string;
}

/** What `cash-receipt.send` would issue now for a payment: at most so many won. */
export interface Receiptable {
  paymentId: string;
  amount: number;
}

/** A cash receipt that stands. use: unknown of one from elsewhere. identifier: masked (RCP-5). */
export interface ReceiptedCash {
  use?: 'DEDUCTION' | 'PROOF' | 'SELF';
  identifier: string;
  number: string;
  amount: number;
  testMode?: boolean;
}

/** What can be done now: the message to send, and what it takes; a note may be added. */
export interface ReconcileAction {
  name: string;
  data: Record<string, unknown>;
}

/** The list changed; read it again. total: how many are on it. waiting: those that are not simply under way. */
export interface ReconcileChangeEvent {
  total: number;
  waiting: number;
}

/** Money that somebody has to look after, or that is still under way. */
export interface ReconcileItem {
  kind: 'ATTEMPT' | 'RECEIPT' | 'REFUND';
  id: string;
  standing: 'MANUAL' | 'ORPHAN' | 'PENDING' | 'UNKNOWN';
  state: string;
  orderId: string;
  amount: number;
  since: string;
  message: string;
  actions: ReconcileAction[];
  orderNumber?: string;
  table?: PluginTable;
  tender?: 'BARCODE' | 'CARD' | 'CASH' | 'METHOD' | 'PREPAID';
  method?: MethodRef;
  terminal?: TerminalRef;
  paymentId?: string;
  approvedNo?: string;
  error?: AttemptError;
  note?: string;
  nextTryAt?: string;
  cashReceipt?: CashReceiptView;
}

/** What is open, oldest first. standings: narrow. after: `next` of the page before. size: 50 unless given. */
export interface ReconcileListRequest {
  standings?: ('MANUAL' | 'ORPHAN' | 'PENDING' | 'UNKNOWN')[] | undefined;
  after?: string | undefined;
  size?: number | undefined;
}

/** A page of what is open. total: how many there are in all. waiting: those that are not simply under way, whatever was asked for. next: there is more, ask with it as `after`. */
export interface ReconcileListResponse {
  items: ReconcileItem[];
  total: number;
  waiting: number;
  next?: string;
}

/** A thing of the menu by id; whatever else it carries is ignored. */
export interface Ref {
  id: number | string;
}

/** A category or option by id; everything else it carries is ignored. */
export interface Reference {
  id: number;
}

/** Money given back on a payment. pending: it has not reached the guest yet. */
export interface Refund {
  id: string;
  paymentId: string;
  amount: number;
  tax: number;
  at: string;
  pending: boolean;
}

/** The order and what was given back. */
export interface RefundsReply {
  order: PluginOrder;
  refunds: Refund[];
}

/** A line for the plugin's console. */
export interface ReportedEntry {
  level: 'debug' | 'error' | 'info' | 'warn';
  text: string;
  title?: string | undefined;
}

/** The request of an outside channel (ORD-3), shop-local times with offset. */
export interface RequestedInfo {
  requestAt: string;
  expiredAt: string;
  expectedReadyAt: string;
  estimatedReadyAt?: string;
  acceptedAt?: string;
  declinedAt?: string;
  declinedReason?: string;
}

/** Deadline for an answer, and when the guest wants it. */
export interface RequestedInfoDto {
  expiredAt: string;
  expectedReadyAt: string;
}

/** A reservation as screens see it (contract, extensions §2); `at` is shop-local with offset. */
export interface Reservation {
  id: string;
  name: string;
  numGuests: number;
  at: string;
  tableIds: number[];
  state: 'booked' | 'cancelled' | 'checked-in' | 'no-show' | 'seated';
}

/** Who comes when. table_ids: tables kept for them, none = decided later. */
export interface ReservationAddRequest {
  name: string;
  phone?: string | undefined;
  numGuests: number;
  at: string;
  tableIds?: number[] | undefined;
}

/** A reservation after what happened to it. */
export interface ReservationChangeEvent {
  reservation: Reservation;
}

/** Which reservation. */
export interface ReservationData {
  id: string;
}

/** A period; bare dates are whole local days, both included (NUM-7). */
export interface ReservationListRequest {
  from: string;
  to: string;
}

/** Reservations of the period, by time, ended ones included. */
export interface ReservationListResponse {
  reservations: Reservation[];
}

/** The reservation. */
export interface ReservationReply {
  reservation: Reservation;
}

/** Which reservation sits where. */
export interface ReservationSeatRequest {
  id: string;
  tableId: number;
}

/** An accepted order the kitchen gets later, whole. firesAt: when (KDS-9). */
export interface ScheduledOrder {
  order: PluginOrder;
  firesAt: string;
}

/** The paired device a session belongs to. */
export interface SessionDevice {
  id: string;
  kind: string;
  name: string;
  letter: string;
}

/** The first frame. resume_after: the last `seq` the client has handled. */
export interface SessionOpenRequest {
  token: string;
  client: Client;
  resumeAfter?: number | undefined;
}

/** seq: the newest fact when the session opened; resumed: everything missed follows. */
export interface SessionOpenResponse {
  device?: SessionDevice;
  plugin?: SessionPlugin;
  scopes: string[];
  seq: number;
  resumed: boolean;
  serverTime: string;
}

/** server_time: UTC, for the drift of the device's clock (OFF-8). */
export interface SessionPingResponse {
  seq: number;
  serverTime: string;
}

/** The plugin or service a session acts as. */
export interface SessionPlugin {
  id: string;
  name: string;
  version: string;
  profile: 'documented' | 'field';
}

/** Which text, and what it becomes. Strings only. */
export interface SetData {
  key: string;
  value: string;
}

/** A button of the page was pressed. */
export interface SettingButtonEvent {
  id: string;
}

/** Staff saved the page; read the values. */
export type SettingChangeEvent = Record<string, never>;

/** The inputs keyed by their id; each value a `PluginInput`, decoded by the use case. */
export type SettingSetInputsRequest = Record<string, unknown>;

/** What staff entered by input id, defaults where nothing was saved. */
export interface SettingValuesResponse {
  settings: Record<string, unknown>;
}

/** A trading day. open: how many attempts and refunds have no end yet, which stand in the way of a close. */
export interface Settlement {
  businessDate: string;
  since: string;
  until: string;
  open: number;
  terminals: TerminalSettlement[];
}

/** What may explain a difference. why: its end is not known, or a person said it and not the terminal. */
export interface SettlementDoubt {
  kind: 'ATTEMPT' | 'RECEIPT' | 'REFUND';
  id: string;
  orderId: string;
  amount: number;
  why: 'BY_HAND' | 'OPEN';
  approvedNo?: string;
}

/** The cards of a trading day by our books and by the terminals; today unless said otherwise. */
export interface SettlementGetRequest {
  businessDate?: string | undefined;
}

/** The settlement. */
export interface SettlementGetResponse {
  settlement: Settlement;
}

/** Our figures of one VAN, acquirer and card type, empty where the terminal did not say. */
export interface SettlementGroup {
  van: string;
  acquirer: string;
  cardType: string;
  totals: TerminalTotals;
}

/** Settings of the shop that rules read. One per shop file; `version` guards edits (OFF-4). */
export interface Shop {
  id: number;
  name: string;
  serialNumber: string;
  businessNumber: string;
  representative?: string;
  address?: string;
  phone?: string;
  timeZone?: string;
  language?: string;
  businessType: 'CAFE' | 'RESTAURANT' | 'RETAIL' | 'SERVICE';
  paymentTiming: 'PAY_FIRST' | 'PAY_LATER';
  tablesEnabled: boolean;
  bookingEnabled?: boolean;
  dayCutoffHour?: number;
  vatRatePercent?: number;
  vatRounding?: 'FLOOR' | 'HALF_UP';
  taxType?: 'EXEMPT' | 'GENERAL' | 'SIMPLIFIED';
  deliveryFeeExemptFollowsGoods?: boolean;
  percentDiscountUnit?: 1 | 10 | 100;
  orderRoundingUnit?: 1 | 10 | 100;
  prepaidKitchenEarly?: boolean;
  preparationMinutes?: number;
  reservationLeadMinutes?: number;
  largeDiscountBp?: number;
  cashReceiptMandatory?: boolean;
  cashReceiptFloor?: number;
  version: number;
}

/** A new shop. businessNumber: ten digits. paymentTiming: before or after eating. Later `shop-setting.update`. */
export interface ShopDirectoryAddRequest {
  name: string;
  title: string;
  businessNumber: string;
  businessType?: 'CAFE' | 'RESTAURANT' | 'RETAIL' | 'SERVICE' | undefined;
  paymentTiming?: 'PAY_FIRST' | 'PAY_LATER' | undefined;
  tablesEnabled?: boolean | undefined;
  timeZone?: string | undefined;
  groups?: string[] | undefined;
}

/** Let somebody into a shop as its owner. till: what their till is called. */
export interface ShopDirectoryInviteRequest {
  id: number;
  till?: string | undefined;
}

/** code: for `device.claim` at that shop's own host, 5 minutes, once. */
export interface ShopDirectoryInviteResponse {
  code: string;
}

/** Every shop, the suspended ones included, the oldest first. */
export interface ShopDirectoryListResponse {
  shops: ShopView[];
}

/** Serve a suspended shop again. */
export interface ShopDirectoryResumeRequest {
  id: number;
}

/** Which groups a shop is in, instead of those before. Tokens of a head office that name a group follow. */
export interface ShopDirectorySetGroupsRequest {
  id: number;
  groups: string[];
}

/** Refuse everything of a shop until it is resumed. reason: shown to whoever is refused. */
export interface ShopDirectorySuspendRequest {
  id: number;
  reason?: string | undefined;
}

/** One shop as it is now. */
export interface ShopReply {
  shop: ShopView;
}

/** All settings with their version. */
export interface ShopSettingReply {
  settings: Shop;
}

/** changes: setting → new value, null takes an optional one away; expected_version: OFF-4. */
export interface ShopSettingUpdateRequest {
  changes: Record<string, unknown>;
  expectedVersion: number;
}

/** A shop of the directory. name: its host label. title: what people call it. reason: why it is suspended. */
export interface ShopView {
  id: number;
  name: string;
  title: string;
  state: 'OPEN' | 'SUSPENDED';
  reason?: string;
  groups?: string[];
  createdAt: string;
  version: number;
}

/** The plugin that wants something shown. */
export interface Shower {
  id: string;
  name: string;
}

/** A chosen option; quantity is per one item. */
export interface ShownChoice {
  title: string;
  quantity: number;
}

/** A discount as the won it takes off. */
export interface ShownDiscount {
  title: string;
  amount: number;
}

/** A line. amount: won of the whole line before its discounts. */
export interface ShownLine {
  title: string;
  quantity: number;
  amount: number;
  choices?: ShownChoice[];
  discounts?: ShownDiscount[];
}

/** The newest payment of the order here. tendered, change: of cash. name: of a plugin's method. */
export interface ShownPayment {
  state: 'taken' | 'waiting';
  amount: number;
  name?: string;
  tendered?: number;
  change?: number;
  scan?: string;
}

/** A number between two ends. */
export interface SliderInput {
  type: 'slider';
  id: string;
  label?: string | undefined;
  required?: boolean | undefined;
  default?: number | undefined;
  min: number;
  max: number;
  step: number;
}

/** A sound: the name of a built-in one, `{name}` or `{url}`. */
export type SoundPlay = unknown;

/** Play a sound; sound: as the plugin gave it, long texts cut. */
export interface SoundPlayEvent {
  plugin: Shower;
  sound?: unknown;
}

/** What is approved: `action` and `act` of the refusal `APPROVAL_NEEDED`, e.g. `order.remove-line` of that line. */
export interface StaffApproveRequest {
  pin: string;
  action: string;
  act: string;
}

/** expires_at: UTC. The approval counts once. */
export interface StaffApproveResponse {
  approvalId: string;
  staff: StaffView;
  expiresAt: string;
}

/** Whom to delete. */
export interface StaffDeleteRequest {
  id: string;
}

/** A discount as staff type it: exactly one of an amount and a rate (contract, extensions §2). */
export interface StaffDiscount {
  title: string;
  amountMoney?: Value | undefined;
  percentBp?: number | undefined;
  titleI18n?: PluginLanguagePack | undefined;
}

/** A person to add (no id, with a PIN) or to change. */
export interface StaffDraft {
  id?: string | undefined;
  name: string;
  role: 'cashier' | 'manager' | 'owner' | 'server';
  pin?: string | undefined;
}

/** Everybody, by name. */
export interface StaffListResponse {
  staff: StaffView[];
}

/** The PIN tells who it is: it is unique in the shop (SEC-1). */
export interface StaffLoginRequest {
  pin: string;
}

/** scopes: everything the session holds now. */
export interface StaffLoginResponse {
  staff: StaffView;
  scopes: string[];
}

/** See `StaffDraft`. */
export interface StaffSaveRequest {
  staff: StaffDraft;
}

/** The person as stored. */
export interface StaffSaveResponse {
  staff: StaffView;
}

/** A person who works here; the PIN never leaves the store. */
export interface StaffView {
  id: string;
  name: string;
  role: 'cashier' | 'manager' | 'owner' | 'server';
}

/** The place that cooks some categories; no categories = all (KDS-3). Minutes of §5.4. */
export interface Station {
  id: string;
  name: string;
  categoryIds: number[];
  isDefault: boolean;
  cautionMin: number;
  lateMin: number;
}

/** A station to set up or edit. id: absent = a new one. categoryIds: empty = all. */
export interface StationDraft {
  id?: string | undefined;
  name: string;
  categoryIds?: number[] | undefined;
  isDefault?: boolean | undefined;
  cautionMin?: number | undefined;
  lateMin?: number | undefined;
}

/** How much is there; when it changed is ours to say. */
export interface StockInput {
  remainQuantity: number;
}

/** What is left, never below 0 (CAT-9), and when that changed last (UTC with Z). */
export interface StockQuantity {
  remainQuantity: number;
  lastChangeDateTime: string;
}

/** An order from an outside channel, with what was already paid. */
export interface SubmittedOrderDto {
  lineItems: PluginOrderItemDto[];
  discounts?: PluginDiscount[] | undefined;
  memo?: string | undefined;
  tableId?: number | undefined;
  numGuests?: number | undefined;
  orderKey?: string | undefined;
  channel?: ChannelDto | undefined;
  requestedInfo: RequestedInfoDto;
  payments?: PrepaymentDto[] | undefined;
}

/** names: the pushes this socket wants; empty = none. */
export interface SubscribeRequest {
  names: string[];
}

/** names: those that the caller's scopes allow. */
export interface SubscribeResponse {
  names: string[];
}

/** A feature of the shop that is on or off. */
export interface Switch {
  enabled: boolean;
}

/** See `TableDraft`. */
export interface TableAddRequest {
  table: TableDraft;
}

/** What happened to a table; `move` and `merge` carry both sides. */
export interface TableChangeEvent {
  event: 'add' | 'clear' | 'delete' | 'merge' | 'move' | 'order-add' | 'order-update' | 'swap' | 'update';
  table?: TableRef;
  order?: OrderRef;
  from?: JumakProtocolMessagesTableTablePlace;
  to?: JumakProtocolMessagesTableTablePlace;
}

/** Which table is emptied. order: the order the caller means; one that left the table clears nothing. */
export interface TableClearRequest {
  table: TableRef;
  order?: OrderRef | undefined;
}

/** A new table; its id is given by the shop. */
export interface TableDraft {
  hallId: number;
  title: string;
  capacity?: number | undefined;
  position?: Position | undefined;
}

/** A changed table; what is absent stays as it is. */
export interface TableEdit {
  id: number;
  hallId?: number | undefined;
  title?: string | undefined;
  capacity?: number | undefined;
  position?: Position | undefined;
}

/** Which table. */
export interface TableGetRequest {
  table: TableRef;
}

/** The table, with its order when there is one. */
export interface TableGetResponse {
  table: TableRow;
}

/** Tables used together from now on; those of another group leave it. */
export interface TableGroupRequest {
  tableIds: number[];
  color?: string | undefined;
}

/** A table with its place on the plan. */
export interface TableLayout {
  id: number;
  hallId: number;
  title: string;
  capacity?: number;
  group?: PluginTableGroup;
  position?: Position;
  version: number;
}

/** The table as it stands on the plan. */
export interface TableLayoutReply {
  table: TableLayout;
}

/** Tables by id. */
export interface TableListResponse {
  tables: TableRow[];
}

/** Somebody takes the money of an order of this table: nobody else may touch that order (OFF-6, TBL-12). */
export interface TableLock {
  orderId: string;
  by: string;
  deviceId?: string;
  until?: string;
}

/** beside: both orders stay what they are, at one table (TBL-3). */
export interface TableMergeRequest {
  from: number;
  to: number;
  expectedVersion?: number | undefined;
  beside?: boolean | undefined;
}

/** from, to: table ids. expected_version: of the order that moves (OFF-4). */
export interface TableMoveRequest {
  from: number;
  to: number;
  expectedVersion?: number | undefined;
}

/** The order where it is now; absent when a party without an order moved. */
export interface TableOrderReply {
  order?: PluginOrder;
}

/** A table by id; other keys of a table that was read are ignored. */
export interface TableRef {
  id: number;
}

/** A table with its order: the OPENED one, else the oldest not yet released. */
export interface TableRow {
  id: number;
  hallId: number;
  title: string;
  capacity?: number;
  group?: PluginTableGroup;
  order?: PluginOrder;
}

/** Who sits down where, without an order; one guest unless said otherwise (TBL-8). */
export interface TableSeatRequest {
  tableId: number;
  numGuests?: number | undefined;
}

/** The table. */
export interface TableSeatResponse {
  table: PluginTable;
}

/** A table with what staff see of it (TBL-6, TBL-9): won, instants shop-local, position on the plan. */
export interface TableStatus {
  id: number;
  hallId: number;
  title: string;
  capacity?: number;
  group?: PluginTableGroup;
  position?: Position;
  status: 'bill' | 'empty' | 'occupied' | 'reserved';
  due: number;
  numGuests?: number;
  seatedAt?: string;
  lastOrderAt?: string;
  oldestTicketAt?: string;
  lateAt?: string;
  lock?: TableLock;
  orders: PluginOrder[];
  version: number;
}

/** A table after a commit that touched it; a view of state, without seq. */
export interface TableStatusChangeEvent {
  table: TableStatus;
}

/** Every table, by id. */
export interface TableStatusListResponse {
  tables: TableStatus[];
}

/** Two occupied tables, by id. */
export interface TableSwapRequest {
  first: number;
  second: number;
}

/** seq: number of the `move` or `merge` event. */
export interface TableUndoRequest {
  seq: number;
}

/** Which group ends. */
export interface TableUngroupRequest {
  groupId: number;
}

/** See `TableEdit`. expected_version: of the table (OFF-4). */
export interface TableUpdateRequest {
  table: TableEdit;
  expectedVersion?: number | undefined;
}

/** The tables that changed. */
export interface TablesReply {
  tables: PluginTable[];
}

/** A terminal and how it is. state: `away` cannot be reached now. here: this till charges on it. */
export interface Terminal {
  id: string;
  name: string;
  driver: string;
  address: string;
  devices?: string[];
  testMode?: boolean;
  version: number;
  state: 'away' | 'busy' | 'idle';
  model?: string;
  wallets?: Wallets;
  here?: boolean;
}

/** A terminal was set up, edited or taken away; read the list again. */
export interface TerminalChangeEvent {
  event: 'remove' | 'save';
  terminal: TerminalId;
}

/** A terminal as it is set up; without an id a new one. devices: tills that charge on it, empty = every one. */
export interface TerminalDraft {
  id?: string | undefined;
  name: string;
  driver: string;
  address: string;
  devices?: string[] | undefined;
}

/** A terminal by id. */
export interface TerminalId {
  id: string;
}

/** The terminals, and how they are. */
export type TerminalListRequest = Record<string, never>;

/** Terminals in the order they were set up, and the drivers one can name. */
export interface TerminalListResponse {
  terminals: Terminal[];
  drivers: string[];
}

/** A card terminal of the shop. driver: who speaks to it. address: as its driver reads it. */
export interface TerminalRecord {
  id: string;
  name: string;
  driver: string;
  address: string;
  devices?: string[];
  testMode?: boolean;
  version?: number;
}

/** The card terminal that is asked. name: its own when the attempt began. testMode: no money moves (SIM-2). */
export interface TerminalRef {
  id: string;
  name: string;
  testMode?: boolean;
}

/** Take a terminal away. */
export interface TerminalRemoveRequest {
  id: string;
}

/** Set up or edit a terminal. */
export interface TerminalSaveRequest {
  terminal: TerminalDraft;
  expectedVersion?: number | undefined;
}

/** One terminal. */
export interface TerminalSaveResponse {
  terminal: TerminalRecord;
}

/** One terminal's day. theirs: absent when it could not be asked. difference: theirs less ours. */
export interface TerminalSettlement {
  terminal: TerminalRef;
  ours: TerminalTotals;
  groups: SettlementGroup[];
  theirs?: TerminalTotals;
  difference?: TerminalTotals;
  agrees: boolean;
  doubts: SettlementDoubt[];
}

/** Count and sum of what was approved and what was given back in a period (SET-1). */
export interface TerminalTotals {
  approvals: number;
  approved: number;
  cancels: number;
  cancelled: number;
}

/** A line of text. */
export interface TextInput {
  type: 'text';
  id: string;
  label?: string | undefined;
  required?: boolean | undefined;
  default?: string | undefined;
  placeholder?: string | undefined;
  candidates?: unknown[] | undefined;
}

/** The ticket. */
export interface TicketReply {
  kdsOrder: PluginKdsOrderItem;
}

/** A toast's one button. */
export interface ToastButton {
  id: string;
  text: string;
}

/** Which button of a toast was pressed. */
export interface ToastButtonClick {
  id: string;
}

/** A short message; `button` is `{id, text}`. Text alone, or anything else, counts as the message. */
export interface ToastOpen {
  message?: unknown;
  level?: unknown;
  button?: unknown;
}

/** Somebody pressed a plugin's toast, or with `id` its button. */
export interface ToastPressRequest {
  pluginId: string;
  id?: string | undefined;
}

/** Draw a toast for 3 s, as plain text; the newest replaces the older of the same plugin. */
export interface ToastShowEvent {
  plugin: Shower;
  message: string;
  level?: 'error' | 'success' | 'warn';
  button?: ToastButton;
}

/** On or off. */
export interface ToggleInput {
  type: 'toggle';
  id: string;
  label?: string | undefined;
  required?: boolean | undefined;
  default?: boolean | undefined;
}

/** The store (contract, merchant-device §1). */
export interface TossMerchant {
  id: number;
  name: string;
  serialNumber: string;
  businessNumber: string;
  address?: string;
  phone?: string;
}

/** A message of the plugin's session. in: from the plugin. */
export interface TracedMessage {
  direction: 'in' | 'out';
  name: string;
  bytes: number;
  callbackId?: string;
  ms?: number;
  code?: string;
  body?: string;
}

/** The `{value}` wrapper of the order API (contract §4.2), for won. */
export interface Value {
  value: number;
}

/** The text; absent when there is none. */
export interface ValueReply {
  value?: string;
}

/** A party joins the line. */
export interface WaitingAddRequest {
  name?: string | undefined;
  phone?: string | undefined;
  numGuests: number;
}

/** A party after what happened to it. */
export interface WaitingChangeEvent {
  party: WaitingParty;
}

/** Parties in line, first first, and the mode that holds now. until: end of a pause, shop-local. */
export interface WaitingListResponse {
  parties: WaitingParty[];
  mode: 'accept' | 'closed' | 'paused' | 'walk-in';
  until?: string;
}

/** The mode from now on. until: end of a pause, shop-local. */
export interface WaitingModeChangeEvent {
  mode: 'accept' | 'closed' | 'paused' | 'walk-in';
  until?: string;
}

/** A party as screens see it (contract, extensions §2); `since` is shop-local with offset. */
export interface WaitingParty {
  id: string;
  number: number;
  name?: string;
  numGuests: number;
  state: 'called' | 'cancelled' | 'no-show' | 'seated' | 'waiting';
  since: string;
  deferrals: number;
}

/** Which party sits where. */
export interface WaitingSeatRequest {
  id: string;
  tableId: number;
}

/** until: any accepted time form; ends a pause, meaningless for other modes. */
export interface WaitingSetModeRequest {
  mode: 'accept' | 'closed' | 'paused' | 'walk-in';
  until?: string | undefined;
}

/** The mode that holds now. */
export interface WaitingSetModeResponse {
  mode: 'accept' | 'closed' | 'paused' | 'walk-in';
}

/** What the codes of a wallet look like. starts: how they begin. least, most: their length. */
export interface WalletCode {
  wallet: string;
  starts: string;
  least: number;
  most: number;
}

/** What a terminal knows of wallets. reads: the codes of guests it takes. shows: it gives codes to scan. */
export interface Wallets {
  reads?: WalletCode[];
  shows?: boolean;
}

/** Open a socket; sockets are told apart by URL. */
export interface WebsocketConnectRequest {
  url: string;
  headers?: Record<string, string> | undefined;
  timeout?: number | undefined;
  rejectUnauthorized?: boolean | undefined;
}

/** Close the socket of this URL. */
export interface WebsocketDisconnectRequest {
  url: string;
}

/** What happened to a socket. code: of a close, as a string. */
export interface WebsocketEvent {
  url: string;
  event: 'close' | 'error' | 'message' | 'open';
  data?: string;
  code?: string;
  errorName?: string;
  errorMessage?: string;
}

/** Send text, or with `option.binary` the bytes that base64 stands for. */
export interface WebsocketSend {
  url: string;
  data: string;
  option?: unknown;
}
