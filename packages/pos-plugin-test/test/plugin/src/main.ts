/* A plugin as partners write them: pays with stamps, counts orders, tells what it sees. */

import { posPluginSdk } from '@jumak/pos-plugin-sdk';

declare const PROFILE: string;
declare const process: { env: Record<string, string | undefined>; browser?: boolean };

const { category, order, payment, paymentMethod, http, storage } = posPluginSdk;

async function start(): Promise<void> {
  const categories = await category.getCategories();
  console.log(`categories ${categories.length}`, { profile: PROFILE, browser: process.browser });

  await paymentMethod.add({
    data: { id: 'stamp', image: 'stamp.png', paymentName: '스탬프' },
    async payCallback(_order, price) {
      const reply = await http.post('https://stamps.example/spend', { amount: price.amountMoney });
      if (reply.code !== 200) throw new Error('스탬프가 모자랍니다');
      return JSON.parse(reply.body) as { approvedAt: string; paymentKey: string };
    },
    cancelCallback: () => Promise.resolve(undefined),
  });

  await order.on('add', async (orderId) => {
    const seen = Number((await storage.get('seen')) ?? '0');
    await storage.set('seen', String(seen + 1));
    const { lineItems } = await order.getOrder(orderId);
    console.log(`order of ${lineItems.length} lines`);
  });
  await payment.on('before-cancel', () => Promise.reject(new Error('마감 뒤에는 취소할 수 없습니다')));
  await posPluginSdk.barcode.on('scan', (code) => {
    if (code === 'boom') throw new Error('boom');
    posPluginSdk.toast.open(code);
  });
}

void start();
