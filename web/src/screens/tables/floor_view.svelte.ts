/** What this screen shows of the floor, and what was begun on it: which hall, which table, which gesture. */

import type { Hall, TableOrder, TableStatus } from "../../client/table";
import { isOccupied, mainOrder } from "../../shop/floor.svelte";
import type { Model } from "../../shop/model";
import { trouble } from "../../shop/trouble";
import { type Gesture, mayTarget } from "./gesture";

/** A party was led to a table where somebody sits. */
export interface Meeting {
  readonly from: TableStatus;
  readonly to: TableStatus;
}

export class FloorView {
  readonly model: Model;
  openId = $state<number | null>(null);
  gesture = $state.raw<Gesture | null>(null);
  /** A move onto an occupied table waits for an answer: one order, or two beside each other. */
  meeting = $state.raw<Meeting | null>(null);
  problem = $state("");
  busy = $state(false);
  #hallId = $state<number | null>(null);

  constructor(model: Model) {
    this.model = model;
  }

  /** The hall on screen: the chosen one, the first while it is there no more. */
  get hall(): Hall | undefined {
    const { halls } = this.model.floor;
    return halls.find(({ id }) => id === this.#hallId) ?? halls[0];
  }

  get tables(): readonly TableStatus[] {
    return this.hall === undefined ? [] : this.model.floor.in(this.hall.id);
  }

  get open(): TableStatus | undefined {
    return this.model.floor.byId(this.openId);
  }

  enter(hallId: number): void {
    this.#hallId = hallId;
    if (this.open?.hallId !== hallId) this.openId = null;
  }

  show(tableId: number): void {
    const table = this.model.floor.byId(tableId);
    if (table === undefined) return;
    this.enter(table.hallId);
    this.openId = tableId;
  }

  /** Closes whatever is open, or breaks off what was begun. Returns whether there was anything. */
  back(): boolean {
    if (this.gesture !== null) this.gesture = null;
    else if (this.openId !== null) this.openId = null;
    else return false;
    this.problem = "";
    return true;
  }

  begin(gesture: Gesture): void {
    this.problem = "";
    this.openId = null;
    this.gesture = gesture;
  }

  /** M: leads the party at a table elsewhere. */
  beginMove(table: TableStatus): void {
    if (isOccupied(table) && !this.model.floor.isLocked(table)) this.begin({ kind: "move", from: table });
  }

  /** P: takes the money of a table's order. */
  pay(table: TableStatus, order: TableOrder | undefined = mainOrder(table.orders)): void {
    const { floor, route, till } = this.model;
    if (order === undefined || order.paymentPrice.paymentUnpaidValue === 0) return;
    if (till.may("staff:pay") && !floor.isLocked(table)) route.pay(order.id);
  }

  /** Whether a tap on it does anything now. */
  takes(table: TableStatus): boolean {
    if (this.gesture === null) return true;
    return mayTarget(this.gesture, table) && !this.model.floor.isLocked(table);
  }

  async tap(table: TableStatus): Promise<void> {
    const { gesture } = this;
    if (gesture === null) {
      this.problem = "";
      this.openId = table.id;
    } else if (this.takes(table)) await this.#target(gesture, table);
  }

  /** Guests sit down and order: the order screen goes on from here. */
  async order(table: TableStatus, numGuests: number): Promise<void> {
    const { floor, route } = this.model;
    const taken = await this.try(async () => {
      if (!isOccupied(table)) await floor.seat(table.id, numGuests);
      await floor.take(table.id, numGuests);
    });
    if (taken) route.go("order");
  }

  async meet(beside: boolean): Promise<void> {
    const { meeting } = this;
    this.meeting = null;
    if (meeting !== null) await this.try(() => this.model.floor.merge(meeting.from, meeting.to.id, beside));
  }

  async groupChosen(): Promise<void> {
    const { gesture } = this;
    if (gesture?.kind !== "group") return;
    if (await this.try(() => this.model.floor.group(gesture.tableIds))) this.gesture = null;
  }

  /** Does it and shows why it could not be done. Returns whether it was. */
  async try(act: () => Promise<unknown>): Promise<boolean> {
    this.problem = "";
    this.busy = true;
    try {
      await act();
      return true;
    } catch (error) {
      this.problem = trouble(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #target(gesture: Gesture, table: TableStatus): Promise<void> {
    const { floor, waiting, reservations } = this.model;
    if (gesture.kind === "group") {
      const chosen = gesture.tableIds.filter((id) => id !== table.id);
      const tableIds = chosen.length < gesture.tableIds.length ? chosen : [...chosen, table.id];
      this.gesture = { kind: "group", tableIds };
      return;
    }
    if (gesture.kind === "move" && isOccupied(table)) {
      this.gesture = null;
      this.meeting = { from: gesture.from, to: table };
      return;
    }
    const done = await this.try(() => {
      switch (gesture.kind) {
        case "move":
          return floor.move(this.#now(gesture.from), table.id);
        case "merge":
          return floor.merge(this.#now(gesture.from), table.id, false);
        case "swap":
          return floor.swap(gesture.from.id, table.id);
        case "split":
          return floor.split(gesture.order, gesture.lines, table.id, gesture.numGuests);
        case "seat-party":
          return waiting.seat(gesture.id, table.id);
        case "seat-reservation":
          return reservations.seat(gesture.id, table.id);
      }
    });
    // Refused, another table may still do; what was split is no longer what was chosen.
    if (done || gesture.kind === "split") this.gesture = null;
  }

  /** A party as it is now: while its target was being looked for, somebody may have added to it. */
  #now(table: TableStatus): TableStatus {
    return this.model.floor.byId(table.id) ?? table;
  }
}
