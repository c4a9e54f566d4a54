/**
 * One kitchen screen's board: a station's open tickets, or the expo's.
 *
 * A push changes its ticket at once; what pushes do not tell (counts, the expo's whole orders, what is
 * ready or to come) is read anew right after. Pushes carry no number and may be missed: each sign of
 * life says how far the journal is, and a board that was read before that is read again.
 */

import { attempt } from "../client/decode";
import {
  type BoardView,
  decodeBoard,
  decodeBoardChange,
  decodeStations,
  type KdsStation,
  type KitchenTicket,
} from "../client/kitchen";
import type { Till } from "./till.svelte";
import { bumped, inBoardOrder, isOnScreen, withFinished, withTicket } from "./tickets";

/** The expo's screen: every station's work, whole orders. */
export const EXPO = "";
export const BOARD_PUSHES = ["kds-board.change.event", "kds-order-item.change.event"];
const KEPT = "jumak.station";

/** What just came, as a kitchen hears it. */
export type Arrival = "new" | "change" | "cancel" | "ready";

/** What a person did and the shop has not said yet. */
interface Act {
  readonly ticketId: string;
  readonly apply: (ticket: KitchenTicket) => KitchenTicket;
}

export class Board {
  stations = $state.raw<readonly KdsStation[]>([]);
  /** Whose screen this is; null until somebody chose. */
  stationId = $state<string | null>(null);
  view = $state.raw<BoardView | null>(null);
  readonly #till: Till;
  #acts = $state.raw<readonly Act[]>([]);
  #reading = false;
  #again = false;
  /** Which read is the newest: an answer for another station is left. */
  #turn = 0;
  readonly #seen = new Set<string>();
  /** Told to the shop as shown, so that no slip prints. */
  #told = new Set<string>();
  #arrived: (arrival: Arrival) => void = () => undefined;

  constructor(till: Till) {
    this.#till = till;
    this.stationId = localStorage.getItem(KEPT);
    till.on("kds-board.change.event", (data) => {
      const change = attempt(decodeBoardChange, data);
      if (change === null) return;
      if (change.stationId === this.stationId) this.#take(change.ticket);
      if (change.stationId === this.stationId || this.stationId === EXPO) this.refresh();
    });
    till.onOpen(() => void this.#begin());
    till.contact.on(({ seq }) => {
      if (this.view === null || seq > this.view.seq) this.refresh();
    });
  }

  /** The station whose minutes count here (§5.4). */
  get station(): KdsStation | undefined {
    return this.stations.find(({ id }) => id === this.stationId) ?? this.stations.find(({ isDefault }) => isDefault);
  }

  get isExpo(): boolean {
    return this.stationId === EXPO;
  }

  /** What is to be cooked here, as the person sees it: with what they did a moment ago. */
  get tickets(): readonly KitchenTicket[] {
    const tickets = this.view?.tickets ?? [];
    if (this.#acts.length === 0) return tickets;
    const now = tickets.map((ticket) =>
      this.#acts.filter(({ ticketId }) => ticketId === ticket.id).reduce((before, act) => act.apply(before), ticket),
    );
    return inBoardOrder(now.filter(isOnScreen));
  }

  /** Has each arrival told. */
  onArrival(arrived: (arrival: Arrival) => void): void {
    this.#arrived = arrived;
  }

  /** Makes this the screen of a station, or of the expo; the device remembers. */
  choose(stationId: string): void {
    localStorage.setItem(KEPT, stationId);
    this.stationId = stationId;
    this.view = null;
    this.#seen.clear();
    this.#told = new Set();
    this.#turn += 1;
    this.refresh();
  }

  /** Reads the board anew; while one read is under way, once more after it. */
  refresh(): void {
    if (this.stationId === null || !this.#till.may("kds:read")) return;
    if (this.#reading) this.#again = true;
    else void this.#read(this.stationId);
  }

  /** Lines, or the whole ticket, are done here. Raises ShopError; then everything is as it was. */
  bump(ticket: KitchenTicket, lineIds?: readonly string[]): Promise<void> {
    const data = { id: ticket.id, ...(lineIds === undefined ? {} : { lineIds }), ...this.#here };
    return this.#act("bump", data, { ticketId: ticket.id, apply: (before) => bumped(before, lineIds) });
  }

  /** Brings a bumped ticket back to its place. Raises ShopError. */
  recall(id: string): Promise<void> {
    return this.#act("recall", { id });
  }

  /** Moves a ticket to the front, or back to its place. Raises ShopError. */
  pin(ticket: KitchenTicket, pinned: boolean): Promise<void> {
    return this.#act(
      "prioritize",
      { id: ticket.id, pinned },
      { ticketId: ticket.id, apply: (before) => ({ ...before, pinned }) },
    );
  }

  /** Sends a scheduled order now. Raises ShopError. */
  fire(orderId: string): Promise<void> {
    return this.#act("fire", { orderId });
  }

  /** Has some of a line cooked again. Raises ShopError. */
  remake(orderId: string, lineId: string, quantity: number, reason: string): Promise<void> {
    return this.#act("remake", { orderId, lineId, quantity, reason });
  }

  /** The guest has the order. Raises ShopError. */
  handOver(orderId: string): Promise<void> {
    return this.#act("hand-over", { orderId });
  }

  get #here(): { readonly stationId?: string } {
    return this.stationId === null || this.isExpo ? {} : { stationId: this.stationId };
  }

  async #begin(): Promise<void> {
    if (!this.#till.may("kds:read")) return;
    this.#told = new Set();
    const { stations } = await this.#till
      .ask("kds-station.list.request", {}, decodeStations)
      .catch(() => ({ stations: this.stations }));
    this.stations = stations;
    const chosen = this.stationId;
    const stands = chosen === EXPO || stations.some(({ id }) => id === chosen);
    if (!stands) this.stationId = null;
    this.refresh();
  }

  async #act(verb: string, data: unknown, act?: Act): Promise<void> {
    if (act !== undefined) this.#acts = [...this.#acts, act];
    try {
      await this.#till.do(`kds-order-item.${verb}.request`, data);
      // What the shop made of it is on screen before the own picture of it goes.
      if (this.stationId !== null) await this.#read(this.stationId);
    } finally {
      this.#acts = this.#acts.filter((one) => one !== act);
      this.refresh();
    }
  }

  async #read(stationId: string): Promise<void> {
    this.#reading = true;
    const turn = this.#turn;
    try {
      const data = stationId === EXPO ? {} : { stationId };
      const view = await this.#till.ask("kds-board.get.request", data, decodeBoard);
      if (turn === this.#turn && view.seq >= (this.view?.seq ?? 0)) this.#show(view);
    } catch {
      // The next sign of life, or the next session, has it read again.
    }
    this.#reading = false;
    if (this.#again) {
      this.#again = false;
      this.refresh();
    }
  }

  #show(view: BoardView): void {
    const first = this.view === null && this.#seen.size === 0;
    this.view = { ...view, tickets: inBoardOrder(view.tickets) };
    this.#hear(view, first);
    this.#acknowledge();
  }

  #take(ticket: KitchenTicket): void {
    const view = this.view;
    if (view === null) return;
    const known = view.tickets.find(({ id }) => id === ticket.id);
    // A late push tells of what is past.
    if (known !== undefined && Date.parse(ticket.updatedAt) < Date.parse(known.updatedAt)) return;
    const { tickets, finished } = view;
    this.view = { ...view, tickets: withTicket(tickets, ticket), finished: withFinished(finished, ticket) };
    this.#hear(this.view, false);
    this.#acknowledge();
  }

  /** Tells what nobody here has seen yet; on the first look all of it was there before. */
  #hear({ tickets, ready }: BoardView, first: boolean): void {
    const arrivals = new Set<Arrival>();
    for (const { id, orderRequestType } of tickets) {
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      arrivals.add(ARRIVALS[orderRequestType]);
    }
    for (const { id } of ready) {
      if (this.#seen.has(`ready ${id}`)) continue;
      this.#seen.add(`ready ${id}`);
      arrivals.add("ready");
    }
    if (first) return;
    const loudest = LOUDEST.find((arrival) => arrivals.has(arrival));
    if (loudest !== undefined) this.#arrived(loudest);
  }

  /** A screen nobody can see shows nothing. */
  #acknowledge(): void {
    const { stationId, view } = this;
    if (stationId === null || this.isExpo || view === null || document.visibilityState !== "visible") return;
    const told = this.#told;
    const ids = view.tickets.map(({ id }) => id).filter((id) => !told.has(id));
    if (ids.length === 0) return;
    for (const id of ids) told.add(id);
    this.#till.do("kds-order-item.acknowledge.request", { ids, stationId }).catch(() => {
      for (const id of ids) told.delete(id);
    });
  }
}

const ARRIVALS: Readonly<Record<KitchenTicket["orderRequestType"], Arrival>> = {
  NEW: "new",
  ADDED: "new",
  MERGED: "change",
  CHANGED: "change",
  CANCELLED: "cancel",
};
/** Of several at once the one that saves most food is heard. */
const LOUDEST: readonly Arrival[] = ["cancel", "change", "new", "ready"];
