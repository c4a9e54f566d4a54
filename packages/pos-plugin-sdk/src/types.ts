/*
 * The values of the plugin SDK under the names it promises.
 *
 * Their fields are generated from the shop's own declarations (`generated/types.ts`). What stands here is what a
 * declaration cannot say, or says otherwise than the types plugins were written against; each says why.
 */

import type {
  CardDetails,
  CashReceiptRequest,
  CatalogItemFields,
  CatalogItemPriceFields,
  DeviceInfoFields,
  DraftOrderFields,
  ExternalDetails,
  ItemSnapshot,
  KdsOrderItemFields,
  OrderDtoFields,
  OrderFields,
  OrderItemDtoFields,
  OrderItemFields,
  PaymentDtoFields,
  PaymentFields,
  PluginCatalogCategory,
  PluginCatalogItemOption,
  PluginDiscount,
  PluginOptionChoiceDto,
  PluginOrderItemOptionChoice,
  PluginTable,
  StockQuantity,
} from './generated/types.js';

export type {
  CashReceiptIssueRequest as PluginCashReceipt,
  PluginCatalogCategory,
  PluginCatalogItemOption,
  PluginCatalogItemOptionChoice,
  PluginDiscount,
  PluginHall,
  PluginKdsLineItem,
  PluginLanguagePack,
  PluginOptionChoiceDto,
  PluginOrderItemOptionChoice,
  PluginTable,
  PluginTableGroup,
  TossMerchant,
} from './generated/types.js';

// -- orders ---------------------------------------------------------------------------------------

/** A line of an order to be made. `optionChoices` is documented as always there; the shop takes its absence for []. */
export interface PluginOrderItemDto extends Omit<OrderItemDtoFields, 'optionChoices'> {
  optionChoices: PluginOptionChoiceDto[];
}

/** An order to be made. `discounts` is documented as always there; the shop takes its absence for []. */
export interface PluginOrderDto extends Omit<OrderDtoFields, 'discounts'> {
  discounts: PluginDiscount[];
}

/** A line of an order. `item.code` is documented as always there; it is absent when none was ever given. */
export interface PluginOrderItem extends Omit<OrderItemFields, 'item'> {
  item: Omit<ItemSnapshot, 'code'> & { code: string };
}

/** An order. */
export type PluginOrder = OrderFields;

export type PluginOrderState = PluginOrder['orderState'];
export type PluginPaymentState = PluginOrder['paymentState'];
export type PluginDiningOption = PluginOrderItem['diningOption'];
export type PluginItemType = ItemSnapshot['type'];

/** A period of orders: `YYYYMMDD` or ISO, pages from 1. */
export interface PluginOrderQuery {
  start?: string | undefined;
  end?: string | undefined;
  page?: number | undefined;
  size?: number | undefined;
  orderStates?: PluginOrderState[] | undefined;
}

/** Orders by table, state, key and period; all optional, AND-ed. */
export interface PluginOrderSearch {
  tableId?: number | undefined;
  orderState?: PluginOrderState | undefined;
  start?: string | undefined;
  end?: string | undefined;
  page?: number | undefined;
  size?: number | undefined;
  orderKey?: string | undefined;
}

// -- payments -------------------------------------------------------------------------------------

export type PluginPaymentSourceType = PaymentFields['sourceType'];

/** What depends on `sourceType`; the declaration holds all of it as optional keys. */
interface DtoDetails {
  CARD: { cardDetails: CardDetails };
  CASH: { cashReceipt?: CashReceiptRequest | undefined };
  EXTERNAL: { externalDetails?: ExternalDetails | undefined };
}

interface PaymentDetails {
  CARD: { cardDetails: CardDetails };
  CASH: { cashReceipt?: CashReceiptRequest };
  EXTERNAL: { externalDetails: ExternalDetails };
}

type Detail = 'sourceType' | 'cardDetails' | 'cashReceipt' | 'externalDetails';

/** A payment that already happened, to be recorded. `PluginPaymentDto<'EXTERNAL'>` is one made inside a plugin. */
export type PluginPaymentDto<Source extends PluginPaymentSourceType = PluginPaymentSourceType> =
  Source extends Source
    ? Omit<PaymentDtoFields, Detail | 'taxExemptMoney'> & {
        sourceType: Source;
        /** Part of supply; null is taken for absent. */
        taxExemptMoney?: number | null | undefined;
      } & DtoDetails[Source]
    : never;

/** A payment as the shop keeps it. */
export type PluginPayment<Source extends PluginPaymentSourceType = PluginPaymentSourceType> =
  Source extends Source
    ? Omit<PaymentFields, Detail> & { sourceType: Source } & PaymentDetails[Source]
    : never;

/** What is to be paid now, won; `taxExemptMoney` is the exempt part of supply. */
export interface PluginPrice {
  amountMoney: number;
  taxMoney: number;
  supplyMoney: number;
  tipMoney: number;
  taxExemptMoney: number;
}

/** A button on the payment screen. `image`: an icon's URL, `paymentName`: its label. */
export interface PluginPaymentMethodData {
  id: string;
  image: string;
  paymentName: string;
}

/** What a payment method says when the money was taken. */
export interface PluginPaymentApproval {
  approvedAt: string;
  paymentKey: string;
}

/** What a payment method says when the money was given back. */
export interface PluginPaymentCancellation {
  cancelledAt: string;
}

/** A payment method; `undefined` from a callback means that staff or guest gave up. */
export interface PluginPaymentMethod {
  data: PluginPaymentMethodData;
  payCallback: (
    order: PluginOrder,
    price: PluginPrice,
    ui: PluginUi,
  ) => PluginPaymentApproval | undefined | Promise<PluginPaymentApproval | undefined>;
  cancelCallback: (
    order: PluginOrder,
    payment: PluginPayment,
    ui: PluginUi,
  ) => PluginPaymentCancellation | undefined | Promise<PluginPaymentCancellation | undefined>;
}

// -- menu -----------------------------------------------------------------------------------------

/** One price. `stockQuantity` is documented as always there; it is absent when stock is not tracked. */
export interface PluginCatalogItemPrice extends Omit<CatalogItemPriceFields, 'stockQuantity'> {
  stockQuantity: StockQuantity;
}

/** An item of the menu. */
export type PluginCatalogItem = CatalogItemFields;

/** What staff have typed of a new item before a plugin is asked to fill in the rest. */
export interface PluginBeforeAdd {
  payload: { barcode?: string; title?: string };
  ui: PluginUi;
}

// -- kitchen --------------------------------------------------------------------------------------

/** A ticket. `cancelledAt` and `completedAt` are documented as always there; they are absent until they are set. */
export interface PluginKdsOrderItem extends Omit<KdsOrderItemFields, 'cancelledAt' | 'completedAt'> {
  cancelledAt: string;
  completedAt: string;
}

export type PluginKdsOrderItemState = PluginKdsOrderItem['state'];
export type PluginKdsOrderRequestType = PluginKdsOrderItem['orderRequestType'];

/** A page of tickets; absent filters do not filter. */
export interface PluginKdsOrderItemQuery {
  page: number;
  size: number;
  states?: PluginKdsOrderItemState[] | undefined;
  orderIds?: string[] | undefined;
  categoryIds?: number[] | undefined;
  itemIds?: number[] | undefined;
  ids?: string[] | undefined;
}

/** A page of tickets; read on until `last`. */
export interface PluginKdsOrderItemPage {
  contents: PluginKdsOrderItem[];
  last: boolean;
  totalElements: number;
}

// -- tables ---------------------------------------------------------------------------------------

/** A table with its order, when it has one. */
export type PluginTableRow = PluginTable & { order?: PluginOrder };

/** A party moved to an empty table. */
export interface PluginTableMove {
  order: { id: string };
  from: { table: { id: number } };
  to: { table: { id: number } };
}

/** Two parties joined. */
export interface PluginTableMerge {
  from: { table: { id: number }; order: { id: string } };
  to: { table: { id: number }; order: { id: string } };
}

// -- the cart -------------------------------------------------------------------------------------

/**
 * A line for the cart. The message keeps every key a line came with and so declares free keys; these are the ones
 * it reads.
 */
export interface PluginDraftOrderItemDto {
  key?: string | undefined;
  item: {
    id: number;
    title: string;
    category: { id: number; title: string; titleI18n?: PluginCatalogCategory['titleI18n'] };
    type: PluginItemType;
    options?: PluginCatalogItemOption[] | undefined;
    code?: string | undefined;
  };
  itemPrice: {
    isTaxFree: boolean;
    priceType: CatalogItemPriceFields['priceType'];
    priceUnit: number;
    priceValue: number;
    title: string;
    sku?: string | undefined;
  };
  discount: PluginDiscount[];
  optionChoices: PluginOrderItemOptionChoice[];
  quantity: number;
  diningOption: PluginDiningOption;
  memo?: string | undefined;
  metadata?:
    | {
        memoFixed?: boolean | undefined;
        optionFixed?: boolean | undefined;
        quantityFixed?: boolean | undefined;
      }
    | undefined;
}

/** A line in the cart: as it came, with its key. */
export interface PluginDraftOrderItem extends PluginDraftOrderItemDto {
  key: string;
  lineItemId?: string;
}

/** The cart. */
export interface PluginDraftOrder extends Omit<DraftOrderFields, 'lineItems'> {
  lineItems: PluginDraftOrderItem[];
}

// -- device ---------------------------------------------------------------------------------------

/** How a café or restaurant works. */
export interface PluginDiningBusiness {
  business: { type: 'CAFE' | 'RESTAURANT' };
  operation: {
    payment: { type: 'PAY_FIRST' | 'PAY_LATER' };
    table: { enabled: boolean };
    booking: { enabled: boolean };
  };
}

/** How a shop or a service works: it takes payment first and has no tables. */
export interface PluginRetailBusiness {
  business: { type: 'RETAIL' | 'SERVICE' };
  operation: { payment: { type: 'PAY_FIRST' }; table: { enabled: false }; booking: { enabled: boolean } };
}

/** The POS a plugin runs on. The declaration does not tie what a shop does to its kind; `platform` may be any text. */
export interface DeviceInfo extends Omit<DeviceInfoFields, 'businessType' | 'platform'> {
  platform: string;
  businessType: PluginDiningBusiness | PluginRetailBusiness;
}

/** Who the plugin is. `id` and `profile` are ours. */
export interface PluginInfo {
  name: string;
  version: string;
  id?: string;
  profile?: 'documented' | 'field';
}

// -- settings -------------------------------------------------------------------------------------
// The message is an object keyed by input id with free keys; these are the inputs it takes.

interface InputBase {
  id: string;
  label: string;
  required: boolean;
}

interface Choice {
  id: string;
  label: string;
}

export interface PluginTextInput extends InputBase {
  type: 'text' | 'password';
  default: string;
  placeholder?: string | undefined;
  candidates?: unknown[] | undefined;
}

export interface PluginNumberInput extends InputBase {
  type: 'number';
  default: number;
  placeholder?: string | undefined;
}

export interface PluginRadioInput extends InputBase {
  type: 'radio';
  default: string;
  values: Choice[];
}

export interface PluginCheckboxInput extends InputBase {
  type: 'checkbox';
  default: string[];
  values: Choice[];
}

export interface PluginToggleInput extends InputBase {
  type: 'toggle';
  default: boolean;
}

export interface PluginSliderInput extends InputBase {
  type: 'slider';
  default: number;
  min: number;
  max: number;
  step: number;
}

/** A button of the settings page; pressing it is told by `ext.setting.button.on`. */
export interface PluginSettingButton {
  id: string;
  text: string;
  type: 'primary' | 'danger' | 'dark';
}

/** One input of the settings page. */
export type PluginInputs =
  | PluginTextInput
  | PluginNumberInput
  | PluginRadioInput
  | PluginCheckboxInput
  | PluginToggleInput
  | PluginSliderInput
  | PluginSettingButton;

export type PluginInputType = PluginInputs['type'];

/** The settings page. */
export type SettingInputs = PluginInputs[];

export type PluginSettingValue = string | number | boolean | string[];
export type PluginSettingValues = Record<string, PluginSettingValue>;

// -- network --------------------------------------------------------------------------------------

/** What a server answered, whatever its status. */
export interface PluginHttpResponse<Body = string> {
  body: Body;
  headers: [string, string][];
  code: number;
}

/** Name and value pairs; an object is taken as well. */
export type PluginHttpHeaders = readonly (readonly [string, string])[] | Readonly<Record<string, string>>;

export interface PluginHttpOptions {
  /** Milliseconds to wait, 30,000 unless given. */
  timeoutMs?: number | undefined;
}

export interface PluginWebsocketOptions {
  /** Milliseconds the connection may take. */
  timeout?: number | undefined;
  /** false: take any certificate; heeded for private addresses on the allow-list only. */
  rejectUnauthorized?: boolean | undefined;
}

/** A message for a socket. With `option.binary` the text is base64 of the bytes to send. */
export interface PluginWebsocketMessage {
  data: string;
  option?: unknown;
}

// -- UI -------------------------------------------------------------------------------------------

/** An input of a popup. */
export interface PluginModalInput {
  id: string;
  type: 'text' | 'password' | 'number' | 'radio' | 'checkbox' | 'toggle' | 'slider';
  label: string;
  required: boolean;
  placeholder?: string | undefined;
  default?: PluginSettingValue | undefined;
  values?: Choice[] | undefined;
  min?: number | undefined;
  max?: number | undefined;
  step?: number | undefined;
}

export interface PluginModalCta {
  submit: { label: string };
  cancel: { label: string };
}

export interface PluginBarcodePopup {
  productName: string;
}

export interface PluginInputModal {
  title: string;
  description?: string | undefined;
  inputs: PluginModalInput[];
  cta: PluginModalCta;
}

/** How a popup ended; a failure is answered, not thrown. */
export type PluginPopupResult<Type extends string, Success> =
  | { type: Type; complete: true; data: ({ result: 'SUCCESS' } & Success) | { result: 'CANCELLED' } }
  | { type: Type; complete: false; errorMessage: string };

export type PluginBarcodeResult = PluginPopupResult<'barcode', { barcode: string }>;
export type PluginInputResult = PluginPopupResult<'input', { inputs: PluginSettingValues }>;

/** Popups a plugin may open. */
export interface PluginUi {
  openBarcode(popup: PluginBarcodePopup): Promise<PluginBarcodeResult>;
  openInputModal(modal: PluginInputModal): Promise<PluginInputResult>;
}

export interface PluginToast {
  message: string;
  button?: { id: string; text: string } | undefined;
}
