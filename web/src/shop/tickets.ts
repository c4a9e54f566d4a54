/** What a kitchen screen makes of tickets: their order, age and quantities. Nothing here touches anything (rulebook §5). */

import type { AllDay, KdsStation, KitchenTicket, TicketChoice, TicketLine } from "../client/kitchen";

export type Ageing = "fresh" | "caution" | "late";

/** Lines of a ticket that ask for the same, as one. ids: the lines in it. */
export interface Dish {
  readonly ids: readonly string[];
  readonly itemId: string;
  readonly title: string;
  readonly memo: string;
  readonly optionChoices: readonly TicketChoice[];
  readonly seat: number | undefined;
  readonly previous: number;
  readonly current: number;
  readonly remaining: number;
  readonly done: boolean;
}

/** Pinned first, then the oldest, then by id (§5.4). */
export function inBoardOrder(tickets: readonly KitchenTicket[]): readonly KitchenTicket[] {
  return [...tickets].sort(
    (one, other) =>
      Number(other.pinned) - Number(one.pinned) ||
      Date.parse(one.createdAt) - Date.parse(other.createdAt) ||
      (one.id < other.id ? -1 : Number(one.id > other.id)),
  );
}

/** Whether a screen still has work with it (contract, extensions §12). */
export function isOnScreen({ state, lineItems }: KitchenTicket): boolean {
  return state === "OPENED" && lineItems.some(({ done }) => !done);
}

/** The tickets with this one as it is now: put in its place, or taken off. */
export function withTicket(tickets: readonly KitchenTicket[], ticket: KitchenTicket): readonly KitchenTicket[] {
  const others = tickets.filter(({ id }) => id !== ticket.id);
  return isOnScreen(ticket) ? inBoardOrder([...others, ticket]) : others;
}

/** The finished tickets, the last one first, with this one as it is now; a recall names it before the board is read anew (KDS-5). */
export function withFinished(finished: readonly KitchenTicket[], ticket: KitchenTicket): readonly KitchenTicket[] {
  const others = finished.filter(({ id }) => id !== ticket.id);
  const { state, lineItems } = ticket;
  const isFinished = state !== "CANCELLED" && lineItems.length > 0 && lineItems.every(({ done }) => done);
  return isFinished ? [ticket, ...others] : others;
}

/** Identical lines become one: same item, options, memo and seat, and equally far (§5.4). */
export function dishesOf(lines: readonly TicketLine[]): readonly Dish[] {
  const dishes = new Map<string, Dish>();
  for (const line of lines) {
    const { itemId, title, memo, optionChoices, seat, done, quantity } = line;
    const changed = quantity.previous > quantity.current;
    const key = JSON.stringify([itemId, title, optionsKey(optionChoices), memo, seat, done, changed]);
    const dish = dishes.get(key);
    dishes.set(key, {
      ids: [...(dish?.ids ?? []), line.id],
      itemId,
      title,
      memo,
      optionChoices,
      seat,
      done,
      previous: (dish?.previous ?? 0) + quantity.previous,
      current: (dish?.current ?? 0) + quantity.current,
      remaining: (dish?.remaining ?? 0) + line.remaining,
    });
  }
  return [...dishes.values()];
}

export function optionsKey(choices: readonly TicketChoice[]): string {
  return choices
    .map(({ id, quantity }) => `${String(id)}×${String(quantity)}`)
    .sort()
    .join(" ");
}

/** Milliseconds since the ticket came, at the shop's time; never negative. */
export function ageMs({ createdAt }: Pick<KitchenTicket, "createdAt">, thereMs: number): number {
  const since = thereMs - Date.parse(createdAt);
  return Number.isFinite(since) ? Math.max(0, since) : 0;
}

/** Caution and late begin on the minute of the station (§5.4). */
export function ageing(age: number, station: Pick<KdsStation, "cautionMin" | "lateMin">): Ageing {
  if (age >= station.lateMin * 60_000) return "late";
  return age >= station.cautionMin * 60_000 ? "caution" : "fresh";
}

/** `m:ss`, hours too once there are any. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  return hours === 0 ? `${String(minutes)}:${rest}` : `${String(hours)}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** Whether a ticket asks for this dish of the counts. */
export function asksFor({ lineItems }: KitchenTicket, dish: Pick<AllDay, "itemId" | "optionChoices">): boolean {
  const options = optionsKey(dish.optionChoices);
  return lineItems.some(
    (line) => !line.done && line.itemId === String(dish.itemId) && optionsKey(line.optionChoices) === options,
  );
}

/** The ticket as it will be once these lines are bumped, or all when none is named. */
export function bumped(ticket: KitchenTicket, lineIds?: readonly string[]): KitchenTicket {
  const lineItems = ticket.lineItems.map((line) =>
    lineIds === undefined || lineIds.includes(line.id) ? { ...line, done: true, remaining: 0 } : line,
  );
  return { ...ticket, lineItems };
}
