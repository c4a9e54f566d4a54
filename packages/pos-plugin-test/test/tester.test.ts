import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PluginTester, createWebpackConfig, jumakCommand, startShop, type Shop } from '../src/index.js';
import { idOf } from '../src/bundle.js';

const here = path.dirname(fileURLToPath(import.meta.url));
let folder: string;
let shop: Shop;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pos-plugin-test-'));
  cpSync(path.join(here, 'plugin'), folder, { recursive: true });
  mkdirSync(path.join(folder, 'node_modules/@jumak'), { recursive: true });
  // What the author would have installed.
  const sdk = path.join(here, '../../pos-plugin-sdk');
  symlinkSync(sdk, path.join(folder, 'node_modules/@jumak/pos-plugin-sdk'));
  shop = await startShop(jumakCommand(here));
}, 90_000);

afterAll(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

describe('a plugin against a shop', () => {
  const tester = (): PluginTester => new PluginTester({ folder, shop });

  test('H-79: builds the bundle, runs it, and hears what it prints', async () => {
    const plugin = await tester().start();
    try {
      await plugin.called('payment.method.add');
      expect(existsSync(path.join(folder, 'dist/main.js'))).toBe(true);
      const [line] = plugin.console.filter(({ text }) => text.startsWith('categories'));
      expect(line?.text).toMatch(/^categories [1-9]/);
      expect(line?.text).toContain("profile: 'live', browser: true");
      const info = await plugin.called('plugin.info.request');
      expect(info.reply).toMatchObject({ name: 'stamp-card' });
      expect(plugin.calls[0]?.name).toBe('plugin.info.request');
    } finally {
      await plugin.stop();
    }
  }, 60_000);

  test('H-79: what staff do reaches the plugin, its calls are there to assert on', async () => {
    const plugin = await tester().start();
    try {
      await plugin.called('payment.method.add');
      const items = await plugin.staff.catalog.getCatalogs();
      const item = items.find(({ price, state }) => state === 'ON_SALE' && price.priceType === 'FIXED');
      if (item === undefined) throw new Error('the demo shop sells something');
      const { id, title, category } = item;
      const line = {
        diningOption: 'TOGO' as const,
        item: { id, title, category, type: 'ITEM' as const },
        quantity: { value: 1 },
        chargePrice: { value: item.price.priceValue },
        optionChoices: [],
      };
      const order = await plugin.staff.order.add({ discounts: [], lineItems: [line] });
      const asked = await plugin.called('order.get.request');
      expect(asked.data).toEqual({ id: order.id });
      expect(asked.reply).toMatchObject({ complete: true, order: { id: order.id } });
    } finally {
      await plugin.stop();
    }
  }, 30_000);

  test('H-79: a payment is asked of the plugin, its partner is played', async () => {
    const plugin = await tester().start();
    try {
      await plugin.called('payment.method.add');
      const paid = { approvedAt: '2026-02-01T12:31:00+09:00', paymentKey: 'k-1' };
      plugin.answer('http.request', { code: 200, body: JSON.stringify(paid), headers: [] });
      const question = { event: 'pay', id: 'stamp', order: { id: 'o' }, price: { amountMoney: 1_000 } };
      const answer = await plugin.ask('payment.method.event.request', question);
      expect(answer).toMatchObject({ complete: true, paymentDto: { ...paid, approvedNo: '' } });
      const sent = await plugin.called('http.request');
      expect(sent.data).toMatchObject({ method: 'POST', payload: { amount: 1_000 } });
      plugin.answer('http.request', { code: 402, body: '', headers: [] });
      expect(await plugin.ask('payment.method.event.request', question)).toMatchObject({
        complete: false,
        errorMessage: '스탬프가 모자랍니다',
      });
      expect(
        await plugin.ask('payment.event.request', { event: 'before-cancel', payload: {} }),
      ).toMatchObject({
        complete: false,
      });
    } finally {
      await plugin.stop();
    }
  }, 30_000);

  test('H-79: events are injected; what the plugin does not catch is told and it runs on', async () => {
    const plugin = await tester().start();
    try {
      await plugin.called('payment.method.add');
      plugin.inject('barcode.event', { barcode: 'boom' });
      plugin.inject('barcode.event', { barcode: '880' });
      const toast = await plugin.called('toast.open');
      expect(toast.data).toEqual({ message: '880' });
      expect(plugin.console.some(({ level, text }) => level === 'error' && text.includes('boom'))).toBe(true);
      await expect(plugin.called('order.add.request', { withinMs: 10 })).rejects.toThrow('toast.open');
    } finally {
      await plugin.stop();
    }
  }, 30_000);

  test('H-79: the shop is seeded before the plugin starts', async () => {
    const plugin = new PluginTester({
      folder,
      shop,
      seed: (staff) => staff.ext.catalogCategory.add({ category: { title: '계절 메뉴' } }),
    });
    await plugin.start();
    try {
      const { reply } = await plugin.called('catalog-category.list.request');
      expect(JSON.stringify(reply)).toContain('계절 메뉴');
    } finally {
      await plugin.stop();
    }
  }, 30_000);

  test('H-79: a plugin that throws while it is loaded rejects, or tells `done`', async () => {
    const main = path.join(folder, 'broken.js');
    writeFileSync(main, "throw new Error('broken at import');");
    await expect(new PluginTester({ folder, shop, main }).start()).rejects.toThrow('broken at import');
    const told = await new Promise((resolve) => {
      void new PluginTester({ folder, shop, main }).start(resolve);
    });
    expect(String(told)).toContain('broken at import');
  }, 30_000);

  test('H-79: a worker has no Node about it', async () => {
    const main = path.join(folder, 'globals.js');
    writeFileSync(
      main,
      `const kinds = [typeof window, typeof require, typeof process, typeof self, self === globalThis];
self.onmessage = ({ data }) => postMessage({ name: 'toast.open', version: 1,
  data: { message: String(data instanceof Object) + ' ' + kinds.join(' ') } });
postMessage({ name: 'plugin.info.request', version: 1, callbackId: '1', data: {} });`,
    );
    const plugin = await new PluginTester({ folder, shop, main }).start();
    try {
      const { data } = await plugin.called('toast.open');
      expect(data).toEqual({ message: 'true undefined undefined undefined object true' });
    } finally {
      await plugin.stop();
    }
  }, 30_000);
});

describe('the build', () => {
  test('H-79: entry from main, output dist/main.js, PROFILE from the environment', () => {
    const config = createWebpackConfig({ main: 'src/main.ts' }, folder);
    expect(config).toMatchObject({
      entry: path.join(folder, 'src/main.ts'),
      output: { path: path.join(folder, 'dist'), filename: 'main.js' },
      target: 'webworker',
      mode: 'production',
    });
    expect(() => createWebpackConfig({})).toThrow('main');
  });

  test('H-79: the id of a plugin comes from its name', () => {
    expect(idOf('@shop/Stamp_Card')).toBe('stamp-card');
    expect(idOf('@shop/---')).toBe('plugin');
  });

  test('H-79: a command that is not there says what to do', async () => {
    await expect(startShop('/nowhere/jumak')).rejects.toThrow('JUMAK_COMMAND');
  });
});
