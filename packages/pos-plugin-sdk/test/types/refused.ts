/* eslint-disable @typescript-eslint/no-unsafe-call -- members that are not there have no type */

/* Code of plugins that must not compile: an error that is missing is an error of `tsc`. */

import { posPluginSdk } from '../../src/index.js';
import type { PluginOrderDto, PluginPaymentDto, PluginPrice, SettingInputs } from '../../src/index.js';

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
