/** What stands on a board, in its order: orders that are ready at the pass, then tickets to cook. */

import type { KitchenTicket } from "../../client/kitchen";

export interface Ready {
  readonly kind: "ready";
  readonly key: string;
  readonly tickets: readonly [KitchenTicket, ...KitchenTicket[]];
}
export interface Cooking {
  readonly kind: "ticket";
  readonly key: string;
  readonly ticket: KitchenTicket;
}
export type Entry = Ready | Cooking;

/** Ready tickets of one order stand together, where the first of them is. */
export function readyEntries(ready: readonly KitchenTicket[]): readonly Ready[] {
  const byOrder = new Map<string, [KitchenTicket, ...KitchenTicket[]]>();
  for (const ticket of ready) {
    const known = byOrder.get(ticket.order.id);
    if (known === undefined) byOrder.set(ticket.order.id, [ticket]);
    else known.push(ticket);
  }
  return [...byOrder].map(([orderId, tickets]) => ({ kind: "ready", key: `ready ${orderId}`, tickets }));
}

export function cookingEntries(tickets: readonly KitchenTicket[]): readonly Cooking[] {
  return tickets.map((ticket) => ({ kind: "ticket", key: ticket.id, ticket }));
}

/**
 * The entries with those that just left still at their places, so that nothing moves under a finger.
 * before: how they stood.  leaving: keys of those that left.
 */
export function withLeaving(
  entries: readonly Entry[],
  before: readonly Entry[],
  leaving: ReadonlySet<string>,
): readonly Entry[] {
  const shown = [...entries];
  before.forEach((entry, place) => {
    if (leaving.has(entry.key) && !shown.some(({ key }) => key === entry.key)) shown.splice(place, 0, entry);
  });
  return shown;
}
