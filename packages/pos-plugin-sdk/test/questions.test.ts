import { describe, expect, test, vi } from 'vitest';
import type { PluginPaymentMethod } from '../src/index.js';
import { FakeHost, settle, workerOf } from './host.js';

const order = { id: 'o-1', lineItems: [] };
const price = { amountMoney: 11_000, taxMoney: 1_000, supplyMoney: 10_000, tipMoney: 0, taxExemptMoney: 0 };
const payment = { id: 'p-1' };
const pay = { event: 'pay', id: 'stamp', order, price };

function method(callbacks: Partial<PluginPaymentMethod> = {}): PluginPaymentMethod {
  return {
    data: { id: 'stamp', image: 'stamp.png', paymentName: '스탬프' },
    payCallback: () => Promise.resolve({ approvedAt: '2026-02-01T12:31:00+09:00', paymentKey: 'key-1' }),
    cancelCallback: () => Promise.resolve({ cancelledAt: '2026-02-01T12:40:00+09:00' }),
    ...callbacks,
  };
}

describe('payment methods (wire §7)', () => {
  test('E-9: pay answers date and key, its approval number empty', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await sdk.paymentMethod.add(method());
    const answer = await host.ask('payment.method.event.request', pay);
    expect(answer).toMatchObject({
      name: 'payment.method.event.response',
      version: 1,
      data: {
        event: 'pay',
        id: 'stamp',
        complete: true,
        paymentDto: { approvedAt: '2026-02-01T12:31:00+09:00', approvedNo: '', paymentKey: 'key-1' },
      },
    });
  });

  test('H-79: the callback gets the order, the price and popups', async () => {
    const host = new FakeHost().answer('popup.request', {
      complete: true,
      type: 'barcode',
      data: { result: 'SUCCESS', barcode: '880' },
    });
    const { sdk } = workerOf(host);
    const given: unknown[] = [];
    await sdk.paymentMethod.add(
      method({
        async payCallback(...[ordered, asked, ui]) {
          given.push(ordered, asked, await ui.openBarcode({ productName: '식권' }));
          return undefined;
        },
      }),
    );
    await host.ask('payment.method.event.request', pay);
    expect(given).toEqual([
      order,
      price,
      { complete: true, type: 'barcode', data: { result: 'SUCCESS', barcode: '880' } },
    ]);
  });

  test('H-79: nothing returned means given up, and is a success without a payment', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await sdk.paymentMethod.add(method({ payCallback: () => undefined }));
    const { data } = await host.ask('payment.method.event.request', pay);
    expect(data).toEqual({ event: 'pay', id: 'stamp', complete: true, paymentDto: undefined });
  });

  test('H-79: cancel hands its value on', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await sdk.paymentMethod.add(method());
    const { data } = await host.ask('payment.method.event.request', {
      event: 'cancel',
      id: 'stamp',
      order,
      payment,
    });
    expect(data).toEqual({
      event: 'cancel',
      id: 'stamp',
      complete: true,
      cancelledPaymentDto: { cancelledAt: '2026-02-01T12:40:00+09:00' },
    });
  });

  test('H-79: a callback that throws, and an id nobody registered, are refusals', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await sdk.paymentMethod.add(method({ payCallback: () => Promise.reject(new Error('잔액 부족')) }));
    const failed = await host.ask('payment.method.event.request', pay);
    expect(failed.data).toEqual({ complete: false, errorMessage: '잔액 부족' });
    const unknown = await host.ask('payment.method.event.request', { ...pay, id: 'other' });
    expect(unknown.data).toMatchObject({ complete: false });
  });

  test('H-79: a question that comes before the method waits for it', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const answer = host.ask('payment.method.event.request', pay);
    await settle();
    expect(host.sent('payment.method.event.response')).toEqual([]);
    await sdk.paymentMethod.add(method());
    expect((await answer).data).toMatchObject({ complete: true });
  });

  test('H-79: the same id replaces', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const old = vi.fn();
    await sdk.paymentMethod.add(method({ payCallback: old }));
    await sdk.paymentMethod.add(method());
    await host.ask('payment.method.event.request', pay);
    expect(old).not.toHaveBeenCalled();
  });
});

describe('before-cancel (payment §5)', () => {
  const question = { event: 'before-cancel', payload: { order, payment } };

  test('H-79: without a handler consent comes at once', async () => {
    const host = new FakeHost();
    workerOf(host);
    expect((await host.ask('payment.event.request', question)).data).toEqual({ complete: true });
  });

  test('H-79: one handler that rejects is a veto with its words', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const asked = vi.fn();
    await sdk.payment.on('before-cancel', asked);
    const off = await sdk.payment.on('before-cancel', () => Promise.reject(new Error('환불 불가')));
    const vetoed = await host.ask('payment.event.request', question);
    expect(vetoed.data).toEqual({ complete: false, errorMessage: '환불 불가' });
    expect(asked).toHaveBeenCalledWith({ order, payment });
    off();
    expect((await host.ask('payment.event.request', question)).data).toEqual({ complete: true });
  });
});

describe('before-add (catalog §2.6)', () => {
  test('H-79: health is answered only once a handler exists, the wait included', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const healthy = host.ask('catalog-item.before-add-health-check.request');
    await settle();
    expect(host.sent('catalog-item.before-add-health-check.response')).toEqual([]);
    await sdk.catalog.on('before-add', () => undefined);
    expect((await healthy).data).toEqual({ complete: true });
  });

  test('H-79: the first handler with a suggestion gives the initial value', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await sdk.catalog.on('before-add', () => undefined);
    await sdk.catalog.on('before-add', ({ payload }) => ({ title: `상품 ${String(payload.barcode)}` }));
    const question = { event: 'before-add', payload: { barcode: '880' } };
    expect((await host.ask('catalog-item.event.request', question)).data).toEqual({
      complete: true,
      event: 'before-add',
      payload: { initialValue: { title: '상품 880' } },
    });
  });

  test('E-3: sold-out is an event here, not the hook', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await sdk.catalog.on('sold-out', () => undefined);
    void host.ask('catalog-item.before-add-health-check.request').catch(() => undefined);
    await settle();
    expect(host.sent('catalog-item.before-add-health-check.response')).toEqual([]);
  });
});

describe('other questions', () => {
  test('H-79: liveness is answered, the unknown is refused', async () => {
    const host = new FakeHost();
    workerOf(host);
    expect((await host.ask('session.ping.request')).data).toEqual({ complete: true });
    expect((await host.ask('brand.new.request')).data).toMatchObject({
      complete: false,
      error: { code: 'UNKNOWN_METHOD' },
    });
  });
});
