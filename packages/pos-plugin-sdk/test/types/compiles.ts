/* Code of plugins that must compile; `tsc` reads it, nobody runs it. */

import { PosPluginSdkError, configure, connect, posPluginSdk, ui, websocket } from '../../src/index.js';
import type {
  DeviceInfo,
  PluginCatalogCategory,
  PluginCatalogItem,
  PluginInputs,
  PluginKdsOrderItem,
  PluginOrder,
  PluginOrderDto,
  PluginPayment,
  PluginPaymentDto,
  PluginPrice,
  PluginTable,
  PosPluginSdk,
  SettingInputs,
  TossMerchant,
} from '../../src/index.js';

const category: PluginCatalogCategory = { id: 1, title: '면' };

export const dto: PluginOrderDto = {
  discounts: [{ title: '할인', amountMoney: { value: 500 } }],
  tableId: undefined,
  lineItems: [
    {
      diningOption: 'HERE',
      item: { id: 1, title: '칼국수', category, type: 'ITEM', code: 'M-1' },
      quantity: { value: 1 },
      chargePrice: { value: 9_000 },
      optionChoices: [{ id: 1, quantity: 1 }],
    },
  ],
};

export const external: PluginPaymentDto<'EXTERNAL'> = {
  sourceType: 'EXTERNAL',
  orderId: 'o-1',
  amountMoney: 1,
  taxMoney: 0,
  supplyMoney: 1,
  tipMoney: 0,
  taxExemptMoney: null,
  approvedNo: '',
  approvedAt: '',
  paymentKey: 'k',
};

/** Money of every kind of payment, told apart by its source. */
export function described(payment: PluginPayment): string {
  switch (payment.sourceType) {
    case 'CARD':
      return payment.cardDetails.cardBrand;
    case 'CASH':
      return payment.cashReceipt?.identityNumber ?? '현금';
    case 'EXTERNAL':
      return payment.externalDetails.source ?? '';
  }
}

/** What was ordered may be ordered again. */
export function again(order: PluginOrder): PluginOrderDto {
  return {
    discounts: order.discounts ?? [],
    lineItems: order.lineItems.map(({ diningOption, item, quantity, chargePrice, optionChoices }) => ({
      diningOption,
      item,
      quantity,
      chargePrice,
      optionChoices,
    })),
  };
}

/** Documented as always there. */
export function documented(
  item: PluginCatalogItem,
  order: PluginOrder,
  ticket: PluginKdsOrderItem,
): unknown[] {
  const codes = order.lineItems.map((line) => line.item.code.toUpperCase());
  return [item.price.stockQuantity.remainQuantity, codes, ticket.completedAt.length];
}

/** A shop and a device, discriminated by the kind of business. */
export function postpaid({ businessType }: DeviceInfo, { name }: TossMerchant): string {
  const isPostpaid = businessType.operation.payment.type === 'PAY_LATER';
  return `${name} ${String(isPostpaid && businessType.operation.table.enabled)}`;
}

export async function plugin(sdk: PosPluginSdk): Promise<void> {
  const { getMerchant } = sdk.merchant;
  const merchant: TossMerchant = await getMerchant();
  const tables: PluginTable[] = await sdk.table.getTables();
  const payment: PluginPayment<'EXTERNAL'> = await sdk.payment.add({ id: 'o-1' }, external);
  const values = await sdk.setting.getValues<{ minutes: number }>();
  const { body, code } = await sdk.http.post(`https://a.example/${String(merchant.id)}`, {
    a: values.minutes,
  });
  const typed = await sdk.http.get<'yes' | 'no'>('https://a.example', [['Accept', 'text/plain']], {
    timeoutMs: 1,
  });
  const off = await sdk.order.on('cancel', (order) => order.lineItems.length);
  await sdk.order.on('complete', (orderId) => orderId.length);
  await sdk.payment.on('paid', (paymentId, orderId) => [paymentId.length, orderId.length]);
  await sdk.table.on('move', ({ from, to }) => [from.table.id, to.table.id]);
  await sdk.paymentMethod.add({
    data: { id: 'stamp', image: 'stamp.png', paymentName: '스탬프' },
    async payCallback(order: PluginOrder, price: PluginPrice, popups) {
      const scan = await popups.openBarcode({ productName: order.id });
      if (!scan.complete || scan.data.result === 'CANCELLED') return undefined;
      return { approvedAt: String(price.amountMoney), paymentKey: scan.data.barcode };
    },
    cancelCallback: () => Promise.resolve({ cancelledAt: '' }),
  });
  const socket = await websocket.create('wss://a.example');
  socket.onMessage((text) => text.length);
  socket.send({ data: body });
  const result = await ui.openInputModal({
    title: '번호',
    inputs: [{ id: 'n', type: 'number', label: '번호', required: true }],
    cta: { submit: { label: '확인' }, cancel: { label: '취소' } },
  });
  if (result.complete && result.data.result === 'SUCCESS') sdk.toast.open(String(result.data.inputs['n']));
  const { tickets } = await sdk.ext.kdsBoard.get();
  await sdk.ext.kdsOrderItem.bump({ id: tickets[0]?.id ?? '', commandId: 'c-1' }, { timeoutMs: 1_000 });
  await sdk.ext.waiting.on(({ party }) => party.number);
  const { order } = await sdk.request('order.get.request', { id: 'o-1' });
  await sdk.request('brand.new.request', { anything: 1 });
  off();
  console.log(tables, payment.externalDetails, code, typed.body === 'yes', order.id);
}

export const inputs: SettingInputs = [
  { id: 'a', type: 'toggle', label: 'A', required: false, default: true },
];
export const input: PluginInputs | undefined = inputs[0];

export async function service(): Promise<void> {
  configure({ timeoutMs: 10_000 });
  const pos = await connect({ url: 'ws://localhost:8700/v1/socket', token: 't', rateLimit: true });
  pos.onGap(() => pos.order.getOrders());
  try {
    await pos.order.cancel('1');
  } catch (error) {
    if (PosPluginSdkError.isPosPluginSdkError(error)) console.log(error.code, error.reason, error.data);
  }
  await plugin(pos);
  await plugin(posPluginSdk);
  pos.close();
}
