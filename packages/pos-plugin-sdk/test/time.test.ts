import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PosPluginSdkRateLimitError, PosPluginSdkTimeoutError, PosPluginSdkError } from '../src/errors.js';
import { FakeHost, INFO, workerOf } from './host.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const silent = (): undefined => undefined;
const order = { complete: true, order: { id: 'o-1' } };

describe('time-outs (wire §10)', () => {
  test('H-79: after 30 s a plain error names plugin, message and milliseconds', async () => {
    const host = new FakeHost().answer('order.get.request', silent);
    const { sdk } = workerOf(host);
    await vi.advanceTimersByTimeAsync(0);
    const failed = expect(sdk.order.getOrder('1')).rejects.toThrow(
      '[lamp] order.get.request: no reply within 30000 ms',
    );
    await vi.advanceTimersByTimeAsync(30_000);
    await failed;
    expect(host.sent('order.get.request')).toHaveLength(1);
    const titles = host.sent('log').map(({ data }) => (data as { log: { title: string } }).log.title);
    expect(titles).toContain('TIMEOUT_ERROR');
  });

  test('H-79: a time-out is no PosPluginSdkError', async () => {
    const { sdk } = workerOf(new FakeHost().answer('order.get.request', silent));
    const caught = sdk.order.getOrder('1').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);
    const error = await caught;
    expect(error).toBeInstanceOf(PosPluginSdkTimeoutError);
    expect(PosPluginSdkError.isPosPluginSdkError(error)).toBe(false);
  });

  test('H-79: a late reply changes nothing', async () => {
    const host = new FakeHost().answer('order.get.request', silent);
    const { sdk } = workerOf(host);
    const caught = sdk.order.getOrder('1').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);
    host.deliver({ name: 'late', callbackId: host.last().callbackId, data: order });
    expect(await caught).toBeInstanceOf(PosPluginSdkTimeoutError);
  });

  test('H-79: http waits as long as it says', async () => {
    const { sdk } = workerOf(new FakeHost().answer('http.request', silent));
    const failed = expect(sdk.http.get('https://a.example', [], { timeoutMs: 90_000 })).rejects.toThrow(
      'within 90000 ms',
    );
    await vi.advanceTimersByTimeAsync(90_000);
    await failed;
  });

  test('H-79: a popup waits for a day, and its end is answered', async () => {
    const { sdk } = workerOf(new FakeHost().answer('popup.request', silent));
    let result: unknown;
    void sdk.ui.openBarcode({ productName: '식권' }).then((given) => (result = given));
    await vi.advanceTimersByTimeAsync(86_399_000);
    expect(result).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(result).toMatchObject({ type: 'barcode', complete: false });
  });
});

describe('retries (wire §10)', () => {
  test('E-5: storage is asked four times, after 0, 1 and 2 s, each time under a new callbackId', async () => {
    const at: number[] = [];
    const begun = Date.now();
    const host = new FakeHost().answer('storage.get.request', () => {
      at.push(Math.round((Date.now() - begun) / 100) / 10);
      return undefined;
    });
    const { sdk } = workerOf(host);
    const failed = expect(sdk.storage.get('k')).rejects.toBeInstanceOf(PosPluginSdkTimeoutError);
    await vi.advanceTimersByTimeAsync(125_000);
    await failed;
    expect(at).toEqual([0, 30, 61, 93]);
    expect(new Set(host.sent('storage.get.request').map(({ callbackId }) => callbackId)).size).toBe(4);
  });

  test('E-5: an answer to a later attempt is the answer', async () => {
    let asked = 0;
    const host = new FakeHost().answer('secure-store.get.request', () =>
      ++asked === 2 ? { complete: true, value: 'v' } : undefined,
    );
    const got = workerOf(host).sdk.secureStore.get('k');
    await vi.advanceTimersByTimeAsync(31_000);
    await expect(got).resolves.toBe('v');
  });

  test('E-5: a refusal is not asked again', async () => {
    const host = new FakeHost().answer('storage.set.request', { complete: false, errorMessage: '가득' });
    await expect(workerOf(host).sdk.storage.set('k', 'v')).rejects.toThrow('가득');
    expect(host.sent('storage.set.request')).toHaveLength(1);
  });
});

describe('the cache (wire §10)', () => {
  test('H-79: calls at one time share a question, later ones its answer', async () => {
    const host = new FakeHost().answer('merchant.info.request', { complete: true, merchant: { id: 1 } });
    const { sdk } = workerOf(host);
    await Promise.all([sdk.merchant.getMerchant(), sdk.merchant.getMerchant()]);
    await sdk.merchant.getMerchant();
    expect(host.sent('merchant.info.request')).toHaveLength(1);
    await sdk.plugin.getPluginInfo();
    expect(host.sent('plugin.info.request')).toHaveLength(1);
  });

  test('H-79: a failure is not kept', async () => {
    const host = new FakeHost().answer('device.info.request', { complete: false, errorMessage: 'x' });
    const { sdk } = workerOf(host);
    await expect(sdk.device.getDeviceInfo()).rejects.toThrow();
    host.answer('device.info.request', { complete: true, device: { name: 'jumak' } });
    await expect(sdk.device.getDeviceInfo()).resolves.toEqual({ name: 'jumak' });
  });
});

describe('the rate limit (README §7)', () => {
  async function call(sdk: ReturnType<typeof workerOf>['sdk'], times: number): Promise<void> {
    for (let done = 0; done < times; done++) await sdk.order.getOrder('o-1');
  }

  test('H-79: the 101st call of a minute rejects before sending; other members go on', async () => {
    const host = new FakeHost().answer('order.get.request', order).answer('order.search.request', {
      complete: true,
      orders: [],
    });
    const { sdk } = workerOf(host);
    await call(sdk, 100);
    const error = await sdk.order.getOrder('o-1').catch((why: unknown) => why);
    expect(error).toBeInstanceOf(PosPluginSdkRateLimitError);
    expect(error).toBeInstanceOf(PosPluginSdkError);
    expect(error).toMatchObject({ code: 'RATE_LIMITED', data: { retryAfterMs: 60_000 } });
    expect(host.sent('order.get.request')).toHaveLength(100);
    await expect(sdk.order.search()).resolves.toEqual([]);
  });

  test('H-79: the windows slide: a minute later it goes on, to 200 in half an hour', async () => {
    const { sdk } = workerOf(new FakeHost().answer('order.get.request', order));
    await call(sdk, 100);
    await vi.advanceTimersByTimeAsync(60_000);
    await call(sdk, 100);
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(sdk.order.getOrder('o-1')).rejects.toMatchObject({ data: { retryAfterMs: 1_680_000 } });
    await vi.advanceTimersByTimeAsync(1_680_000);
    await call(sdk, 100);
  });

  test('H-79: storage, settings and the cart are not limited', async () => {
    const { sdk } = workerOf(new FakeHost().answer('storage.get.request', { complete: true }));
    for (let done = 0; done < 150; done++) await sdk.storage.get('k');
  });

  test('H-79: inside a POS it cannot be switched off', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { sdk, channel } = workerOf(new FakeHost().answer('order.get.request', order));
    channel.configure({ rateLimit: false });
    expect(warn).toHaveBeenCalledOnce();
    await call(sdk, 100);
    await expect(sdk.order.getOrder('o-1')).rejects.toBeInstanceOf(PosPluginSdkRateLimitError);
    warn.mockRestore();
  });
});

describe('early events (wire §14)', () => {
  const change = (id: string): Record<string, unknown> => ({ event: 'add', order: { id } });

  test('E-8: a change in the first ten seconds waits for its handler, 100 at most', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    for (let n = 0; n < 150; n++) host.push('order.change.event', change(`o-${String(n)}`));
    const heard: string[] = [];
    await sdk.order.on('add', (id) => heard.push(id));
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toHaveLength(100);
    expect(heard[0]).toBe('o-0');
    host.push('order.change.event', change('later'));
    expect(heard[100]).toBe('later');
  });

  test('E-8: after ten seconds nothing of it is left', async () => {
    const host = new FakeHost();
    const { sdk } = workerOf(host);
    host.push('order.change.event', change('o-1'));
    await vi.advanceTimersByTimeAsync(10_000);
    host.push('order.change.event', change('o-2'));
    const heard: string[] = [];
    await sdk.order.on('add', (id) => heard.push(id));
    await vi.advanceTimersByTimeAsync(0);
    expect(heard).toEqual([]);
  });

  test('E-8: a scan and a message of another plugin wait as long as it takes', async () => {
    const host = new FakeHost().answer('plugin.info.request', INFO);
    const { sdk } = workerOf(host);
    await vi.advanceTimersByTimeAsync(20_000);
    host.push('barcode.event', { barcode: '880' });
    host.push('plugin.unicast.event', { from: 'kitchen', to: 'lamp', message: 1 });
    const scans: string[] = [];
    const messages: unknown[] = [];
    await sdk.barcode.on('scan', (code) => scans.push(code));
    sdk.pluginUnicast.listen('message', (message, from) => messages.push([message, from]));
    await vi.advanceTimersByTimeAsync(0);
    expect([scans, messages]).toEqual([['880'], [[1, 'kitchen']]]);
  });
});
