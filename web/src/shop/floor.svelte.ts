/** The floor: halls, tables, who sits there, and what staff do with them (rulebook §2.7, §4). */

import { attempt } from "../client/decode";
import { ShopError } from "../client/errors";
import {
  decodeHall,
  decodeHalls,
  decodeLayout,
  decodeStatusChange,
  decodeStatuses,
  decodeTableChange,
  type Hall,
  type Position,
  type TableLock,
  type TableOrder,
  type TableStatus,
} from "../client/table";
import type { Till } from "./till.svelte";

/** A move or merge made here that can be taken back (TBL-4). */
export interface Undoable {
  readonly seq: number;
  readonly kind: "move" | "merge";
  readonly from: number;
  readonly to: number;
}

export interface TableEdit {
  readonly hallId?: number;
  readonly title?: string;
  readonly capacity?: number;
  readonly position?: Position;
}

export interface Share {
  readonly id: string;
  readonly quantity: number;
}

export class Floor {
  halls = $state.raw<readonly Hall[]>([]);
  /** Whether halls and tables were read at least once. */
  known = $state(false);
  undoable = $state.raw<Undoable | null>(null);
  #read = $state.raw<readonly TableStatus[]>([]);
  /** Places chosen here that the shop has not confirmed yet. */
  #places = $state.raw<ReadonlyMap<number, Position>>(new Map());
  readonly #till: Till;
  /** Between which tables a party was moved here: the number to undo it by comes with the push. */
  #moving: { readonly from: number; readonly to: number } | null = null;
  /** Edits of the plan go one after the other: each builds on the version the last one made. */
  #editing: Promise<unknown> = Promise.resolve();

  constructor(till: Till) {
    this.#till = till;
    till.on("table-status.change.event", (data) => {
      const change = attempt(decodeStatusChange, data);
      if (change !== null) this.#take(change.table);
    });
    till.on("table.change.event", (data, seq) => this.#heard(data, seq));
    till.on("hall.change.event", () => void this.#readHalls().catch(() => undefined));
    till.onOpen(() => void this.refresh().catch(() => undefined));
  }

  /** Every table by id, where it stands or is about to. */
  get tables(): readonly TableStatus[] {
    return this.#read.map((table) => ({ ...table, position: this.#places.get(table.id) ?? table.position }));
  }

  byId(id: number | null): TableStatus | undefined {
    return this.tables.find((table) => table.id === id);
  }

  in(hallId: number): readonly TableStatus[] {
    return this.tables.filter((table) => table.hallId === hallId);
  }

  /** Whether somebody takes this table's money now, and who; a lease that ran out is nobody's. */
  lockOf({ lock }: TableStatus): TableLock | undefined {
    if (lock?.until === undefined) return lock;
    return Date.parse(lock.until) > this.#till.clock.now ? lock : undefined;
  }

  /** Somebody else does: this till leaves the table alone meanwhile. */
  isLocked(table: TableStatus): boolean {
    const lock = this.lockOf(table);
    return lock !== undefined && lock.deviceId !== this.#till.deviceId;
  }

  /** Reads everything anew: what pushes could not tell, and what time alone changes, as a reservation drawing near. */
  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) {
      this.#read = [];
      this.halls = [];
      return;
    }
    const [{ tables }] = await Promise.all([
      this.#till.ask("table-status.list.request", {}, decodeStatuses),
      this.#readHalls(),
    ]);
    this.#read = tables;
    this.known = true;
  }

  // -- who sits where --------------------------------------------------------------------------

  /** Guests sit down, or are counted anew, without an order (TBL-7, TBL-8). */
  seat(tableId: number, numGuests: number): Promise<void> {
    return this.#act(() => this.#till.do("table.seat.request", { tableId, numGuests }));
  }

  /** The cart is for this table from now on. */
  take(tableId: number, numGuests: number): Promise<void> {
    return this.#act(() => this.#till.do("draft-order.update.request", { tableId, numGuests }));
  }

  /** The party leaves (TBL-7). Raises ShopError UNPAID while money is owed. */
  clear(id: number): Promise<void> {
    return this.#act(() => this.#till.do("table.clear.request", { table: { id } }));
  }

  /** To an empty table (TBL-1). Raises ShopError TABLE_OCCUPIED when somebody was faster. */
  move(from: TableStatus, to: number): Promise<void> {
    return this.#moved(from, to, "table.move.request", {});
  }

  /** To another party: as one order, or as two at one table (TBL-2, TBL-3). */
  merge(from: TableStatus, to: number, beside: boolean): Promise<void> {
    return this.#moved(from, to, "table.merge.request", beside ? { beside } : {});
  }

  swap(first: number, second: number): Promise<void> {
    return this.#act(() => this.#till.do("table.swap.request", { first, second }));
  }

  group(tableIds: readonly number[]): Promise<void> {
    return this.#act(() => this.#till.do("table.group.request", { tableIds }));
  }

  ungroup(groupId: number): Promise<void> {
    return this.#act(() => this.#till.do("table.ungroup.request", { groupId }));
  }

  /** Takes the last move or merge made here back (TBL-4). */
  async undo(): Promise<void> {
    const undoable = this.undoable;
    this.undoable = null;
    if (undoable !== null) await this.#act(() => this.#till.do("table.undo.request", { seq: undoable.seq }));
  }

  /** Counts a party that ordered anew. Whatever else happened to its order meanwhile stays (OFF-5). */
  async setGuests(tableId: number, numGuests: number): Promise<void> {
    const set = async () => {
      const order = mainOrder(this.byId(tableId)?.orders ?? []);
      if (order === undefined) return this.seat(tableId, numGuests);
      const { id, version: expectedVersion } = order;
      await this.#act(() => this.#till.do("order.update.request", { id, expectedVersion, numGuests }));
    };
    await set().catch((error: unknown) => {
      if (error instanceof ShopError && error.reason === "VERSION") return set();
      throw error;
    });
  }

  /** Makes these units an order of their own at `tableId` (SPL-5). numGuests: who go along, when somebody counted. */
  split(order: TableOrder, lines: readonly Share[], tableId: number, numGuests: number | null): Promise<void> {
    const { id, version: expectedVersion } = order;
    const who = numGuests === null ? {} : { numGuests };
    return this.#act(() => this.#till.do("order.split.request", { id, expectedVersion, lines, tableId, ...who }));
  }

  // -- the plan --------------------------------------------------------------------------------

  /** Changes a table of the plan; its place shows at once and goes back when the shop refuses. */
  edit(id: number, edit: TableEdit): Promise<void> {
    const { position } = edit;
    if (position !== undefined) this.#places = new Map(this.#places).set(id, position);
    const edited = this.#editing.then(() => this.#saveEdit(id, edit));
    this.#editing = edited.catch(() => undefined);
    return edited.finally(() => {
      if (this.#places.get(id) !== position) return;
      const places = new Map(this.#places);
      places.delete(id);
      this.#places = places;
    });
  }

  /** Returns the new table's id. */
  async add(table: TableEdit & { readonly hallId: number; readonly title: string }): Promise<number> {
    return (await this.#act(() => this.#till.ask("table.add.request", { table }, decodeLayout))).table.id;
  }

  /** Raises ShopError TABLE_IN_USE while somebody sits there. */
  async remove(id: number): Promise<void> {
    await this.#act(() => this.#till.do("table.delete.request", { id }));
    this.#drop(id);
  }

  /** Returns the new hall's id. */
  async addHall(title: string): Promise<number> {
    const { hall } = await this.#act(() => this.#till.ask("hall.add.request", { hall: { title } }, decodeHall));
    await this.#readHalls();
    return hall.id;
  }

  async renameHall(id: number, title: string): Promise<void> {
    await this.#act(() => this.#till.do("hall.update.request", { hall: { id, title } }));
    await this.#readHalls();
  }

  /** Puts a hall one place earlier (-1) or later (1). */
  async sortHall(id: number, by: -1 | 1): Promise<void> {
    const halls = [...this.halls];
    const at = halls.findIndex((hall) => hall.id === id);
    const [hall] = halls.splice(at, 1);
    if (hall === undefined || halls.length < at + by || at + by < 0) return;
    halls.splice(at + by, 0, hall);
    await this.#act(async () => {
      for (const [order, { id: each, order: was }] of halls.entries())
        if (was !== order + 1) await this.#till.do("hall.update.request", { hall: { id: each, order: order + 1 } });
    });
    await this.#readHalls();
  }

  /** Raises ShopError HALL_NOT_EMPTY while it holds tables. */
  async removeHall(id: number): Promise<void> {
    await this.#act(() => this.#till.do("hall.delete.request", { id }));
    await this.#readHalls();
  }

  // --------------------------------------------------------------------------------------------

  async #readHalls(): Promise<void> {
    this.halls = (await this.#till.ask("hall.list.request", {}, decodeHalls)).halls;
  }

  async #saveEdit(id: number, edit: TableEdit): Promise<void> {
    const expectedVersion = this.#read.find((table) => table.id === id)?.version;
    const { table } = await this.#act(() =>
      this.#till.ask("table.update.request", { table: { id, ...edit }, expectedVersion }, decodeLayout),
    );
    const known = this.#read.find((one) => one.id === id);
    if (known !== undefined) this.#take({ ...known, ...table });
  }

  /** Does it; what this screen believed wrongly is read anew before it hears of the refusal (OFF-4). */
  async #act<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof ShopError && error.code !== "HOST_UNAVAILABLE") await this.refresh().catch(() => undefined);
      throw error;
    }
  }

  async #moved(from: TableStatus, to: number, name: string, more: { readonly beside?: true }): Promise<void> {
    const expectedVersion = mainOrder(from.orders)?.version;
    this.#moving = { from: from.id, to };
    this.undoable = null;
    try {
      await this.#act(() => this.#till.do(name, { from: from.id, to, expectedVersion, ...more }));
    } catch (error) {
      this.#moving = null;
      throw error;
    }
  }

  #heard(data: unknown, seq: number | undefined): void {
    const change = attempt(decodeTableChange, data);
    if (change === null) return;
    const { event, table } = change;
    const [from, to] = [change.from?.table.id, change.to?.table.id];
    if (event === "delete" && table !== undefined) this.#drop(table.id);
    if (seq === undefined || (event !== "move" && event !== "merge")) return;
    const moving = this.#moving;
    if (moving === null || moving.from !== from || moving.to !== to) {
      // A later move by somebody else: what was done here cannot be undone as it was.
      if (this.undoable !== null && this.undoable.to === from) this.undoable = null;
    } else if (this.undoable === null) this.undoable = { seq, kind: event, ...moving };
    else if (event !== "move" || this.undoable.kind !== "move") {
      // Of a party with several orders each was joined for itself: there is no one number to undo it by.
      this.undoable = null;
      this.#moving = null;
    }
  }

  #take(table: TableStatus): void {
    const known = this.#read.find(({ id }) => id === table.id);
    if (known !== undefined && table.version < known.version) return;
    this.#read = [...this.#read.filter(({ id }) => id !== table.id), table].sort((one, other) => one.id - other.id);
  }

  #drop(id: number): void {
    this.#read = this.#read.filter((table) => table.id !== id);
  }
}

/** The order a table is known by: the OPENED one, else the oldest (contract, table §1). */
export function mainOrder(orders: readonly TableOrder[]): TableOrder | undefined {
  return orders.find(({ orderState }) => orderState === "OPENED") ?? orders[0];
}

/** Whether somebody sits there. */
export function isOccupied({ status }: TableStatus): boolean {
  return status === "occupied" || status === "bill";
}
