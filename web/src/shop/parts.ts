/** A bill in parts while they are paid, one after the other (SPL-1 … SPL-4). Amounts in won. */

import type { BillLine, BillPart, Share } from "../client/bill";

/** One part. id: 1, 2, 3 …, by guest the guest.  left: of its amount, still to pay. */
export interface Part {
  readonly id: string;
  readonly amount: number;
  readonly left: number;
  readonly lines: readonly Share[];
}

/** What `bill.split` answered, nothing of it paid. Whoever owes nothing has no part, and a single one divides nothing. */
export function divided(parts: readonly BillPart[]): readonly Part[] {
  const owing = parts.filter(({ amount }) => amount > 0);
  return owing.length < 2 ? [] : owing.map((part) => ({ ...part, left: part.amount }));
}

/** Lines that are paid in full: all their units belong to parts of which nothing is left to pay (SPL-3). */
export function paidLines(parts: readonly Part[], lines: readonly Pick<BillLine, "id" | "quantity">[]): ReadonlySet<string> {
  const paid = parts.filter(({ left }) => left === 0).flatMap((part) => part.lines);
  const unitsOf = (lineId: string) => paid.reduce((sum, { id, quantity }) => sum + (id === lineId ? quantity : 0), 0);
  // Quantities have thousandths (MON-5), sums of a browser's numbers more.
  return new Set(lines.filter(({ id, quantity }) => unitsOf(id) > quantity.value - 0.0005).map(({ id }) => id));
}

/** The part that is being paid: the chosen one, else the first that is open. */
export function currentPart(parts: readonly Part[], chosenId: string | null): Part | undefined {
  const open = parts.filter(({ left }) => left > 0);
  return open.find(({ id }) => id === chosenId) ?? open[0];
}

/** The parts after a payment for one of them. */
export function afterPaying(parts: readonly Part[], id: string, amount: number): readonly Part[] {
  return parts.map((part) => (part.id === id ? { ...part, left: Math.max(0, part.left - amount) } : part));
}

/**
 * The parts of an order that owes this much now: what was added since joins the last open part (SPL-4).
 * None are left when it owes less than they stand for, or nothing: then it has to be divided anew.
 */
export function fitted(parts: readonly Part[], unpaid: number): readonly Part[] {
  const more = unpaid - parts.reduce((sum, { left }) => sum + left, 0);
  const last = parts.findLast(({ left }) => left > 0);
  if (unpaid === 0 || more < 0 || last === undefined) return [];
  return more === 0
    ? parts
    : parts.map((part) => (part === last ? { ...part, amount: part.amount + more, left: part.left + more } : part));
}
