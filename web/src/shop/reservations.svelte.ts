/** Reservations of one day (rulebook TBL-6, TBL-10), and those of today for the tables they keep. */

import { attempt } from "../client/decode";
import { ShopError } from "../client/errors";
import { decodeReservationChange, decodeReservations, type Reservation } from "../client/reservation";
import type { Till } from "./till.svelte";

const COMING: ReadonlySet<string> = new Set(["booked", "checked-in"]);

export type ReservationAct = "check-in" | "cancel" | "mark-no-show";

export interface Booking {
  readonly name: string;
  readonly phone?: string;
  readonly numGuests: number;
  /** Shop-local, `YYYY-MM-DDTHH:mm`. */
  readonly at: string;
  readonly tableIds?: readonly number[];
}

export class Reservations {
  /** Of which day, `YYYY-MM-DD` in the shop's time zone. */
  day = $state("");
  /** By time, ended ones included. */
  all = $state.raw<readonly Reservation[]>([]);
  readonly #till: Till;

  constructor(till: Till) {
    this.#till = till;
    till.on("reservation.change.event", (data) => {
      const change = attempt(decodeReservationChange, data);
      if (change !== null) this.#take(change.reservation);
    });
    till.onOpen(() => void this.show(this.day === "" ? this.today : this.day).catch(() => undefined));
  }

  get today(): string {
    return dayOf(this.#till.clock.now);
  }

  /** Parties that are still expected. */
  get coming(): readonly Reservation[] {
    return this.all.filter(({ state }) => COMING.has(state));
  }

  /** Who is expected at a table, soonest first. */
  at(tableId: number): readonly Reservation[] {
    return this.coming.filter(({ tableIds }) => tableIds.includes(tableId));
  }

  async show(day: string): Promise<void> {
    this.day = day;
    if (!this.#till.may("staff:order")) {
      this.all = [];
      return;
    }
    const { reservations } = await this.#till.ask("reservation.list.request", { from: day, to: day }, decodeReservations);
    if (this.day === day) this.all = reservations;
  }

  add(booking: Booking): Promise<void> {
    return this.#act("reservation.add.request", booking);
  }

  act({ id }: Reservation, act: ReservationAct): Promise<void> {
    return this.#act(`reservation.${act}.request`, { id });
  }

  /** Raises ShopError TABLE_OCCUPIED. */
  seat(id: string, tableId: number): Promise<void> {
    return this.#act("reservation.seat.request", { id, tableId });
  }

  async #act(name: string, data: object): Promise<void> {
    try {
      await this.#till.do(name, data);
    } catch (error) {
      if (error instanceof ShopError && error.code !== "HOST_UNAVAILABLE") await this.show(this.day).catch(() => undefined);
      throw error;
    }
  }

  #take(reservation: Reservation): void {
    const others = this.all.filter(({ id }) => id !== reservation.id);
    if (reservation.at.slice(0, 10) !== this.day) this.all = others;
    else this.all = [...others, reservation].sort((one, other) => one.at.localeCompare(other.at));
  }
}

/** The local day of an instant, as a date field writes it. */
export function dayOf(ms: number): string {
  const at = new Date(ms);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
