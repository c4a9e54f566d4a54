import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect, type ConnectOptions } from '../src/connect.js';
import type { Envelope } from '../src/envelope.js';
import { PosPluginSdkConnectionError, PosPluginSdkError } from '../src/errors.js';
import type { WebSocketLike } from '../src/socket.js';

type Data = Record<string, unknown>;

const SESSION = { complete: true, scopes: ['order:read'], seq: 10, resumed: false, serverTime: 't' };

/** A shop at the other end of every socket that is opened. */
class FakeShop {
  readonly sockets: FakeSocket[] = [];
  readonly answers = new Map<string, Data | ((data: Data) => Data | undefined)>([
    ['session.open.request', SESSION],
    ['plugin.info.request', { complete: true, name: 'service', version: '1' }],
    ['subscribe.request', { complete: true, names: [] }],
    ['session.ping.request', { complete: true }],
  ]);
  isDown = false;

  readonly WebSocket = shopSocket(this);

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('nobody connected');
    return socket;
  }

  options(more: Partial<ConnectOptions> = {}): ConnectOptions {
    return { url: 'http://shop.example', token: 't', WebSocket: this.WebSocket, ...more };
  }
}

class FakeSocket implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data?: unknown }) => void) | null = null;
  onclose: ((event: { reason?: unknown }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly received: Envelope[] = [];

  constructor(
    private readonly shop: FakeShop,
    readonly url: string,
  ) {
    shop.sockets.push(this);
    queueMicrotask(() => {
      if (shop.isDown) this.onclose?.({ reason: 'refused' });
      else this.onopen?.();
    });
  }

  send(text: string): void {
    const envelope = JSON.parse(text) as Envelope;
    this.received.push(envelope);
    const answer = this.shop.answers.get(envelope.name);
    const data = typeof answer === 'function' ? answer(envelope.data as Data) : answer;
    if (data === undefined) return;
    queueMicrotask(() => {
      this.deliver({ name: 'x.response', version: 1, callbackId: envelope.callbackId, data });
    });
  }

  close(): void {
    this.onclose?.({});
  }

  deliver(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  push(name: string, data: Data, seq?: number): void {
    this.deliver({ name, version: 1, data, seq });
  }

  names(): string[] {
    return this.received.map(({ name }) => name);
  }
}

function shopSocket(shop: FakeShop): new (url: string) => WebSocketLike {
  return class extends FakeSocket {
    constructor(url: string) {
      super(shop, url);
    }
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const added = (id: string): Data => ({ event: 'add', order: { id } });

describe('a shop reached by token (wire §9)', () => {
  test('H-79: the session is opened first, then plugin info is asked', async () => {
    const shop = new FakeShop();
    const pos = await connect(shop.options({ name: 'board', deviceId: 'd-1' }));
    expect(shop.socket.url).toBe('ws://shop.example/v1/socket');
    expect(shop.socket.received[0]).toMatchObject({
      name: 'session.open.request',
      data: { token: 't', client: { name: 'board', deviceId: 'd-1' } },
    });
    expect(shop.socket.names()).toContain('plugin.info.request');
    expect(pos.session.scopes).toEqual(['order:read']);
    pos.close();
  });

  test('H-79: a bad token rejects with what the shop says, an absent shop as unavailable', async () => {
    const shop = new FakeShop();
    const refused = { complete: false, errorMessage: '토큰', error: { code: 'UNAUTHENTICATED' } };
    shop.answers.set('session.open.request', refused);
    await expect(connect(shop.options())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    shop.isDown = true;
    await expect(connect(shop.options())).rejects.toBeInstanceOf(PosPluginSdkConnectionError);
  });

  test('H-79: where there is no WebSocket it says what to do', async () => {
    vi.stubGlobal('WebSocket', undefined);
    const error: unknown = await connect({ url: 'ws://shop.example/v1/socket', token: 't' }).catch(
      (why: unknown) => why,
    );
    vi.unstubAllGlobals();
    expect(error).toBeInstanceOf(PosPluginSdkError);
    expect((error as Error).message).toContain('Node 22');
  });

  test('H-79: the limit on calls is off, writes carry a command id', async () => {
    const shop = new FakeShop();
    shop.answers.set('order.get.request', { complete: true, order: { id: '1' } });
    shop.answers.set('order.cancel.request', { complete: true });
    const pos = await connect(shop.options());
    for (let n = 0; n < 120; n++) await pos.order.getOrder('1');
    await pos.order.cancel('1');
    const sent = shop.socket.received.at(-1)?.data as Data;
    expect(sent['commandId']).toMatch(/^[A-Za-z0-9]{24}$/);
    pos.close();
  });

  test('H-79: only pushes somebody listens to are asked for, before a call can cause them', async () => {
    const shop = new FakeShop();
    shop.answers.set('order.get.request', { complete: true, order: {} });
    const pos = await connect(shop.options());
    let taken: (() => void) | undefined;
    shop.answers.set('subscribe.request', () => {
      const { callbackId } = shop.socket.received.at(-1) as Envelope;
      taken = () => {
        shop.socket.deliver({ name: 'x', callbackId, data: { complete: true } });
      };
      return undefined;
    });
    const on = pos.order.on('add', () => undefined);
    const got = pos.order.getOrder('1');
    await vi.advanceTimersByTimeAsync(100);
    expect(shop.socket.names().at(-1)).toBe('subscribe.request');
    expect(shop.socket.received.at(-1)?.data).toEqual({ names: ['order.change.event'] });
    taken?.();
    await got;
    (await on)();
    pos.close();
  });

  test('OFF-9: a lost connection comes back, resumes after what was handled, and drops repeats', async () => {
    const shop = new FakeShop();
    const pos = await connect(shop.options());
    const heard: string[] = [];
    let finish: (() => void) | undefined;
    await pos.order.on('add', (id) => {
      heard.push(id);
      if (id !== 'slow') return undefined;
      return new Promise<void>((resolve) => (finish = resolve));
    });
    shop.socket.push('order.change.event', added('a'), 11);
    shop.socket.push('order.change.event', added('slow'), 12);
    shop.socket.push('order.change.event', added('c'), 13);
    await vi.advanceTimersByTimeAsync(0);
    expect([heard, pos.handled]).toEqual([['a', 'slow'], 11]);
    shop.answers.set('session.open.request', { ...SESSION, seq: 13, resumed: true });
    shop.socket.onclose?.({});
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shop.sockets).toHaveLength(2);
    expect(shop.socket.received[0]?.data).toMatchObject({ resumeAfter: 11 });
    expect(shop.socket.names()).toContain('subscribe.request');
    shop.socket.push('order.change.event', added('slow'), 12);
    finish?.();
    await vi.advanceTimersByTimeAsync(0);
    expect([heard, pos.handled]).toEqual([['a', 'slow', 'c'], 13]);
    pos.close();
  });

  test('OFF-9: what can no longer be replayed is told', async () => {
    const shop = new FakeShop();
    const pos = await connect(shop.options());
    const gap = vi.fn();
    pos.onGap(gap);
    shop.answers.set('session.open.request', { ...SESSION, seq: 99, resumed: false });
    shop.socket.onclose?.({});
    await vi.advanceTimersByTimeAsync(1_000);
    expect(gap).toHaveBeenCalledOnce();
    expect(pos.handled).toBe(99);
    pos.close();
  });

  test('H-79: it tries again after half a second, doubling, until the shop is back', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    const shop = new FakeShop();
    const pos = await connect(shop.options());
    shop.isDown = true;
    shop.socket.onclose?.({});
    await vi.advanceTimersByTimeAsync(500 + 1_000 + 2_000);
    expect(shop.sockets).toHaveLength(4);
    shop.isDown = false;
    await vi.advanceTimersByTimeAsync(4_000);
    shop.answers.set('order.get.request', { complete: true, order: { id: '1' } });
    await expect(pos.order.getOrder('1')).resolves.toEqual({ id: '1' });
    pos.close();
  });

  test('H-79: reads wait for the connection and are sent again, a write that was sent is given up by name', async () => {
    const shop = new FakeShop();
    const pos = await connect(shop.options());
    const read = pos.order.getOrder('1');
    const write = pos.order.cancel('1').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(0);
    shop.answers.set('order.get.request', { complete: true, order: { id: '1' } });
    shop.answers.set('order.complete.request', { complete: true, order: { id: '2' } });
    shop.answers.set('command.get.request', { complete: true, state: 'done', reply: {} });
    shop.socket.onclose?.({});
    const unsent = pos.order.complete('2');
    const error = await write;
    expect(error).toBeInstanceOf(PosPluginSdkConnectionError);
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(read).resolves.toEqual({ id: '1' });
    await expect(unsent).resolves.toEqual({ id: '2' });
    const { commandId } = error as PosPluginSdkConnectionError;
    await expect(pos.commandResult(commandId ?? '')).resolves.toMatchObject({ state: 'done' });
    pos.close();
  });

  test('H-79: a silent connection is asked, then given up', async () => {
    const shop = new FakeShop();
    const pos = await connect(shop.options());
    shop.answers.delete('session.ping.request');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(shop.socket.names()).toContain('session.ping.request');
    await vi.advanceTimersByTimeAsync(16_000);
    expect(shop.sockets.length).toBeGreaterThan(1);
    pos.close();
  });

  test('H-79: closed is closed', async () => {
    const shop = new FakeShop();
    const pos = await connect(shop.options());
    const waiting = pos.order.getOrder('1').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(0);
    pos.close();
    expect(await waiting).toBeInstanceOf(PosPluginSdkConnectionError);
    await expect(pos.order.getOrder('1')).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shop.sockets).toHaveLength(1);
  });

  test('H-79: questions of the shop are answered over a socket too', async () => {
    const shop = new FakeShop();
    const pos = await connect(shop.options());
    const off = await pos.payment.on('before-cancel', () => Promise.reject(new Error('no')));
    shop.socket.deliver({ name: 'payment.event.request', callbackId: 'q', data: { payload: {} } });
    await vi.advanceTimersByTimeAsync(0);
    expect(shop.socket.received.at(-1)).toMatchObject({ callbackId: 'q', data: { complete: false } });
    off();
    pos.close();
  });

  test('H-8: payment methods and a screen kept awake are asked for again, sockets are told to have broken', async () => {
    const shop = new FakeShop();
    for (const name of ['start-blocking', 'stop-blocking'])
      shop.answers.set(`power-saver.${name}.request`, { complete: true });
    shop.answers.set('websocket.connect.request', { complete: true });
    const pos = await connect(shop.options());
    const callbacks = { payCallback: vi.fn(), cancelCallback: vi.fn() };
    for (const id of ['card', 'gone'])
      await pos.paymentMethod.add({ data: { id, image: '', paymentName: '카드' }, ...callbacks });
    pos.ext.paymentMethod.remove({ id: 'gone' });
    for (let count = 0; count < 3; count++) await pos.powerSaver.startBlocking();
    await pos.powerSaver.stopBlocking();
    const socket = await pos.websocket.create('wss://live.example');
    const closed = vi.fn();
    socket.onClose(closed);
    for (let blip = 1; blip <= 2; blip++) {
      shop.socket.onclose?.({});
      const late = { data: { id: 'late', image: '', paymentName: '늦은' }, ...callbacks };
      if (blip === 1) await pos.paymentMethod.add(late);
      await vi.advanceTimersByTimeAsync(1_000);
      const held = shop.socket.received.filter(({ name }) => /^(payment|power|websocket)/.test(name));
      expect(held.map(({ name, data }) => [name, (data as Data)['id']])).toEqual([
        ['payment.method.add', 'card'],
        ['payment.method.add', 'late'],
        ['power-saver.start-blocking.request', undefined],
        ['power-saver.start-blocking.request', undefined],
      ]);
      expect(closed.mock.calls).toEqual([['1006']]);
    }
    await socket.connect();
    expect(shop.socket.names().at(-1)).toBe('websocket.connect.request');
    pos.close();
  });

  test('PAY-8, NET-1: an approval reaches the shop though the connection is down or dead when it is given', async () => {
    const shop = new FakeShop();
    shop.answers.set('order.get.request', { complete: true, order: {} });
    const pos = await connect(shop.options());
    const charges: ((approval: object) => void)[] = [];
    await pos.paymentMethod.add({
      data: { id: 'card', image: '', paymentName: '카드' },
      payCallback: () => new Promise((resolve) => charges.push(resolve as (approval: object) => void)),
      cancelCallback: () => Promise.resolve(undefined),
    });
    const ask = (callbackId: string): void => {
      const data = { event: 'pay', id: 'card', order: {}, price: {} };
      shop.socket.deliver({ name: 'payment.method.event.request', version: 1, callbackId, data });
    };
    const approve = async (paymentKey: string): Promise<void> => {
      charges.shift()?.({ approvedAt: '2026-02-02T12:00:00', paymentKey });
      await vi.advanceTimersByTimeAsync(0);
    };
    const heard = (): unknown[] =>
      shop.socket.received.flatMap(({ callbackId, data }) =>
        callbackId?.startsWith('host:') === true
          ? [[callbackId, ((data as Data)['paymentDto'] as Data)['paymentKey']]]
          : [],
      );
    const again = async (): Promise<void> => {
      shop.socket.onclose?.({});
      await vi.advanceTimersByTimeAsync(1_000);
    };
    for (const id of ['host:pay:1', 'host:pay:2', 'host:7']) ask(id);
    await vi.advanceTimersByTimeAsync(0);
    await approve('into a dead connection');
    shop.socket.onclose?.({});
    await approve('while there is none');
    await approve('nobody waits for it any more');
    await vi.advanceTimersByTimeAsync(1_000);
    const approvals = [
      ['host:pay:1', 'into a dead connection'],
      ['host:pay:2', 'while there is none'],
    ];
    expect(heard()).toEqual(approvals);
    await again();
    expect(heard()).toEqual(approvals);
    ask('host:pay:2');
    await again();
    expect(heard()).toEqual([approvals[0]]);
    await pos.order.getOrder('1');
    await again();
    expect(heard()).toEqual([]);
    pos.close();
  });
});
