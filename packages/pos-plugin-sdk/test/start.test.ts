import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { portHere } from '../src/port.js';
import { FakeHost, INFO, frameOf, settle, started, workerOf } from './host.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const listening = { addEventListener: () => undefined, postMessage: () => undefined };

describe('where the plugin runs (wire §3)', () => {
  test('H-79: without a window it is a worker, with one around it a frame', () => {
    expect(portHere({ self: listening }).mode).toBe('worker');
    expect(portHere({ window: { ...listening, self: 1, top: 2 } }).mode).toBe('iframe');
  });

  test('H-79: a page that may not look at its top is inside a frame', () => {
    const window = {
      ...listening,
      self: 1,
      get top(): unknown {
        throw new Error('SecurityError');
      },
    };
    expect(portHere({ window }).mode).toBe('iframe');
  });

  test('H-79: a top-level page and plain Node have no host', () => {
    expect(portHere({ window: { ...listening, self: 1, top: 1 } }).mode).toBe('none');
    expect(portHere({}).mode).toBe('none');
    expect(portHere({ self: {} }).mode).toBe('none');
  });

  test('H-79: outside a POS every call rejects HOST_UNAVAILABLE and nothing else fails', async () => {
    const { sdk } = started(portHere({}), {});
    await expect(sdk.order.getOrder('1')).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
    await expect(sdk.plugin.getPluginInfo()).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
    sdk.toast.open('nobody sees it');
    const off = await sdk.order.on('add', () => undefined);
    off();
  });
});

describe('the first messages', () => {
  test('E-1: plugin info is asked first, at once, in a worker and in a frame', () => {
    for (const start of [workerOf, frameOf]) {
      const host = new FakeHost();
      start(host);
      expect(host.received[0]).toMatchObject({ name: 'plugin.info.request', version: 1, data: {} });
      expect(host.received[0]?.callbackId).toMatch(/^[A-Za-z0-9]{10}$/);
    }
  });

  test('E-10: log and unicast wait for the name, in order', async () => {
    const host = new FakeHost().answer('plugin.info.request', () => undefined);
    const { sdk } = workerOf(host);
    sdk.pluginUnicast.send('one', 'kitchen');
    sdk.pluginUnicast.send('two', 'kitchen');
    await settle();
    expect(host.sent('log')).toEqual([]);
    expect(host.sent('plugin.unicast.send')).toEqual([]);
    const callbackId = host.received[0]?.callbackId;
    host.deliver({ name: 'plugin.info.response', version: 1, callbackId, data: INFO });
    await settle();
    expect(host.sent('plugin.unicast.send').map(({ data }) => data)).toEqual([
      { from: 'lamp', to: 'kitchen', message: 'one' },
      { from: 'lamp', to: 'kitchen', message: 'two' },
    ]);
    expect(host.sent('log').length).toBeGreaterThan(0);
  });

  test('E-1: a refused plugin info is no unhandled rejection; asking again asks again', async () => {
    const refused = { complete: false, errorMessage: '나중에' };
    const host = new FakeHost().answer('plugin.info.request', refused);
    const { sdk } = workerOf(host);
    await expect(sdk.plugin.getPluginInfo()).rejects.toThrow('나중에');
    host.answer('plugin.info.request', INFO);
    await expect(sdk.plugin.getPluginInfo()).resolves.toEqual(INFO);
  });

  test('H-79: a message of another window is not the host', async () => {
    const host = new FakeHost().answer('order.get.request', () => undefined);
    const { sdk } = frameOf(host);
    const heard = vi.fn();
    await sdk.barcode.on('scan', heard);
    host.deliver({ name: 'barcode.event', version: 1, data: { barcode: 'forged' } }, { another: 'window' });
    host.deliver({ name: 'barcode.event', version: 1, data: { barcode: '880' } });
    await settle();
    expect(heard.mock.calls).toEqual([['880']]);
  });

  test('H-79: over a real MessageChannel, structured clone included', async () => {
    const { port1, port2 } = new MessageChannel();
    port2.on('message', (message: unknown) => {
      const { name, callbackId } = message as { name: string; callbackId?: string };
      const reply = name === 'plugin.info.request' ? INFO : { complete: true, order: { id: 'o-1' } };
      if (callbackId !== undefined) port2.postMessage({ name: 'any', callbackId, data: reply });
    });
    const scope = {
      postMessage: (message: unknown) => {
        port1.postMessage(message);
      },
      addEventListener: (_: 'message', listener: (event: { data?: unknown }) => void) => {
        port1.on('message', (data: unknown) => {
          listener({ data });
        });
      },
    };
    const { sdk } = started({ ...portHere({ self: scope }) }, {});
    await expect(sdk.order.getOrder('o-1')).resolves.toEqual({ id: 'o-1' });
    port1.close();
  });

  test('H-79: what cannot be cloned rejects its own call', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    await expect(sdk.http.post('https://a.example', { f: () => 1 })).rejects.toThrow(/clone/);
  });
});

describe('replies (wire §1)', () => {
  test('H-79: found by callbackId alone, whatever the name', async () => {
    const host = new FakeHost().answer('order.get.request', (_, { callbackId }) => {
      queueMicrotask(() => {
        host.deliver({ name: 'something.else', callbackId, data: { complete: true, order: { id: 'o-1' } } });
      });
      return undefined;
    });
    await expect(workerOf(host).sdk.order.getOrder('o-1')).resolves.toEqual({ id: 'o-1' });
  });

  test('H-79: a refusal carries code, reason and data, and the text of the official wire', async () => {
    const host = new FakeHost().answer('order.add.request', {
      complete: false,
      errorMessage: '이미 주문이 있는 테이블입니다',
      error: { code: 'CONFLICT', reason: 'TABLE_OCCUPIED', data: { orderId: 'o-1' } },
    });
    const { sdk } = workerOf(host);
    const error: unknown = await sdk.order.add({ discounts: [], lineItems: [] }).catch((why: unknown) => why);
    expect(error).toMatchObject({
      message: '이미 주문이 있는 테이블입니다',
      code: 'CONFLICT',
      reason: 'TABLE_OCCUPIED',
      data: { orderId: 'o-1' },
    });
  });

  test('H-79: a host without our extension gives the text alone', async () => {
    const host = new FakeHost().answer('order.get.request', { complete: false, errorMessage: '없습니다' });
    await expect(workerOf(host).sdk.order.getOrder('1')).rejects.toMatchObject({
      name: 'PosPluginSdkError',
      message: '없습니다',
      code: 'INTERNAL',
    });
  });

  test('E-6: the answer of start-payment is not looked at', async () => {
    const host = new FakeHost().answer('draft-order.start-payment', { complete: false, errorMessage: 'x' });
    await expect(workerOf(host).sdk.draftOrder.startPayment()).resolves.toBeUndefined();
  });

  test('H-79: getMerchant, getDeviceInfo and getPluginInfo may be detached', async () => {
    const host = new FakeHost().answer('merchant.info.request', { complete: true, merchant: { id: 1 } });
    const { getMerchant } = workerOf(host).sdk.merchant;
    await expect(getMerchant()).resolves.toEqual({ id: 1 });
  });
});
