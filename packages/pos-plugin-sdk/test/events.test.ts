import { afterEach, describe, expect, test, vi } from 'vitest';
import { FakeHost, settle, workerOf } from './host.js';

afterEach(() => {
  vi.restoreAllMocks();
});

function quiet(): void {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
}

describe('events (wire §6)', () => {
  test('H-79: what each handler is given', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const heard: unknown[] = [];
    const hear =
      (what: string) =>
      (...given: unknown[]): void => {
        heard.push([what, ...given]);
      };
    await sdk.order.on('complete', hear('order'));
    await sdk.payment.on('paid', hear('payment'));
    await sdk.catalog.on('sold-out', hear('catalog'));
    await sdk.category.on('update', hear('category'));
    await sdk.option.on('on-sale', hear('option'));
    await sdk.kdsOrder.on('open', hear('kdsOrder'));
    await sdk.table.on('swap', hear('swap'));
    await sdk.draftOrder.on('change', hear('draftOrder'));
    await sdk.barcode.on('scan', hear('barcode'));
    sdk.toast.on('click', hear('toast'));
    sdk.toast.on('button-click', hear('button'));
    host.push('order.change.event', { event: 'complete', order: { id: 'o-1' } });
    host.push('payment.change.event', { event: 'paid', payment: { id: 'p-1' }, order: { id: 'o-1' } });
    host.push('catalog-item.change.event', { event: 'sold-out', catalog: { id: 311 } });
    host.push('catalog-category.change.event', { event: 'update', category: { id: 7 } });
    host.push('catalog-item-option.change.event', { event: 'on-sale', option: { id: 41 } });
    host.push('kds-order-item.change.event', { event: 'open', kdsOrder: { id: 'kds-1' } });
    host.push('table.change.event', { event: 'swap', table: { id: 12 }, from: {}, to: {} });
    host.push('draft-order.change.event', { event: 'change', draftOrder: { lineItems: [] } });
    host.push('barcode.event', { barcode: '880' });
    host.push('toast.click', {});
    host.push('toast.button.click', { id: 'b' });
    await settle();
    expect(heard).toEqual([
      ['order', 'o-1'],
      ['payment', 'p-1', 'o-1'],
      ['catalog', 311],
      ['category', 7],
      ['option', 41],
      ['kdsOrder', 'kds-1'],
      ['swap', 12],
      ['draftOrder', { lineItems: [] }],
      ['barcode', '880'],
      ['toast'],
      ['button', 'b'],
    ]);
  });

  test('H-79: move and merge give one object with both sides', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const heard: unknown[] = [];
    await sdk.table.on('move', (move) => heard.push(move));
    await sdk.table.on('merge', (merge) => heard.push(merge));
    const move = { order: { id: 'o-1' }, from: { table: { id: 1 } }, to: { table: { id: 2 } } };
    const merge = {
      from: { table: { id: 1 }, order: { id: 'o-1' } },
      to: { table: { id: 2 }, order: { id: 'o-2' } },
    };
    host.push('table.change.event', { event: 'move', ...move });
    host.push('table.change.event', { event: 'merge', table: { id: 2 }, ...merge });
    await settle();
    expect(heard).toEqual([move, merge]);
  });

  test('H-79: several handlers of one event, each with its own end', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const heard = vi.fn();
    const first = await sdk.order.on('add', heard);
    await sdk.order.on('add', heard);
    host.push('order.change.event', { event: 'add', order: { id: '1' } });
    first();
    first();
    host.push('order.change.event', { event: 'add', order: { id: '2' } });
    await settle();
    expect(heard.mock.calls).toEqual([['1'], ['1'], ['2']]);
  });

  test('E-16: names the SDK does not know can be listened to', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const heard = vi.fn();
    await sdk.order.on('brand-new' as 'add', heard);
    host.push('order.change.event', { event: 'brand-new', order: { id: '1' } });
    await settle();
    expect(heard).toHaveBeenCalledWith('1');
  });

  test('H-79: a handler that throws or rejects stops no other and is shown in both consoles', async () => {
    quiet();
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const heard = vi.fn();
    await sdk.order.on('add', () => {
      throw new Error('broken');
    });
    await sdk.order.on('add', () => Promise.reject(new Error('broken later')));
    await sdk.order.on('add', heard);
    host.push('order.change.event', { event: 'add', order: { id: '1' } });
    await settle();
    expect(heard).toHaveBeenCalledWith('1');
    expect(console.error).toHaveBeenCalledTimes(2);
    const titles = host.sent('log').map(({ data }) => (data as { log: { title: string } }).log.title);
    expect(titles.filter((title) => title === 'onError')).toHaveLength(2);
  });

  test('X-8: cancel gives the order that came along', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const heard = vi.fn();
    await sdk.order.on('cancel', heard);
    host.push('order.change.event', { event: 'cancel', order: { id: 'o-1', lineItems: [] } });
    await settle();
    expect(heard).toHaveBeenCalledWith({ id: 'o-1', lineItems: [] });
    expect(host.sent('order.get.request')).toEqual([]);
  });

  test('X-8: cancel reads the order where the POS tells its id only', async () => {
    const whole = { id: 'o-1', lineItems: [], memo: 'read' };
    const host = new FakeHost().answer('order.get.request', { complete: true, order: whole });
    const { sdk } = workerOf(host);
    const heard = vi.fn();
    await sdk.order.on('cancel', heard);
    host.push('order.change.event', { event: 'cancel', order: { id: 'o-1' } });
    await settle();
    expect(heard).toHaveBeenCalledWith(whole);
  });

  test('H-79: saved settings come with their values', async () => {
    const host = new FakeHost().answer('setting.values.request', {
      complete: true,
      settings: { minutes: 5 },
    });
    const { sdk } = workerOf(host);
    const heard = vi.fn();
    await sdk.setting.on('change', heard);
    host.push('setting.change.event', {});
    await settle();
    expect(heard).toHaveBeenCalledWith({ minutes: 5 });
  });

  test('OFF-9: an event whose number came before is dropped', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    const heard = vi.fn();
    await sdk.order.on('add', heard);
    host.push('order.change.event', { event: 'add', order: { id: '1' } }, 7);
    host.push('order.change.event', { event: 'add', order: { id: '1' } }, 7);
    host.push('order.change.event', { event: 'add', order: { id: '2' } }, 8);
    await settle();
    expect(heard.mock.calls).toEqual([['1'], ['2']]);
  });
});

describe('unicast (plugin-runtime §8)', () => {
  test('H-79: what is for another name is not delivered', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await settle();
    const heard = vi.fn();
    const off = sdk.pluginUnicast.listen('message', heard);
    host.push('plugin.unicast.event', { from: 'kitchen', to: 'other', message: 1 });
    host.push('plugin.unicast.event', { from: 'kitchen', to: 'lamp', message: { n: 2 } });
    off();
    host.push('plugin.unicast.event', { from: 'kitchen', to: 'lamp', message: 3 });
    await settle();
    expect(heard.mock.calls).toEqual([[{ n: 2 }, 'kitchen']]);
  });
});
