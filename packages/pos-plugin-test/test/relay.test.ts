import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Refused, Relay } from '../src/relay.js';
import type { Envelope } from '../src/session.js';

let relay: Relay;
let shop: Envelope[];
let plugin: Envelope[];

beforeEach(() => {
  vi.useRealTimers();
  shop = [];
  plugin = [];
  relay = new Relay(
    (envelope) => shop.push(envelope),
    (envelope) => plugin.push(envelope),
  );
});

const request = (callbackId: string, name = 'order.add.request'): Envelope => ({
  name,
  version: 1,
  callbackId,
  data: { order: {} },
});
const reply = (callbackId: string): Envelope => ({ name: 'x', callbackId, data: { complete: true } });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a relay between plugin and shop', () => {
  test('H-79: envelopes pass unchanged, and calls are remembered with their replies', () => {
    relay.fromPlugin(request('a'));
    relay.fromPlugin({ name: 'toast.open', version: 2, data: { message: 'm' } });
    relay.fromPlugin({ name: 'log', version: 1, data: {} });
    relay.fromShop(reply('a'));
    expect(shop.map(({ name }) => name)).toEqual(['order.add.request', 'toast.open', 'log']);
    expect(shop[0]).toEqual(request('a'));
    expect(plugin).toEqual([reply('a')]);
    expect(relay.calls).toEqual([
      { kind: 'request', name: 'order.add.request', data: { order: {} }, reply: { complete: true } },
      { kind: 'notification', name: 'toast.open', data: { message: 'm' } },
    ]);
  });

  test('NET-1: a lost reply is done by the shop and never comes, once', () => {
    relay.fault('order.add.request', 'lost-reply');
    relay.fromPlugin(request('a'));
    relay.fromShop(reply('a'));
    relay.fromPlugin(request('b'));
    relay.fromShop(reply('b'));
    expect(shop).toHaveLength(2);
    expect(plugin).toEqual([reply('b')]);
  });

  test('NET-1: a lost message never arrives', () => {
    relay.fault('order.add.request', 'lost');
    relay.fromPlugin(request('a'));
    relay.fault('order.change.event', 'lost');
    relay.fromShop({ name: 'order.change.event', data: {} });
    expect([shop, plugin]).toEqual([[], []]);
  });

  test('PAY-6: a duplicate arrives twice, its second reply does not show', () => {
    relay.fault('payment.add.request', 'duplicate');
    relay.fromPlugin(request('a', 'payment.add.request'));
    expect(shop.map(({ callbackId }) => callbackId)).toEqual(['a', 'a-again']);
    relay.fromShop(reply('a'));
    relay.fromShop(reply('a-again'));
    expect(plugin).toEqual([reply('a')]);
    relay.fault('order.change.event', 'duplicate');
    relay.inject('order.change.event', { event: 'add' });
    expect(plugin).toHaveLength(3);
  });

  test('OFF-6: locked and offline are refused as the shop refuses', async () => {
    relay.fault('order.add.request', 'locked');
    relay.fault('order.add.request', 'offline');
    relay.fromPlugin(request('a'));
    relay.fromPlugin(request('b'));
    await turn();
    expect(shop).toEqual([]);
    expect(plugin.map(({ callbackId, data }) => [callbackId, data])).toMatchObject([
      ['a', { complete: false, error: { code: 'LOCKED', reason: 'PAYMENT_IN_PROGRESS' } }],
      ['b', { complete: false, error: { code: 'HOST_UNAVAILABLE' } }],
    ]);
  });

  test('H-79: a delayed reply comes late', async () => {
    vi.useFakeTimers();
    relay.fault('order.add.request', { delayMs: 500 });
    relay.fromPlugin(request('a'));
    expect(shop).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(shop).toEqual([request('a')]);
  });

  test('H-79: while offline nothing passes, afterwards all of it in order', () => {
    relay.offline();
    relay.fromPlugin(request('a'));
    relay.fromShop({ name: 'order.change.event', data: {} });
    expect([shop, plugin]).toEqual([[], []]);
    relay.online();
    expect([shop.length, plugin.length]).toEqual([1, 1]);
  });

  test('H-79: scripted answers stand in for the shop, refusals included', async () => {
    relay.answer('http.request', ({ url }) => {
      if (url === 'https://off.example') throw new Refused('ACL_DENIED', '허용 목록에 없습니다');
      return { code: 200, body: String(url), headers: [] };
    });
    relay.fromPlugin({ name: 'http.request', callbackId: 'a', data: { url: 'https://a.example' } });
    relay.fromPlugin({ name: 'http.request', callbackId: 'b', data: { url: 'https://off.example' } });
    await turn();
    expect(plugin.map(({ data }) => data)).toEqual([
      { complete: true, code: 200, body: 'https://a.example', headers: [] },
      { complete: false, errorMessage: '허용 목록에 없습니다', error: { code: 'ACL_DENIED' } },
    ]);
    expect(shop).toEqual([]);
  });

  test('H-79: the plugin is asked as the shop asks', async () => {
    const answer = relay.ask('payment.event.request', { event: 'before-cancel' });
    const { callbackId, name } = plugin[0] ?? {};
    expect(name).toBe('payment.event.request');
    relay.fromPlugin({
      name: 'payment.event.response',
      callbackId: callbackId ?? '',
      data: { complete: true },
    });
    expect(await answer).toEqual({ complete: true });
    expect(shop).toEqual([]);
  });
});
