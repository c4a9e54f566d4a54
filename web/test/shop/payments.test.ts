import { describe, expect, it } from 'vitest';
import { Approvals } from '../../src/shop/approval.svelte';
import { Payments } from '../../src/shop/payments.svelte';
import { FakeTill } from './till';

const refund = (id: string, state: string) => ({
  refund: { id, paymentId: 'p1', orderId: 'o1', amount: 1_000, state },
});

describe('refunds without an end', () => {
  it('are kept by their own id: the end of a part is not the end of the whole', () => {
    const fake = new FakeTill();
    const payments = new Payments(fake.till, new Approvals(fake.till));
    const heard = (id: string, state: string) => fake.push('payment-refund.change.event', refund(id, state));
    heard('p1', 'SENT');
    heard('part', 'SENT');
    expect(payments.refundOf('p1')?.id).toBe('p1');
    heard('part', 'RETURNED');
    expect(payments.refunds.map(({ id }) => id)).toEqual(['p1']);
    heard('p1', 'UNKNOWN');
    expect(payments.unknownRefunds.map(({ id, state }) => [id, state])).toEqual([['p1', 'UNKNOWN']]);
    heard('p1', 'RETURNED');
    expect(payments.refunds).toEqual([]);
  });
});

describe('what is read anew', () => {
  it('is older than a push that came after its own answer, whatever else is still on its way', async () => {
    const fake = new FakeTill();
    const payments = new Payments(fake.till, new Approvals(fake.till));
    const reading = payments.refresh();
    const asked = (name: string) => {
      const found = fake.asked.find((one) => one.name === name);
      if (found === undefined) throw new Error(`nobody asked ${name}`);
      return found;
    };
    // A plugin comes back after the shop was started anew, while attempts are still looked up.
    await asked('payment-method.list.request').answer({ methods: [] });
    fake.push('payment-method.change.event', { methods: [{ pluginId: 'card', id: 'prepaid', paymentName: '선불카드' }] });
    await asked('order.get-list.request').answer({ orders: [] });
    await asked('payment-refund.list.request').answer({ refunds: [] });
    await asked('payment-attempt.list.request').answer({ attempts: [] });
    await reading;
    expect(payments.methods.map(({ id }) => id)).toEqual(['prepaid']);
  });
});
