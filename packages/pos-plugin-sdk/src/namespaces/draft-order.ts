import { draftLine, mendedDraftLine } from '../arguments.js';
import type { Unsubscribe } from '../calls.js';
import type { Channel, Data } from '../channel.js';
import { assertValid } from '../check.js';
import type { PluginDraftOrder, PluginDraftOrderItemDto, PluginOrderItemOptionChoice } from '../types.js';
import { value } from './reply.js';

export function draftOrderNamespace(channel: Channel) {
  async function cart(name: string, data: Data): Promise<PluginDraftOrder> {
    return value(await channel.call(`draft-order.${name}.request`, data), 'draftOrder');
  }

  return {
    /** The cart of this till, shared with staff. */
    get: () => cart('get', {}),
    /** Empties it. */
    async clear(): Promise<void> {
      await channel.call('draft-order.clear.request', {});
    },
    /** Adds one line; lines are never merged. */
    addLineItem: async (lineItem: PluginDraftOrderItemDto) => {
      assertValid(draftLine, lineItem);
      return cart('add-line-item', { lineItem: mendedDraftLine(lineItem) });
    },
    /** Takes a line off. */
    deleteLineItem: (key: string) => cart('delete-line-item', { key }),
    /** Takes an order discount off, counted from 0. */
    deleteDiscount: (indexOfDiscount: number) => cart('delete-discount', { indexOfDiscount }),
    /** Takes a line's discount off, counted from 0. */
    deleteItemDiscount: (key: string, indexOfDiscount: number) =>
      cart('delete-item-discount', { key, indexOfDiscount }),
    /** Changes how many of a line. */
    updateItemQuantity: (key: string, quantity: number) => cart('update-item-quantity', { key, quantity }),
    /** Replaces the options of a line. */
    updateItemOptionChoice: (key: string, optionChoices: PluginOrderItemOptionChoice[]) =>
      cart('update-item-option-choices', { key, optionChoices }),
    /** Replaces the note of a line. */
    updateItemMemo: (key: string, memo: string) => cart('update-item-memo', { key, memo }),
    /** true: no kitchen slip for this cart. */
    updateIgnorePrint: (ignorePrint: boolean) => cart('update-is-ignore-print', { ignorePrint }),
    /** Opens the payment screen. Whether it opened is not told here; staff see a toast when it did not (E-6). */
    async startPayment(): Promise<void> {
      await channel.call('draft-order.start-payment', {});
    },
    /** Hears of the cart after every change, whoever made it. */
    on(event: 'change', callback: (draftOrder: PluginDraftOrder) => unknown): Promise<Unsubscribe> {
      return channel.on('draft-order.change.event', event, (data) => callback(value(data, 'draftOrder')));
    },
  };
}
