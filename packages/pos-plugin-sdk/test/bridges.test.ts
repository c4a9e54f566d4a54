import { afterEach, describe, expect, test, vi } from 'vitest';
import { FakeHost, settle, workerOf } from './host.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const URL_A = 'wss://partner.example/a';

function connected(): FakeHost {
  const done = { complete: true };
  return new FakeHost()
    .answer('websocket.connect.request', done)
    .answer('websocket.disconnect.request', done);
}

describe('sockets through the shop (wire §8.3)', () => {
  test('H-79: told apart by URL; what happens before a listener is kept', async () => {
    const host = connected();
    const { sdk } = workerOf(host);
    const a = await sdk.websocket.create(URL_A);
    const b = await sdk.websocket.create('wss://partner.example/b');
    for (const data of ['1', '2']) host.push('websocket.event', { url: URL_A, event: 'message', data });
    host.push('websocket.event', { url: 'wss://partner.example/b', event: 'message', data: 'other' });
    const heard: string[] = [];
    a.onMessage((data) => heard.push(data));
    b.onMessage((data) => heard.push(`b ${data}`));
    await settle();
    host.push('websocket.event', { url: URL_A, event: 'message', data: '3' });
    await settle();
    expect(heard).toEqual(['1', '2', 'b other', '3']);
  });

  test('H-79: of what is kept the oldest goes first, at a thousand', async () => {
    const host = connected();
    const a = await workerOf(host).sdk.websocket.create(URL_A);
    for (let n = 0; n < 1_001; n++) {
      host.push('websocket.event', { url: URL_A, event: 'message', data: String(n) });
    }
    const heard: string[] = [];
    a.onMessage((data) => heard.push(data));
    await settle();
    expect([heard.length, heard[0]]).toEqual([1_000, '1']);
  });

  test('H-79: open, close with its code as text, and errors', async () => {
    const host = connected();
    const a = await workerOf(host).sdk.websocket.create(URL_A);
    const heard: unknown[] = [];
    a.onOpen(() => heard.push('open'));
    a.onClose((code) => heard.push(code));
    a.onError((name, message) => heard.push([name, message]));
    host.push('websocket.event', { url: URL_A, event: 'open' });
    host.push('websocket.event', { url: URL_A, event: 'error', errorName: 'NETWORK', errorMessage: 'reset' });
    host.push('websocket.event', { url: URL_A, event: 'close', code: '1006' });
    await settle();
    expect(heard).toEqual(['open', ['NETWORK', 'reset'], '1006']);
  });

  test('H-79: an open event is not lost, whether it comes before or after the reply', async () => {
    const host = new FakeHost().answer('websocket.connect.request', ({ url }) => {
      host.push('websocket.event', { url, event: 'open' });
      return { complete: true };
    });
    const opened = vi.fn();
    (await workerOf(host).sdk.websocket.create(URL_A)).onOpen(opened);
    await settle();
    expect(opened).toHaveBeenCalledOnce();
  });

  test('H-79: connect does nothing while it is open, and opens a closed one again', async () => {
    const host = connected();
    const a = await workerOf(host).sdk.websocket.create(URL_A);
    await a.connect();
    expect(host.sent('websocket.connect.request')).toHaveLength(1);
    host.push('websocket.event', { url: URL_A, event: 'close', code: '1000' });
    await a.connect();
    expect(host.sent('websocket.connect.request')).toHaveLength(2);
  });

  test('H-79: a second create ends the first, whose end it does not take for its own', async () => {
    const host = connected();
    const { sdk } = workerOf(host);
    const first = await sdk.websocket.create(URL_A);
    host.answer('websocket.connect.request', ({ url }) => {
      host.push('websocket.event', { url, event: 'close', code: '1000' });
      return { complete: true };
    });
    const second = await sdk.websocket.create(URL_A);
    const ended: string[] = [];
    first.onClose(() => ended.push('first'));
    second.onClose(() => ended.push('second'));
    await settle();
    expect(ended).toEqual(['first']);
  });

  test('H-79: a refused connection rejects', async () => {
    const refused = { complete: false, errorMessage: '허용되지 않은 주소', error: { code: 'ACL_DENIED' } };
    const host = new FakeHost().answer('websocket.connect.request', refused);
    await expect(workerOf(host).sdk.websocket.create(URL_A)).rejects.toMatchObject({ code: 'ACL_DENIED' });
  });
});

describe('http (wire §8.2)', () => {
  test('H-79: any status resolves, with code, body and headers', async () => {
    const answer = { code: 404, body: 'none', headers: [['X', '1']] };
    const host = new FakeHost().answer('http.request', { complete: true, ...answer });
    await expect(workerOf(host).sdk.http.get('https://a.example')).resolves.toEqual(answer);
  });

  test('H-79: a refusal of the allow-list rejects and names the origin', async () => {
    const host = new FakeHost().answer('http.request', {
      complete: false,
      errorMessage: '허용 목록에 없습니다',
      error: { code: 'ACL_DENIED', data: { origin: 'https://a.example' } },
    });
    await expect(workerOf(host).sdk.http.get('https://a.example/x')).rejects.toMatchObject({
      code: 'ACL_DENIED',
      data: { origin: 'https://a.example' },
    });
  });
});

describe('popups (wire §8.1)', () => {
  test('H-79: a failure is answered, not thrown', async () => {
    const host = new FakeHost().answer('popup.request', {
      complete: false,
      errorMessage: '이미 열려 있습니다',
    });
    await expect(workerOf(host).sdk.ui.openBarcode({ productName: '식권' })).resolves.toEqual({
      type: 'barcode',
      complete: false,
      errorMessage: '이미 열려 있습니다',
    });
  });
});

describe('the log channel (wire §12)', () => {
  interface Log {
    type: string;
    log: Record<string, unknown>;
  }
  const logs = (host: FakeHost): Log[] => host.sent('log').map(({ data }) => data as Log);

  test('H-79: a line for each message sent and received, with its keys', async () => {
    const host = new FakeHost().answer('order.get.request', { complete: true, order: { id: 'o-1' } });
    const { sdk } = workerOf(host);
    await sdk.order.getOrder('o-1');
    await settle();
    const [first] = logs(host);
    expect(first?.type).toBe('debug');
    expect(Object.keys(first?.log ?? {}).sort()).toEqual(
      ['title', 'timestamp', 'contents', 'level', 'phase', 'sessionId', 'plugin_name', 'plugin_version'] //
        .concat(['extension_name', 'extension_version'])
        .sort(),
    );
    expect(first?.log).toMatchObject({ title: 'eventMessage', level: 'LOG', plugin_name: 'lamp' });
    const directions = logs(host).map(({ log }) => (log['contents'] as { direction: string }).direction);
    expect(directions.filter((way) => way === 'sent')).toHaveLength(2);
    expect(directions.filter((way) => way === 'received')).toHaveLength(2);
  });

  test('SEC-3: personal data and secrets are starred, in objects and in header pairs', async () => {
    const done = { complete: true };
    const host = new FakeHost()
      .answer('cash-receipt.issue.request', done)
      .answer('http.request', { ...done, code: 200, body: '', headers: [] })
      .answer('secure-store.get.request', { ...done, value: 'hush-1' })
      .answer('waiting.add.request', done);
    const { sdk } = workerOf(host);
    const cardNumber = '01012345678';
    await sdk.cashReceipt.add({ orderId: 'o', amount: 1, issueDate: '1', issueNumber: '1', cardNumber });
    await sdk.http.post('https://a.example', {}, [['Authorization', 'Bearer hush-2']]);
    await sdk.secureStore.get('token');
    await sdk.ext.waiting.add({ numGuests: 2, phone: '01099998888' });
    await settle();
    const text = JSON.stringify(logs(host));
    for (const secret of [cardNumber, 'hush-1', 'hush-2', '01099998888']) expect(text).not.toContain(secret);
    expect(host.sent('cash-receipt.issue.request')[0]?.data).toMatchObject({ cardNumber });
  });

  test('H-79: a long list is cut in the log, not in the reply', async () => {
    const catalogs = Array.from({ length: 5_000 }, (_, id) => ({ id }));
    const host = new FakeHost().answer('catalog-item.list.request', { complete: true, catalogs });
    await expect(workerOf(host).sdk.catalog.getCatalogs()).resolves.toHaveLength(5_000);
    await settle();
    expect(JSON.stringify(logs(host)).length).toBeLessThan(5_000);
  });
});

describe('uncaught errors', () => {
  test('E-13: they are logged, told to listeners, and left to the console', async () => {
    const { Uncaught } = await import('../src/uncaught.js');
    const host = new FakeHost();
    const { channel } = workerOf(host);
    const uncaught = new Uncaught(channel);
    const listeners = new Map<string, (event: object) => void>();
    uncaught.watch({ addEventListener: (type, listener) => void listeners.set(type, listener) });
    const heard = vi.fn();
    uncaught.listen(heard);
    const error = new Error('lost');
    const preventDefault = vi.fn();
    listeners.get('error')?.({ error, preventDefault });
    listeners.get('unhandledrejection')?.({ reason: 'why' });
    await settle();
    expect(heard.mock.calls).toEqual([[error], ['why']]);
    expect(preventDefault).not.toHaveBeenCalled();
    const titles = host.sent('log').map(({ data }) => (data as Log).log['title']);
    expect(titles.filter((title) => title === 'onError')).toHaveLength(2);
  });

  interface Log {
    log: Record<string, unknown>;
  }
});
