import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { memberPath } from '../src/ext.js';
import { FLAGS } from '../src/generated/messages.js';
import type { PosPluginSdk } from '../src/sdk.js';
import { FakeHost, settle, workerOf } from './host.js';
import { DRAFT_LINE, INPUTS, ORDER, PAYMENT, RECEIPT } from './samples.js';

interface Entry {
  name: string;
  kind: 'request' | 'notify' | 'push' | 'host-request';
  sdk: string;
  rateLimited: boolean;
  origin: string;
}

const contract = JSON.parse(
  readFileSync(new URL('../../../docs/contract/messages.json', import.meta.url), 'utf8'),
) as Entry[];

const page = { start: '20260201', end: '20260202', page: 1, size: 20 };
const choice = {
  id: 411,
  title: '곱빼기',
  priceValue: 1_000,
  imageUrl: null,
  state: 'ON_SALE' as const,
  quantity: 1,
};
const modal = {
  title: '번호',
  inputs: [{ id: 'n', type: 'text' as const, label: '번호', required: true }],
  cta: { submit: { label: '확인' }, cancel: { label: '취소' } },
};
const url = 'https://partner.example/orders';

/** Member → how it is called, what it sends, and in which version (contract, wire §4 and §5). */
const CALLS: Record<string, [(sdk: PosPluginSdk) => unknown, data: unknown, version?: number]> = {
  'plugin.getPluginInfo': [(pos) => pos.plugin.getPluginInfo(), {}],
  'merchant.getMerchant': [(pos) => pos.merchant.getMerchant(), {}],
  'device.getDeviceInfo': [(pos) => pos.device.getDeviceInfo(), {}],
  'category.getCategories': [(pos) => pos.category.getCategories(), {}],
  'category.getCategory': [(pos) => pos.category.getCategory(7), { category: { id: 7 } }],
  'catalog.getCatalogs': [(pos) => pos.catalog.getCatalogs(), {}],
  'catalog.getCatalog': [(pos) => pos.catalog.getCatalog(311), { catalog: { id: 311 } }],
  'option.getOptions': [(pos) => pos.option.getOptions(), {}],
  'option.getOption': [(pos) => pos.option.getOption(41), { option: { id: 41 } }],
  'table.getHalls': [(pos) => pos.table.getHalls(), {}],
  'table.getTables': [(pos) => pos.table.getTables(), {}],
  'table.getTable': [(pos) => pos.table.getTable(12), { table: { id: 12 } }],
  'table.clearTable': [
    (pos) => pos.table.clearTable({ table: { id: 12 }, order: { id: 'o-1' } }),
    { table: { id: 12 }, order: { id: 'o-1' } },
  ],
  'order.add': [(pos) => pos.order.add(ORDER), { order: ORDER }],
  'order.addMenu': [(pos) => pos.order.addMenu('o-1', ORDER), { id: 'o-1', order: ORDER }],
  'order.cancel': [(pos) => pos.order.cancel('o-1'), { id: 'o-1' }],
  'order.complete': [(pos) => pos.order.complete('o-1'), { id: 'o-1' }],
  'order.getOrder': [(pos) => pos.order.getOrder('o-1'), { id: 'o-1' }],
  'order.getOrders': [
    (pos) => pos.order.getOrders({ ...page, orderStates: ['OPENED'] }),
    {
      ...page,
      orderStates: ['OPENED'],
      status: ['OPENED'],
      states: ['OPENED', 'PAID', 'CANCELLED', 'COMPLETED', 'REFUNDED'],
    },
  ],
  'order.search': [
    (pos) => pos.order.search({ ...page, tableId: 12, orderState: 'OPENED' }),
    { ...page, tableId: 12, orderState: 'OPENED' },
  ],
  'payment.add': [
    (pos) => pos.payment.add({ id: 'o-1' }, PAYMENT),
    { order: { id: 'o-1' }, paymentDto: PAYMENT },
  ],
  'payment.cancel': [
    (pos) => pos.payment.cancel({ id: 'o-1' }, { id: 'p-1' }),
    { order: { id: 'o-1' }, payment: { id: 'p-1' } },
  ],
  'payment.getPayment': [(pos) => pos.payment.getPayment('p-1'), { id: 'p-1' }],
  'cashReceipt.add': [(pos) => pos.cashReceipt.add(RECEIPT), RECEIPT],
  'kdsOrder.getKdsOrderItems': [
    (pos) => pos.kdsOrder.getKdsOrderItems({ page: 1, size: 50, states: ['OPENED'] }),
    { page: 1, size: 50, states: ['OPENED'] },
  ],
  'draftOrder.get': [(pos) => pos.draftOrder.get(), {}],
  'draftOrder.clear': [(pos) => pos.draftOrder.clear(), {}],
  'draftOrder.addLineItem': [(pos) => pos.draftOrder.addLineItem(DRAFT_LINE), { lineItem: DRAFT_LINE }],
  'draftOrder.deleteLineItem': [(pos) => pos.draftOrder.deleteLineItem('line-1'), { key: 'line-1' }],
  'draftOrder.deleteDiscount': [(pos) => pos.draftOrder.deleteDiscount(0), { indexOfDiscount: 0 }],
  'draftOrder.deleteItemDiscount': [
    (pos) => pos.draftOrder.deleteItemDiscount('line-1', 1),
    { key: 'line-1', indexOfDiscount: 1 },
  ],
  'draftOrder.updateItemQuantity': [
    (pos) => pos.draftOrder.updateItemQuantity('line-1', 3),
    { key: 'line-1', quantity: 3 },
  ],
  'draftOrder.updateItemOptionChoice': [
    (pos) => pos.draftOrder.updateItemOptionChoice('line-1', [choice]),
    { key: 'line-1', optionChoices: [choice] },
  ],
  'draftOrder.updateItemMemo': [
    (pos) => pos.draftOrder.updateItemMemo('line-1', '덜 맵게'),
    { key: 'line-1', memo: '덜 맵게' },
  ],
  'draftOrder.updateIgnorePrint': [(pos) => pos.draftOrder.updateIgnorePrint(true), { ignorePrint: true }],
  'draftOrder.startPayment': [(pos) => pos.draftOrder.startPayment(), {}],
  'setting.setInputs': [(pos) => pos.setting.setInputs(INPUTS), { minutes: INPUTS[0], again: INPUTS[1] }],
  'setting.getValues': [(pos) => pos.setting.getValues(), {}],
  'storage.get': [(pos) => pos.storage.get('k'), { key: 'k' }],
  'storage.set': [(pos) => pos.storage.set('k', 'v'), { key: 'k', value: 'v' }],
  'storage.del': [(pos) => pos.storage.del('k'), { key: 'k' }],
  'secureStore.get': [(pos) => pos.secureStore.get('k'), { key: 'k' }],
  'secureStore.set': [(pos) => pos.secureStore.set('k', 'v'), { key: 'k', value: 'v' }],
  'secureStore.del': [(pos) => pos.secureStore.del('k'), { key: 'k' }],
  'http.get': [(pos) => pos.http.get(url), { url, method: 'GET', headers: [] }],
  'http.post': [
    (pos) => pos.http.post(url, { a: 1 }, [['X-Shop', '1']], { timeoutMs: 5_000 }),
    { url, method: 'POST', payload: { a: 1 }, headers: [['X-Shop', '1']], timeoutMs: 5_000 },
  ],
  'http.put': [
    (pos) => pos.http.put(url, 'text', { 'X-Shop': '1' }),
    { url, method: 'PUT', payload: 'text', headers: [['X-Shop', '1']] },
  ],
  'http.patch': [(pos) => pos.http.patch(url, null), { url, method: 'PATCH', payload: null, headers: [] }],
  'http.delete': [(pos) => pos.http.delete(url), { url, method: 'DELETE', headers: [] }],
  'http.head': [(pos) => pos.http.head(url), { url, method: 'HEAD', headers: [] }],
  'http.options': [(pos) => pos.http.options(url), { url, method: 'OPTIONS', headers: [] }],
  'websocket.create': [
    (pos) => pos.websocket.create('wss://partner.example', { a: 'b' }, { timeout: 3_000 }),
    { url: 'wss://partner.example', headers: { a: 'b' }, timeout: 3_000 },
  ],
  'websocket.disconnect': [
    async (pos) => (await pos.websocket.create('wss://partner.example')).disconnect(),
    { url: 'wss://partner.example' },
  ],
  'websocket.send': [
    async (pos) => {
      const socket = await pos.websocket.create('wss://partner.example');
      socket.send({ data: 'hello', option: { binary: false } });
    },
    { url: 'wss://partner.example', data: 'hello', option: { binary: false } },
  ],
  'barcode.send': [(pos) => pos.barcode.send('880'), { barcode: '880' }],
  'powerSaver.startBlocking': [(pos) => pos.powerSaver.startBlocking(), {}],
  'powerSaver.stopBlocking': [(pos) => pos.powerSaver.stopBlocking(), {}],
  'powerSaver.isBlocked': [(pos) => pos.powerSaver.isBlocked(), {}],
  'ui.openBarcode': [
    (pos) => pos.ui.openBarcode({ productName: '식권' }),
    { type: 'barcode', productName: '식권' },
  ],
  'ui.openInputModal': [(pos) => pos.ui.openInputModal(modal), { type: 'input', ...modal }],
  'toast.open': [
    (pos) => {
      pos.toast.open('주문');
    },
    { message: '주문' },
    1,
  ],
  'toast.success': [
    (pos) => {
      pos.toast.success({ message: '완료' });
    },
    { message: '완료', level: 'success' },
    2,
  ],
  'toast.error': [
    (pos) => {
      pos.toast.error({ message: '실패', button: { id: 'b', text: '다시' } });
    },
    { message: '실패', level: 'error', button: { id: 'b', text: '다시' } },
    2,
  ],
  'toast.warn': [
    (pos) => {
      pos.toast.warn('조심');
    },
    { message: '조심', level: 'warn' },
    2,
  ],
  'alert.open': [
    (pos) => {
      pos.alert.open({ title: '알림' });
    },
    { title: '알림' },
  ],
  'sound.play': [
    (pos) => {
      pos.sound.play({ name: 'success' });
    },
    { name: 'success' },
  ],
  'navigation.navigate': [
    (pos) => {
      pos.navigation.navigate('plugin-tab', 'lamp');
    },
    { page: 'plugin-tab', packageName: 'lamp' },
  ],
  'paymentMethod.add': [
    (pos) =>
      pos.paymentMethod.add({
        data: { id: 'stamp', image: 'stamp.png', paymentName: '스탬프' },
        payCallback: () => undefined,
        cancelCallback: () => undefined,
      }),
    { id: 'stamp', image: 'stamp.png', paymentName: '스탬프' },
  ],
  'pluginUnicast.send': [
    (pos) => {
      pos.pluginUnicast.send({ table: 12 }, 'kitchen');
    },
    { from: 'lamp', to: 'kitchen', message: { table: 12 } },
  ],
};

/** The contract names the member of most messages; in parentheses or empty where no member sends it. */
const hasMember = ({ sdk }: Entry): boolean => sdk !== '' && !sdk.startsWith('(');

function host(): FakeHost {
  const answering = new FakeHost();
  for (const { name, kind } of contract) {
    if (kind === 'request' && name !== 'plugin.info.request') answering.answer(name, { complete: true });
  }
  return answering;
}

const members = contract
  .filter(({ kind, origin }) => origin !== 'extension' && (kind === 'request' || kind === 'notify'))
  .filter(hasMember)
  .flatMap((entry) => entry.sdk.split('|').map((member) => ({ member, entry })));

describe('H-79: every member of the contract sends its message', () => {
  test.each(members)('$member sends $entry.name', async ({ member, entry }) => {
    const call = CALLS[member];
    if (call === undefined) throw new Error(`no call of ${member}`);
    const [act, data, version = 1] = call;
    const pos = host();
    const { sdk } = workerOf(pos);
    await settle();
    await act(sdk);
    const sent = pos.sent(entry.name).at(-1);
    expect(sent).toBeDefined();
    expect(sent?.version).toBe(version);
    expect(sent?.data).toEqual(data);
    expect(sent?.callbackId === undefined).toBe(entry.kind === 'notify');
    if (entry.kind === 'request') expect(sent?.callbackId).toMatch(/^[A-Za-z0-9]{10}$/);
  });

  test('H-79: no call is listed that the contract lacks', () => {
    expect(Object.keys(CALLS).sort()).toEqual(members.map(({ member }) => member).sort());
  });

  test('H-79: the rate limit holds for exactly the members marked in the contract', () => {
    for (const { name, rateLimited } of contract) {
      if (FLAGS[name] !== undefined) expect([name, FLAGS[name].includes('l')]).toEqual([name, rateLimited]);
    }
  });
});

describe('H-79: extensions', () => {
  const listed = contract.filter(
    (entry) => entry.origin === 'extension' && hasMember(entry) && FLAGS[entry.name] !== undefined,
  );

  test.each(listed.filter(({ kind }) => kind === 'request' || kind === 'notify'))(
    '$sdk sends $name',
    async ({ name, sdk: path, kind }) => {
      const pos = host();
      const { sdk } = workerOf(pos);
      const found = path
        .split('.')
        .reduce<unknown>((place, word) => Reflect.get(place as object, word) as unknown, sdk);
      await (found as (data: object) => unknown)({ id: 'x' });
      expect(pos.last()).toMatchObject({ name, version: 1, data: { id: 'x' } });
      expect(pos.last().callbackId === undefined).toBe(kind === 'notify');
    },
  );

  test.each(listed.filter(({ kind }) => kind === 'push'))('$sdk hears $name', async ({ name, sdk: path }) => {
    const pos = host();
    const { sdk } = workerOf(pos);
    const on = path
      .split('.')
      .reduce<unknown>((place, word) => Reflect.get(place as object, word) as unknown, sdk);
    const heard: unknown[] = [];
    const off = await (on as (listener: (data: unknown) => void) => Promise<() => void>)((data) => {
      heard.push(data);
    });
    pos.push(name, { event: 'change', id: 1 });
    off();
    pos.push(name, { event: 'change', id: 2 });
    await settle();
    expect(heard).toEqual([{ event: 'change', id: 1 }]);
  });

  test('H-79: a verb stands beside its pushes whichever comes first', () => {
    expect(memberPath('toast.show.event', 'px')).toEqual(['toast', 'show', 'on']);
    expect(memberPath('popup.open.request', 'hx')).toEqual(['popup', 'open', 'answer']);
    expect(memberPath('payment.method.remove', 'nx')).toEqual(['paymentMethod', 'remove']);
    expect(memberPath('subscribe.request', 'x')).toEqual(['subscribe']);
  });
});
