import type { Unsubscribe } from '../calls.js';
import type { Channel, Data } from '../channel.js';
import { isRecord } from '../errors.js';
import type { PluginHall, PluginTableMerge, PluginTableMove, PluginTableRow } from '../types.js';
import { idIn, value } from './reply.js';

type Id = number | string;
type PlainEvent = 'order-add' | 'order-update' | 'clear' | 'add' | 'update' | 'delete' | 'swap';

/** A table, a table with the order that is meant, or its id. */
export type TableToClear =
  | Id
  | { id: Id; order?: { id: string } | undefined }
  | { table: { id: Id }; order?: { id: string } | undefined };

type IdListener = (tableId: number) => unknown;

export function tableNamespace(channel: Channel) {
  function on(event: 'move', callback: (move: PluginTableMove) => unknown): Promise<Unsubscribe>;
  function on(event: 'merge', callback: (merge: PluginTableMerge) => unknown): Promise<Unsubscribe>;
  function on(event: PlainEvent, callback: IdListener): Promise<Unsubscribe>;
  function on(
    event: PlainEvent | 'move' | 'merge',
    callback: IdListener | ((move: PluginTableMove) => unknown) | ((merge: PluginTableMerge) => unknown),
  ): Promise<Unsubscribe> {
    return channel.on('table.change.event', event, (data) => {
      if (event !== 'move' && event !== 'merge') return (callback as IdListener)(idIn(data, 'table'));
      const { event: _, table: __, ...party } = data;
      return (callback as (party: never) => unknown)(party as never);
    });
  }

  return {
    /** The rooms, in order. */
    async getHalls(): Promise<PluginHall[]> {
      return value(await channel.call('hall.list.request', {}), 'halls');
    },
    /** All tables, each with the order on it. */
    async getTables(): Promise<PluginTableRow[]> {
      return value(await channel.call('table.list.request', {}), 'tables');
    },
    /** One table. Rejects NOT_FOUND. */
    async getTable(tableId: Id): Promise<PluginTableRow> {
      return value(await channel.call('table.get.request', { table: { id: tableId } }), 'table');
    },
    /** Empties a table whose bill is paid. */
    async clearTable(table: TableToClear): Promise<void> {
      await channel.call('table.clear.request', cleared(table));
    },
    /** Hears of tables, by id; `move` and `merge` give both sides. */
    on,
  };
}

/** Only ids matter; an order that is named keeps a newer one on the table from being cleared. */
function cleared(table: TableToClear): Data {
  if (!isRecord(table)) return { table: { id: table } };
  const id = 'table' in table ? table.table.id : table.id;
  return table.order === undefined ? { table: { id } } : { table: { id }, order: { id: table.order.id } };
}
