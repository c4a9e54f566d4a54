/*
 * Payments under way. Each is stored before the ledger hears of it and forgotten once the shop has our answer: what is
 * still there when the plugin starts was interrupted, and is settled by looking whether the shop has the payment.
 */

import { posPluginSdk } from '@jumak/pos-plugin-sdk';
import { cancel, untilAnswered } from './ledger.js';
import { won } from './won.js';

export interface Attempt {
  key: string;
  orderId: string;
  card: string;
  amount: number;
}

const STORED = 'attempts';
const attempts = new Map<string, Attempt>();

/** Reads what the last run left, before the first payment of this one. */
export async function remember(): Promise<Attempt[]> {
  const left = JSON.parse((await posPluginSdk.storage.get(STORED)) ?? '[]') as Attempt[];
  for (const attempt of left) attempts.set(attempt.key, attempt);
  return left;
}

export async function begin(attempt: Attempt): Promise<void> {
  attempts.set(attempt.key, attempt);
  await store();
}

export async function forget(key: string): Promise<void> {
  attempts.delete(key);
  await store();
}

/**
 * Gives back what a payment took, unless the shop has the payment after all. Goes on until that is certain; staff are
 * told.
 */
export async function settle({ key, orderId, card, amount }: Attempt): Promise<void> {
  await untilAnswered(async () => {
    const { payments } = await posPluginSdk.order.getOrder(orderId);
    if (!payments.some((payment) => payment.paymentKey === key)) {
      const { card: taken } = await cancel('payments', key);
      if (taken !== null) {
        posPluginSdk.alert.open({
          title: '선불카드',
          message: `끝나지 않은 결제 ${won(amount)}을 카드 ${card}에 되돌렸습니다. (An unfinished payment is back on the card.)`,
        });
      }
    }
    await forget(key);
  });
}

async function store(): Promise<void> {
  await posPluginSdk.storage.set(STORED, JSON.stringify([...attempts.values()]));
}
