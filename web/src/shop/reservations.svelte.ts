/** Reservations of one day (rulebook TBL-6, TBL-10), and those of today for the tables they keep. */

import { attempt } from "../client/decode";
import { ShopError } from "../client/errors";
import { decodeReservationChange, decodeReservations, type Reservation } from "../client/reservation";
import { localDay } from "./business_day";
import type { ShopSettings } from "./settings.svelte";
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

/** Days with what is booked on them, by time, ended ones included. */
type Days = ReadonlyMap<string, readonly Reservation[]>;

export class Reservations {
  /** Of which day a person looks at the list, `YYYY-MM-DD` in the shop's time zone; empty = today, whichever that is. */
  #shown = $state("");
  /** Today and the day that is looked at: tables keep to today, whatever somebody leafs through. */
  #days = $state.raw<Days>(new Map());
  #today = $state("");
  readonly #till: Till;
  readonly #shop: Pick<ShopSettings, "day">;

  constructor(till: Till, shop: Pick<ShopSettings, "day">) {
    this.#till = till;
    this.#shop = shop;
    till.on("reservation.change.event", (data) => {
      const change = attempt(decodeReservationChange, data);
      if (change !== null) this.#take(change.reservation);
    });
    till.onOpen(() => void this.#refresh().catch(() => undefined));
    // A till that is left on over midnight is on the new day with the next sign of life.
    till.contact.on(() => {
      if (this.#today !== "" && this.#today !== this.#dayNow) void this.#refresh().catch(() => undefined);
    });
  }

  get today(): string {
    return this.#today === "" ? this.#dayNow : this.#today;
  }

  get day(): string {
    return this.#shown === "" ? this.today : this.#shown;
  }

  /** Of the day that is looked at. */
  get all(): readonly Reservation[] {
    return this.#days.get(this.day) ?? [];
  }

  /** Parties that are still expected today. */
  get coming(): readonly Reservation[] {
    return (this.#days.get(this.today) ?? []).filter(({ state }) => COMING.has(state));
  }

  /** Who is expected at a table today, soonest first. */
  at(tableId: number): readonly Reservation[] {
    return this.coming.filter(({ tableIds }) => tableIds.includes(tableId));
  }

  async show(day: string): Promise<void> {
    this.#shown = day === this.today ? "" : day;
    await this.#read(day);
  }

  get #dayNow(): string {
    return localDay(this.#till.clock.now, this.#shop.day.timeZone);
  }

  async #refresh(): Promise<void> {
    this.#today = this.#dayNow;
    await Promise.all([...new Set([this.today, this.day])].map((day) => this.#read(day)));
  }

  async #read(day: string): Promise<void> {
    if (!this.#till.may("staff:order")) {
      this.#days = new Map();
      return;
    }
    const { reservations } = await this.#till.ask("reservation.list.request", { from: day, to: day }, decodeReservations);
    const kept = [this.today, this.day];
    this.#days = new Map([...this.#days, [day, reservations] as const].filter(([one]) => kept.includes(one)));
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
    const at = reservation.at.slice(0, 10);
    this.#days = new Map(
      [...this.#days].map(([day, all]) => {
        const others = all.filter(({ id }) => id !== reservation.id);
        return [day, day === at ? [...others, reservation].sort((one, other) => one.at.localeCompare(other.at)) : others];
      }),
    );
  }
}
