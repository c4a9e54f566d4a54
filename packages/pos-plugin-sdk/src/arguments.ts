/* What each member takes (contract, wire §11). Missing lists and nulls are mended where the wire wants a value. */

import {
  all,
  byWord,
  keys,
  list,
  number,
  oneOf,
  optional,
  shortText,
  text,
  truth,
  type Check,
} from './check.js';
import { isRecord } from './errors.js';

const languagePack = keys({ languages: keys({}) });
const category = keys({ id: number, title: text, titleI18n: optional(languagePack) });
const itemType = oneOf('ITEM', 'DELIVERY_FEE', 'PREPAID_CARD', 'MULTI_USE_TICKET', 'COMBO', 'GIFT_CARD');
const diningOption = oneOf('HERE', 'TOGO', 'DELIVERY', 'PICKUP');
const item = keys({ id: number, title: text, category, type: itemType });
const amount = keys({ value: number });
const discount = keys({ amountMoney: amount, title: text, titleI18n: optional(languagePack) });

const orderLine = keys({
  diningOption,
  item,
  quantity: amount,
  chargePrice: amount,
  optionChoices: optional(list(keys({ id: number, quantity: optional(number) }))),
  discounts: optional(list(discount)),
  memo: optional(text),
});

const channelGroup = oneOf('POS', 'KIOSK', 'DELIVERY', 'TABLE_ORDER', 'MOBILE_ORDER');

export const orderDto: Check = keys({
  discounts: optional(list(discount)),
  lineItems: list(orderLine),
  orderKey: optional(text),
  memo: optional(text),
  numGuests: optional(number),
  tableId: optional(number),
  channel: optional(keys({ groups: optional(list(channelGroup)) })),
});

const cardDetails = keys({
  installmentMonth: shortText(2),
  cardType: oneOf('CREDIT', 'DEBIT', 'PREPAID', 'FOREIGN'),
  cardBrand: text,
});

const cashReceipt = keys({
  identityNumber: text,
  issuerType: oneOf('CONSUMER', 'BUSINESSES'),
  issuanceType: oneOf('PHONE', 'BUSINESS_NUMBER', 'CARD'),
  selfIssuance: truth,
});

export const paymentDto: Check = all(
  keys({
    orderId: text,
    amountMoney: number,
    taxMoney: number,
    supplyMoney: number,
    tipMoney: number,
    taxExemptMoney: optional(number),
    approvedNo: text,
    approvedAt: text,
    paymentKey: text,
    autocomplete: optional(truth),
  }),
  byWord('sourceType', {
    CARD: keys({ cardDetails }),
    CASH: keys({ cashReceipt: optional(cashReceipt) }),
    EXTERNAL: keys({}),
  }),
);

export const draftLine: Check = keys({
  key: optional(text),
  item,
  itemPrice: keys({
    isTaxFree: truth,
    priceType: oneOf('FIXED', 'VARIABLE', 'UNIT'),
    priceUnit: number,
    priceValue: number,
    title: text,
    sku: optional(text),
  }),
  discount: optional(list(discount)),
  optionChoices: optional(
    list(
      keys({
        id: number,
        title: text,
        priceValue: number,
        state: oneOf('ON_SALE', 'SOLD_OUT'),
        quantity: number,
      }),
    ),
  ),
  quantity: number,
  diningOption,
  memo: optional(text),
  metadata: optional(
    keys({ memoFixed: optional(truth), optionFixed: optional(truth), quantityFixed: optional(truth) }),
  ),
});

const input = keys({ id: text, label: text, required: truth });
const choices = list(keys({ id: text, label: text }));
const line = all(input, keys({ default: text, placeholder: optional(text) }));
const button = keys({ id: text, text });

export const settingInputs: Check = list(
  byWord('type', {
    text: line,
    password: line,
    number: all(input, keys({ default: number, placeholder: optional(text) })),
    radio: all(input, keys({ default: text, values: choices })),
    checkbox: all(input, keys({ default: list(text), values: choices })),
    toggle: all(input, keys({ default: truth })),
    slider: all(input, keys({ default: number, min: number, max: number, step: number })),
    primary: button,
    danger: button,
    dark: button,
  }),
);

export const receipt: Check = keys({
  orderId: text,
  amount: number,
  issueDate: text,
  issueNumber: text,
  cardNumber: text,
});

export const httpCall: Check = keys({
  url: text,
  method: text,
  headers: list((pair, path, issues) => {
    list(text)(pair, path, issues);
    if (Array.isArray(pair) && pair.length !== 2) {
      keys({ 0: text, 1: text })(Object.fromEntries(pair.entries()), path, issues);
    }
  }),
});

export const id: Check = (value, path, issues) => {
  if (typeof value !== 'string' && typeof value !== 'number') number(value, path, issues);
};

type Keys = Record<string, unknown>;

/**
 * An order as it is sent: a copy in which lists that may be missing are empty and option choices that repeat are one,
 * their quantities added. Other keys stay as they are.
 */
export function mendedOrder(dto: object): Keys {
  const order: Keys = { ...dto };
  const lines = Array.isArray(order['lineItems']) ? order['lineItems'] : [];
  return { ...mendedDiscounts(order, 'discounts', true), lineItems: lines.map(mendedOrderLine) };
}

/** A cart line as it is sent: itself, unless something has to be mended. */
export function mendedDraftLine(lineItem: object): Keys {
  const sent: Keys = { ...lineItem };
  const mended = mendedDiscounts(sent, 'discount', true);
  return { ...mended, item: mendedItem(mended['item']), optionChoices: mended['optionChoices'] ?? [] };
}

function mendedOrderLine(lineItem: unknown): unknown {
  if (!isRecord(lineItem)) return lineItem;
  return {
    ...mendedDiscounts(lineItem, 'discounts', false),
    item: mendedItem(lineItem['item']),
    optionChoices: mergedChoices(lineItem['optionChoices']),
  };
}

function mergedChoices(given: unknown): unknown[] {
  const merged = new Map<unknown, Keys>();
  for (const choice of Array.isArray(given) ? given : []) {
    if (!isRecord(choice)) continue;
    const quantity = typeof choice['quantity'] === 'number' ? choice['quantity'] : 1;
    const same = merged.get(choice['id']);
    const before = typeof same?.['quantity'] === 'number' ? same['quantity'] : 0;
    merged.set(choice['id'], { ...(same ?? choice), quantity: before + quantity });
  }
  return [...merged.values()];
}

function mendedDiscounts(keysOf: Keys, key: string, needed: boolean): Keys {
  const given = keysOf[key];
  if (Array.isArray(given)) return { ...keysOf, [key]: given.map(withoutNullTexts) };
  return needed ? { ...keysOf, [key]: [] } : keysOf;
}

function mendedItem(given: unknown): unknown {
  return isRecord(given) ? { ...given, category: withoutNullTexts(given['category']) } : given;
}

/** The POS refuses `titleI18n: null`, which reads of some devices hold. */
function withoutNullTexts(given: unknown): unknown {
  if (!isRecord(given) || given['titleI18n'] !== null) return given;
  const { titleI18n: _, ...rest } = given;
  return rest;
}
