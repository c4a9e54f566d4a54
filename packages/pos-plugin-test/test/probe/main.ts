/* A plugin that does what a scanned code says and prints what came of it, so that a test can look from inside. */

import { posPluginSdk, type PosPluginSdk } from '@jumak/pos-plugin-sdk';

declare const fetch: (url: string) => Promise<{ text(): Promise<string> }>;
declare const WebSocket: new (url: string) => { onopen: () => void; onerror: () => void; close(): void };

type Probe = (pos: PosPluginSdk, argument: string) => Promise<unknown>;

const probes: Record<string, Probe> = {
  info: (pos) => pos.plugin.getPluginInfo(),
  orders: (pos) => pos.order.getOrders({}),
  categories: async (pos) => (await pos.category.getCategories()).length,
  http: async (pos, url) => (await pos.http.get(url)).body,
  fetch: async (_, url) => (await fetch(url)).text(),
  socket: (_, url) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.onerror = () => {
        reject(new Error('no socket'));
      };
      socket.onopen = () => {
        resolve('open');
        socket.close();
      };
    }),
  keep: (pos, value) => pos.storage.set('kept', value),
  kept: (pos) => pos.storage.get('kept'),
  popup: (pos) => pos.ui.openBarcode({ productName: '스탬프' }),
  settings: (pos) => pos.setting.getValues(),
  unknown: (pos) => pos.request('no.such.request', {}),
};

async function start(): Promise<void> {
  await posPluginSdk.setting.setInputs([
    { id: 'greeting', type: 'text', label: '인사', required: false, default: '안녕' },
  ]);
  await posPluginSdk.setting.on('change', async () => {
    const { greeting } = await posPluginSdk.setting.getValues<{ greeting: string }>();
    console.log(`greeting ${greeting}`);
  });
  await posPluginSdk.paymentMethod.add({
    data: { id: 'stamp', image: '', paymentName: '스탬프' },
    payCallback: (order) =>
      Promise.resolve({ approvedAt: '2026-02-01T12:31:00+09:00', paymentKey: `k-${order.id}` }),
    cancelCallback: () => Promise.resolve(undefined),
  });
  await posPluginSdk.barcode.on('scan', async (code) => {
    const [name = '', ...rest] = code.split(' ');
    const came = await Promise.resolve(probes[name]?.(posPluginSdk, rest.join(' '))).then(
      (value) => ({ value }),
      (error: unknown) => {
        const {
          code: refused,
          reason,
          message,
        } = error as { code?: string; reason?: string; message: string };
        return { error: { code: refused, reason, message } };
      },
    );
    console.log(`${name} = ${JSON.stringify(came)}`);
  });
  console.log('ready');
}

void start();
