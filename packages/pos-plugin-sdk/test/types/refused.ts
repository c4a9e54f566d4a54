/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access --
   members that are not there have no type */

/* Code of plugins that must not compile: an error that is missing is an error of `tsc`. */

import { configure, connect, posPluginSdk } from '../../src/index.js';
import type {
  PluginOrderDto,
  PluginPaymentDto,
  PluginPaymentMethod,
  PluginPrice,
  SettingInputs,
} from '../../src/index.js';

// @ts-expect-error: `discounts` is required
export const noDiscounts: PluginOrderDto = { lineItems: [] };

// @ts-expect-error: no such dining option
export const room: PluginOrderDto['lineItems'][0]['diningOption'] = 'ROOM';

declare const base: Omit<PluginPaymentDto<'EXTERNAL'>, 'sourceType'>;

// @ts-expect-error: a card payment needs its details
export const card: PluginPaymentDto<'CARD'> = { ...base, sourceType: 'CARD' };

// @ts-expect-error: no such source
export type Coin = PluginPaymentDto<'COIN'>;

export const inputs: SettingInputs = [
  // @ts-expect-error: a toggle's default is a boolean
  { id: 'a', type: 'toggle', label: 'A', required: true, default: 'yes' },
];

export async function refused(price: PluginPrice): Promise<void> {
  // @ts-expect-error: amounts are numbers
  const text: string = price.amountMoney;
  // @ts-expect-error: ids of orders are texts
  await posPluginSdk.order.getOrder(1);
  // @ts-expect-error: texts only
  await posPluginSdk.storage.set('k', { a: 1 });
  // @ts-expect-error: `page` and `size` are required
  await posPluginSdk.kdsOrder.getKdsOrderItems({});
  // @ts-expect-error: the handler of `complete` gets an id
  await posPluginSdk.order.on('complete', (order) => order.lineItems);
  // @ts-expect-error: no such member
  await posPluginSdk.order.refund('1');
  // @ts-expect-error: no such extension
  await posPluginSdk.ext.order.vanish({});
  // @ts-expect-error: declining needs a reason
  await posPluginSdk.ext.order.decline({ id: 'o-1' });
  // @ts-expect-error: no such page
  posPluginSdk.navigation.navigate('home');
  console.log(text);
}

declare const button: PluginPaymentMethod['data'];
const approved = { approvedAt: '', paymentKey: 'k' };
const cancelled = { cancelledAt: '' };

/** A payment method: what its button needs, and what its callbacks get and give. */
export async function paymentMethods(): Promise<void> {
  const { paymentMethod } = posPluginSdk;
  const payCallback = (): Promise<typeof approved> => Promise.resolve(approved);
  const cancelCallback = (): Promise<typeof cancelled> => Promise.resolve(cancelled);
  // @ts-expect-error: money that cannot be given back is not taken
  await paymentMethod.add({ data: button, payCallback });
  // @ts-expect-error: a button needs a name
  await paymentMethod.add({ data: { id: 'a', image: '' }, payCallback, cancelCallback });
  // @ts-expect-error: an approval needs the partner's key
  await paymentMethod.add({ data: button, payCallback: () => ({ approvedAt: '' }), cancelCallback });
  // @ts-expect-error: a cancellation says when, as a text
  await paymentMethod.add({ data: button, payCallback, cancelCallback: () => ({ cancelledAt: 0 }) });
  await paymentMethod.add({
    data: button,
    payCallback: (order, price, ui) => {
      // @ts-expect-error: the amount stands in `amountMoney`
      console.log(price.amount);
      // @ts-expect-error: an order has no payment of its own yet
      console.log(order.payment);
      // @ts-expect-error: no such popup
      ui.openCalendar();
      return Promise.resolve(approved);
    },
    cancelCallback: (_order, payment) => {
      // @ts-expect-error: a payment, not its price
      console.log(payment.paymentUnpaidValue);
      return Promise.resolve(cancelled);
    },
  });
}

/** Events: their names, and what their handlers get. */
export async function events(): Promise<void> {
  // @ts-expect-error: no such event of orders
  await posPluginSdk.order.on('created', () => undefined);
  // @ts-expect-error: no such event of payments
  await posPluginSdk.payment.on('before-pay', () => undefined);
  // @ts-expect-error: payments are told by id
  await posPluginSdk.payment.on('paid', (payment) => payment.amountMoney);
  // @ts-expect-error: `before-cancel` gets order and payment in one
  await posPluginSdk.payment.on('before-cancel', (order, payment) => payment === order);
  // @ts-expect-error: no such event of tables
  await posPluginSdk.table.on('open', () => undefined);
  // @ts-expect-error: a move has `from` and `to`
  await posPluginSdk.table.on('move', ({ source }) => source);
  // @ts-expect-error: no such event of the menu
  await posPluginSdk.catalog.on('price', () => undefined);
  // @ts-expect-error: no such event of the kitchen
  await posPluginSdk.kdsOrder.on('bump', () => undefined);
  // @ts-expect-error: a cart only changes
  await posPluginSdk.draftOrder.on('add', () => undefined);
  // @ts-expect-error: settings only change
  await posPluginSdk.setting.on('save', () => undefined);
  // @ts-expect-error: a scanned code is a text
  await posPluginSdk.barcode.on('scan', (code: number) => code);
}

/** Extensions: their nouns, their verbs, what they take and tell. */
export async function extensions(): Promise<void> {
  const { ext } = posPluginSdk;
  // @ts-expect-error: no such noun
  await ext.kitchen.bump({ id: 't-1' });
  // @ts-expect-error: which ticket?
  await ext.kdsOrderItem.bump({});
  // @ts-expect-error: ids of tickets are texts
  await ext.kdsOrderItem.bump({ id: 1 });
  // @ts-expect-error: no such option of a call
  await ext.kdsOrderItem.bump({ id: 't-1' }, { retries: 3 });
  // @ts-expect-error: a party has no such field
  await ext.waiting.on(({ party }) => party.people);
  // @ts-expect-error: no such profile
  await ext.plugin.install({ package: 'u', overrides: { profile: 'legacy' } });
  // @ts-expect-error: no such tender
  await ext.payment.start({ orderId: 'o', tender: 'COUPON', amount: 1, expectedUnpaid: 1 });
  // @ts-expect-error: a popup is answered with its type
  ext.popup.open.answer(() => ({ data: { result: 'CANCELLED' } }));
  // @ts-expect-error: an event is heard, not asked for
  await ext.popup.open({});
}

export async function services(): Promise<void> {
  // @ts-expect-error: a service needs a token
  await connect({ url: 'http://localhost:8700' });
  // @ts-expect-error: no such setting
  configure({ timeout: 1_000 });
  const pos = await connect({ url: 'http://localhost:8700', token: 't' });
  // @ts-expect-error: what the shop told cannot be changed
  pos.handled = 0;
}
