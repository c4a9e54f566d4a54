/** What of an order goes when it is divided in two (SPL-5). */

import type { TableLine } from "../../client/table";
import type { Share } from "../../shop/floor.svelte";

/** The chosen units; null while nothing is chosen, or nothing would stay. */
export function sharesOf(lines: readonly TableLine[], taken: ReadonlyMap<string, number>): readonly Share[] | null {
  const shares = lines.flatMap(({ id, quantity }) => {
    const chosen = Math.min(taken.get(id) ?? 0, quantity.value);
    return chosen > 0 ? [{ id, quantity: chosen }] : [];
  });
  const all = lines.every(({ id, quantity }) => (taken.get(id) ?? 0) >= quantity.value);
  return shares.length === 0 || all ? null : shares;
}

/** About what they cost: the shop shares discounts and odd won out when it divides. */
export function sumOf(lines: readonly TableLine[], taken: ReadonlyMap<string, number>): number {
  const sum = lines.reduce(
    (total, { id, quantity, chargePrice }) => total + (chargePrice.value * (taken.get(id) ?? 0)) / quantity.value,
    0,
  );
  return Math.round(sum);
}
