import type { Unsubscribe } from '../calls.js';
import type { Channel } from '../channel.js';
import { isRecord } from '../errors.js';
import type {
  PluginBeforeAdd,
  PluginCatalogCategory,
  PluginCatalogItem,
  PluginCatalogItemOption,
  PluginUi,
} from '../types.js';
import { idIn, value } from './reply.js';

type Id = number | string;
type IdListener = (id: number) => unknown;
type SaleEvent = 'add' | 'update' | 'delete' | 'sold-out' | 'on-sale';

/** Suggests the rest of an item staff begin to enter; nothing is saved. */
export type BeforeAddListener = (
  request: PluginBeforeAdd,
) => Partial<PluginCatalogItem> | undefined | Promise<Partial<PluginCatalogItem> | undefined>;

export function categoryNamespace(channel: Channel) {
  return {
    /** All categories of the menu. */
    async getCategories(): Promise<PluginCatalogCategory[]> {
      return value(await channel.call('catalog-category.list.request', {}), 'categories');
    },
    /** One category. Rejects NOT_FOUND. */
    async getCategory(categoryId: Id): Promise<PluginCatalogCategory> {
      return value(
        await channel.call('catalog-category.get.request', { category: { id: categoryId } }),
        'category',
      );
    },
    /** Hears of changed categories, by id. */
    on(event: 'add' | 'update' | 'delete', callback: IdListener): Promise<Unsubscribe> {
      return channel.on('catalog-category.change.event', event, (data) => callback(idIn(data, 'category')));
    },
  };
}

export function catalogNamespace(channel: Channel, ui: PluginUi) {
  const suggesters = new Set<BeforeAddListener>();

  async function suggest(payload: PluginBeforeAdd['payload']): Promise<unknown> {
    for (const suggester of suggesters) {
      const suggestion = await suggester({ payload, ui });
      if (suggestion !== undefined) return bare(suggestion);
    }
    return undefined;
  }

  function beforeAdd(callback: BeforeAddListener): Unsubscribe {
    const own: BeforeAddListener = (request) => callback(request);
    suggesters.add(own);
    if (suggesters.size === 1) {
      channel.answer('catalog-item.event.request', async (data) => ({
        event: data['event'],
        payload: { initialValue: await suggest(isRecord(data['payload']) ? data['payload'] : {}) },
      }));
      channel.answer('catalog-item.before-add-health-check.request', () => ({}));
    }
    return () => {
      suggesters.delete(own);
    };
  }

  function on(event: 'before-add', callback: BeforeAddListener): Promise<Unsubscribe>;
  function on(event: SaleEvent, callback: IdListener): Promise<Unsubscribe>;
  async function on(
    event: SaleEvent | 'before-add',
    callback: BeforeAddListener | IdListener,
  ): Promise<Unsubscribe> {
    if (event === 'before-add') return beforeAdd(callback as BeforeAddListener);
    return channel.on('catalog-item.change.event', event, (data) =>
      (callback as IdListener)(idIn(data, 'catalog')),
    );
  }

  return {
    /** The whole menu but what was deleted. */
    async getCatalogs(): Promise<PluginCatalogItem[]> {
      return value(await channel.call('catalog-item.list.request', {}), 'catalogs');
    },
    /** One item, deleted ones included. Rejects NOT_FOUND. */
    async getCatalog(catalogId: Id): Promise<PluginCatalogItem> {
      return value(await channel.call('catalog-item.get.request', { catalog: { id: catalogId } }), 'catalog');
    },
    /** Hears of changed items, by id; `before-add` suggests the rest of a new one. */
    on,
  };
}

export function optionNamespace(channel: Channel) {
  return {
    /** All groups of choices. */
    async getOptions(): Promise<PluginCatalogItemOption[]> {
      return value(await channel.call('catalog-item-option.list.request', {}), 'options');
    },
    /** One group of choices. Rejects NOT_FOUND. */
    async getOption(optionId: Id): Promise<PluginCatalogItemOption> {
      return value(
        await channel.call('catalog-item-option.get.request', { option: { id: optionId } }),
        'option',
      );
    },
    /** Hears of changed groups, by id. */
    on(event: SaleEvent, callback: IdListener): Promise<Unsubscribe> {
      return channel.on('catalog-item-option.change.event', event, (data) => callback(idIn(data, 'option')));
    },
  };
}

/** A suggestion given as the answer's own `{initialValue}` counts as that value. */
function bare(suggestion: object): unknown {
  return 'initialValue' in suggestion ? suggestion.initialValue : suggestion;
}
