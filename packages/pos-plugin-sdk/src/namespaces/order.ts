import { id, mendedOrder, orderDto } from '../arguments.js';
import type { Unsubscribe } from '../calls.js';
import type { Channel } from '../channel.js';
import { assertValid, keys, optional, number } from '../check.js';
import { isRecord } from '../errors.js';
import type { PluginOrder, PluginOrderDto, PluginOrderQuery, PluginOrderSearch } from '../types.js';
import { idIn, value } from './reply.js';

type OrderEvent = 'add' | 'update' | 'accept' | 'decline' | 'expire' | 'complete' | 'call';
type OrderListener = (order: PluginOrder) => unknown;
type IdListener = (orderId: string) => unknown;

/** The wire carries this list with every list request; nobody filters by it (contract, wire §4). */
const PAYMENT_STATES = ['OPENED', 'PAID', 'CANCELLED', 'COMPLETED', 'REFUNDED'];

const page = keys({ page: optional(number), size: optional(number) });

export function orderNamespace(channel: Channel) {
  async function cancelled(data: Record<string, unknown>): Promise<PluginOrder> {
    const order = data['order'];
    if (isRecord(order) && 'lineItems' in order) return value(data, 'order');
    // The original POS tells the id only. Not a call of the plugin's, so it does not count against its limit.
    return value(await channel.request('order.get.request', { id: idIn(data, 'order') }), 'order');
  }

  function on(event: 'cancel', callback: OrderListener): Promise<Unsubscribe>;
  function on(event: OrderEvent, callback: IdListener): Promise<Unsubscribe>;
  function on(event: OrderEvent | 'cancel', callback: OrderListener | IdListener): Promise<Unsubscribe> {
    return channel.on('order.change.event', event, (data) =>
      event === 'cancel'
        ? cancelled(data).then(callback as OrderListener)
        : (callback as IdListener)(idIn(data, 'order')),
    );
  }

  return {
    /** Makes an order. The same `orderKey` and content again gives the order that is there. */
    async add(order: PluginOrderDto): Promise<PluginOrder> {
      assertValid(orderDto, order);
      return value(await channel.call('order.add.request', { order: mendedOrder(order) }), 'order');
    },
    /** A further round: the whole desired order, or what is new, by the plugin's profile. */
    async addMenu(orderId: string, order: PluginOrderDto): Promise<PluginOrder> {
      assertValid(id, orderId);
      assertValid(orderDto, order);
      const data = { id: orderId, order: mendedOrder(order) };
      return value(await channel.call('order.add-menu.request', data), 'order');
    },
    /** Ends an order; one that is cancelled already stays so. */
    async cancel(orderId: string): Promise<void> {
      assertValid(id, orderId);
      await channel.call('order.cancel.request', { id: orderId });
    },
    /** Hands an order over; in shops that are paid afterwards. */
    async complete(orderId: string): Promise<PluginOrder> {
      assertValid(id, orderId);
      return value(await channel.call('order.complete.request', { id: orderId }), 'order');
    },
    /** One order in any state. Rejects NOT_FOUND. */
    async getOrder(orderId: string): Promise<PluginOrder> {
      assertValid(id, orderId);
      return value(await channel.call('order.get.request', { id: orderId }), 'order');
    },
    /** A period of orders, newest first; a page shorter than `size` is the last. */
    async getOrders(query: PluginOrderQuery = {}): Promise<PluginOrder[]> {
      assertValid(page, query);
      const { start, end, orderStates } = query;
      const wanted = { start, end, page: query.page, size: query.size, orderStates, status: orderStates };
      return value(
        await channel.call('order.get-list.request', { ...wanted, states: PAYMENT_STATES }),
        'orders',
      );
    },
    /** Orders by table, state, key and period. */
    async search(query: PluginOrderSearch = {}): Promise<PluginOrder[]> {
      assertValid(page, query);
      return value(await channel.call('order.search.request', { ...query }), 'orders');
    },
    /** Hears of orders, by id; `cancel` gives the order. */
    on,
  };
}
