/** Reservations (contract, extensions §7). */

import { type Decoded, fields, list, number, oneOf, orElse, text } from "./decode";

const reservation = fields({
  id: text,
  name: orElse(text, ""),
  numGuests: number,
  at: text,
  tableIds: list(number),
  state: oneOf("booked", "checked-in", "seated", "no-show", "cancelled"),
});
export type Reservation = Decoded<typeof reservation>;
export const decodeReservations = fields({ reservations: list(reservation) });
export const decodeReservationChange = fields({ reservation });
