/** What the digits on the pad mean, and the keys beside it (CSH-1, CSH-3). Amounts in won. */

const STEPS = [1_000, 5_000, 10_000, 50_000];
/** A payment has nine digits at most (MON-1). */
export const MOST_DIGITS = 9;

/** What guests hand over for an amount: the next round sums above it, ascending, each once. */
export function tenderKeys(due: number): readonly number[] {
  const next = STEPS.map((step) => Math.ceil(due / step) * step).filter((sum) => sum > due);
  return [...new Set(next)].sort((one, other) => one - other);
}

/** amount: taken of what is due.  tendered: the cash for it.  left: of what is due, still open afterwards. */
export interface Tender {
  readonly amount: number;
  readonly tendered: number;
  readonly change: number;
  readonly left: number;
}

/** Digits typed on the pad; nothing typed is all that is due, less than due is a part of it. */
export function tenderOf(typed: string, due: number): Tender {
  const tendered = typed === "" ? due : Number(typed);
  const amount = Math.min(tendered, due);
  return { amount, tendered, change: tendered - amount, left: due - amount };
}
