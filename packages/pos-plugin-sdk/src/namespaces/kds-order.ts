import type { Unsubscribe } from '../calls.js';
import type { Channel } from '../channel.js';
import { assertValid, keys, number } from '../check.js';
import type { PluginKdsOrderItemPage, PluginKdsOrderItemQuery } from '../types.js';
import { idIn, whole } from './reply.js';

export function kdsOrderNamespace(channel: Channel) {
  return {
    /** A page of the kitchen's tickets, oldest first; read on until `last`. */
    async getKdsOrderItems(query: PluginKdsOrderItemQuery): Promise<PluginKdsOrderItemPage> {
      assertValid(keys({ page: number, size: number }), query);
      return whole(await channel.call('kds-order-item.get-list.request', { ...query }));
    },
    /** Hears of tickets, by id. */
    on(event: 'open' | 'complete' | 'cancel', callback: (ticketId: string) => unknown): Promise<Unsubscribe> {
      return channel.on('kds-order-item.change.event', event, (data) => callback(idIn(data, 'kdsOrder')));
    },
  };
}
