/** Choosing units of a bill's lines for one guest after the other (SPL-2). */

import type { BillLine, Share } from "../../client/bill";

/** Line id → units, of one guest. */
export type Group = ReadonlyMap<string, number>;

/** Units of a line no guest has yet. */
export function unitsLeft({ id, quantity }: BillLine, groups: readonly Group[]): number {
  const taken = groups.reduce((sum, group) => sum + (group.get(id) ?? 0), 0);
  return rounded(quantity.value - taken);
}

/** One unit more, or what is left of it: goods by weight go as a whole. */
export function more(line: BillLine, group: Group, groups: readonly Group[]): Group {
  const left = unitsLeft(line, groups);
  const step = Number.isInteger(line.quantity.value) ? Math.min(1, left) : left;
  return step <= 0 ? group : new Map(group).set(line.id, rounded((group.get(line.id) ?? 0) + step));
}

export function fewer(line: BillLine, group: Group): Group {
  const now = group.get(line.id) ?? 0;
  const after = new Map(group);
  if (now <= 1 || !Number.isInteger(line.quantity.value)) after.delete(line.id);
  else after.set(line.id, now - 1);
  return after;
}

/** As `bill.split` takes them; guests who chose nothing are left out. */
export function shares(groups: readonly Group[]): readonly (readonly Share[])[] {
  return groups.filter((group) => group.size > 0).map((group) => [...group].map(([id, quantity]) => ({ id, quantity })));
}

/** Quantities have thousandths (MON-5), numbers of a browser more. */
function rounded(quantity: number): number {
  return Math.round(quantity * 1_000) / 1_000;
}
