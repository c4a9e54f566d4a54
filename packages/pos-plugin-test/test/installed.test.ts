import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PluginTester, jumakCommand, startShop, type PluginTesterOptions, type Shop } from '../src/index.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const tools = path.join(here, '../../..');
let folder: string;
let shop: Shop;
let partner: Server;
let partnerUrl: string;
let plugin: PluginTester;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'pos-plugin-probe-'));
  writeFileSync(path.join(folder, 'package.json'), '{"name":"@shop/probe","version":"3.0.0"}');
  await build({
    entryPoints: [path.join(here, 'probe/main.ts')],
    outfile: path.join(folder, 'dist/main.js'),
    bundle: true,
    nodePaths: [path.join(tools, 'node_modules')],
  });
  partner = createServer((_, response) => response.end('the partner')).listen(0, '127.0.0.1');
  await new Promise((resolve) => partner.once('listening', resolve));
  partnerUrl = `http://127.0.0.1:${String((partner.address() as AddressInfo).port)}`;
  shop = await startShop(jumakCommand(here));
}, 90_000);

afterEach(() => plugin.stop());

afterAll(async () => {
  partner.close();
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

/** The probe, installed as said and ready. */
async function probe(options: PluginTesterOptions = {}): Promise<PluginTester> {
  plugin = await new PluginTester({ folder, shop, ...options }).start();
  await printed('ready');
  return plugin;
}

async function printed(start: string): Promise<string> {
  return expect
    .poll(() => plugin.console.find(({ text }) => text.startsWith(start))?.text, {
      timeout: 5_000,
    })
    .toBeTruthy()
    .then(() => plugin.console.find(({ text }) => text.startsWith(start))?.text ?? '');
}

interface Came {
  value?: unknown;
  error?: { code?: string; reason?: string; message: string };
}

/** What came of a probe; staff scan the code at the till. */
async function probed(code: string): Promise<Came> {
  const name = `${code.split(' ')[0] ?? ''} = `;
  await plugin.staff.ext.barcode.scan({ barcode: code });
  return JSON.parse((await printed(name)).slice(name.length)) as Came;
}

describe('a plugin that is installed in the shop', () => {
  test('H-5: is who its zip says; without plugin.json it is answered by the profile `field`', async () => {
    await probe();
    expect(plugin.plugin).toMatchObject({ id: 'probe', profile: 'field', acl: [], headless: false });
    const { value } = await probed('info');
    expect(value).toMatchObject({
      id: 'probe',
      name: 'probe',
      profile: 'field',
      version: plugin.plugin.version,
    });
  });

  test('H-5: profile, id and name are what the test decides', async () => {
    await probe({ profile: 'documented', id: 'other', sdkName: '다른 이름' });
    const { value } = await probed('info');
    expect(value).toMatchObject({ id: 'other', name: '다른 이름', profile: 'documented' });
  });

  test('H-79: plugin.json says what it says in a real shop', async () => {
    const own = path.join(folder, 'with-manifest');
    mkdirSync(path.join(own, 'dist'), { recursive: true });
    const manifest = {
      id: 'stamp',
      name: '스탬프',
      version: '7.1.0',
      kind: 'worker',
      acl: ['https://a.example'],
    };
    writeFileSync(path.join(own, 'plugin.json'), JSON.stringify(manifest));
    writeFileSync(
      path.join(own, 'dist/main.js'),
      "postMessage({ name: 'plugin.info.request', version: 1, callbackId: '1', data: {} });",
    );
    plugin = await new PluginTester({ folder: own, shop }).start();
    const { kind, ...said } = manifest;
    expect(plugin.plugin).toMatchObject({ ...said, kinds: [kind], profile: 'documented' });
  });

  test('H-76: has the scopes it was given and no others', async () => {
    await probe({ scopes: ['catalog:read', 'device'] });
    expect((await probed('categories')).value).toBeGreaterThan(0);
    expect((await probed('orders')).error).toMatchObject({ code: 'PERMISSION_DENIED', reason: 'SCOPE' });
  });

  test('H-65: calls the servers of its allow-list, through the shop and directly', async () => {
    await probe({ acl: [partnerUrl] });
    expect(await probed(`http ${partnerUrl}/a`)).toEqual({ value: 'the partner' });
    expect(await probed(`fetch ${partnerUrl}/b`)).toEqual({ value: 'the partner' });
  });

  test('H-62: calls no other server; the refusal names the origin', async () => {
    await probe();
    const refused = await probed(`http ${partnerUrl}/a`);
    expect(refused.error).toMatchObject({ code: 'ACL_DENIED' });
    expect(refused.error?.message).toContain(partnerUrl);
    expect((await probed(`fetch ${partnerUrl}/b`)).error?.message).toBe('Failed to fetch');
    expect((await probed(`socket ${partnerUrl.replace('http', 'ws')}`)).error?.message).toContain(partnerUrl);
    expect(plugin.console.some(({ level, text }) => level === 'error' && text.includes(partnerUrl))).toBe(
      true,
    );
  });

  test('H-63: a partner is played by a server of the test, at the address of the real one', async () => {
    await probe({ originMap: { 'https://stamps.example': partnerUrl } });
    expect(await probed('http https://stamps.example/a')).toEqual({ value: 'the partner' });
    expect(await probed('fetch https://stamps.example/b')).toEqual({ value: 'the partner' });
  });

  test('H-79: keeps its storage over a restart by staff, and starts anew', async () => {
    await probe();
    await probed('keep tea');
    const { id } = plugin.plugin;
    await plugin.staff.ext.plugin.restart({ id });
    await plugin.called('plugin.info.request', { count: 2 });
    plugin.console.length = 0;
    await printed('ready');
    expect(await probed('kept')).toEqual({ value: 'tea' });
  });

  test('H-76: a right that staff take away is gone at once', async () => {
    await probe();
    const { id } = plugin.plugin;
    await plugin.staff.ext.plugin.update({ id, scopes: ['device'] });
    await plugin.called('plugin.info.request', { count: 2 });
    plugin.console.length = 0;
    await printed('ready');
    expect((await probed('categories')).error).toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  test('H-79: its settings page is filled in by staff', async () => {
    await probe();
    expect(await probed('settings')).toEqual({ value: { greeting: '안녕' } });
    const { id } = plugin.plugin;
    await plugin.staff.ext.pluginSetting.update({ pluginId: id, values: { greeting: '어서 오세요' } });
    expect(await printed('greeting ')).toBe('greeting 어서 오세요');
  });

  test('H-45: staff take money through its payment method, as at a till', async () => {
    await probe();
    const { staff } = plugin;
    const items = await staff.catalog.getCatalogs();
    const item = items.find(({ price, state }) => state === 'ON_SALE' && price.priceType === 'FIXED');
    if (item === undefined) throw new Error('the demo shop sells something');
    const { id, title, category, price } = item;
    const order = await staff.order.add({
      discounts: [],
      lineItems: [
        {
          diningOption: 'TOGO',
          item: { id, title, category, type: 'ITEM' },
          quantity: { value: 1 },
          chargePrice: { value: price.priceValue },
          optionChoices: [],
        },
      ],
    });
    const unpaid = order.paymentPrice.paymentUnpaidValue;
    const { methods } = await staff.ext.paymentMethod.list();
    expect(methods).toMatchObject([{ pluginId: 'probe', id: 'stamp', paymentName: '스탬프' }]);
    const method = { pluginId: 'probe', id: 'stamp' };
    const taken = { orderId: order.id, tender: 'METHOD' as const, amount: unpaid, expectedUnpaid: unpaid };
    await staff.ext.payment.start({ ...taken, method });
    const answered = await plugin.called('payment.method.event.response');
    expect(answered).toMatchObject({ kind: 'answer', data: { complete: true } });
    await expect.poll(async () => (await staff.order.getOrder(order.id)).paymentState).toBe('COMPLETED');
  });

  test('H-67: its popup is answered by whoever stands at the till', async () => {
    await probe();
    const shown: unknown[] = [];
    plugin.staff.ext.popup.open.answer(({ popup }) => {
      shown.push(popup);
      return { type: 'barcode', data: { result: 'SUCCESS', barcode: '880' } };
    });
    const { value } = await probed('popup');
    expect(value).toMatchObject({ complete: true, data: { result: 'SUCCESS', barcode: '880' } });
    expect(shown).toMatchObject([{ productName: '스탬프' }]);
  });

  test('H-79: begins with nothing kept, though another test used the same shop', async () => {
    await probe();
    await probed('keep tea');
    await plugin.stop();
    await probe();
    expect(await probed('kept')).toEqual({});
  });

  test('H-73: its console in the shop holds what it printed and every message', async () => {
    await probe();
    await probed('unknown');
    const { id } = plugin.plugin;
    const read = async (): Promise<string> => {
      const { entries } = await plugin.staff.ext.pluginLog.list({ pluginId: id, kinds: ['log', 'trace'] });
      return entries.map(({ text }) => text).join('\n');
    };
    await expect.poll(read).toContain('unknown = ');
    expect(await read()).toContain('← no.such.response UNKNOWN_METHOD');
  });
});

describe('a plugin that the server runs itself', () => {
  test('H-79: does the same, and its calls are read from its console', async () => {
    await probe({ headless: true, acl: [partnerUrl], scopes: ['device', 'network'] });
    expect(plugin.plugin).toMatchObject({ headless: true });
    expect(await probed(`http ${partnerUrl}/a`)).toEqual({ value: 'the partner' });
    expect(await probed(`fetch ${partnerUrl}/b`)).toEqual({ value: 'the partner' });
    const { data, reply } = await plugin.called('http.request');
    expect(data).toMatchObject({ method: 'GET', url: `${partnerUrl}/a` });
    expect(reply).toMatchObject({ complete: true, body: 'the partner' });
    expect((await probed('categories')).error).toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(() => {
      plugin.fault('order.add.request', 'lost');
    }).toThrow('headless');
  }, 30_000);

  test('H-79: what throws at its start rejects with the reason', async () => {
    const main = path.join(folder, 'broken.js');
    writeFileSync(main, "throw new Error('broken at import');");
    plugin = new PluginTester({ folder, shop, main, headless: true });
    await expect(plugin.start()).rejects.toThrow('broken at import');
  }, 30_000);
});
