/** Giving lines of a bill to guests (SPL-3); lines nobody has are shared by all. */

/** Line id → guest, from 1 on. */
export type Seating = ReadonlyMap<string, number>;

/** The line for this guest; for all again when it was theirs already. guest: 0 is everybody. */
export function give(seating: Seating, lineId: string, guest: number): Seating {
  const after = new Map(seating);
  if (guest === 0 || seating.get(lineId) === guest) after.delete(lineId);
  else after.set(lineId, guest);
  return after;
}

/** Lines of guests who are no longer there are shared. */
export function forGuests(seating: Seating, guests: number): Seating {
  return new Map([...seating].filter(([, guest]) => guest <= guests));
}

/** As `bill.split` takes it. */
export function seats(seating: Seating): readonly { readonly id: string; readonly seat: number }[] {
  return [...seating].map(([id, seat]) => ({ id, seat }));
}
