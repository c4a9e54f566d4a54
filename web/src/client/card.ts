/** Cards: the shop's terminals, and what a payment says of the card that made it (contract, extensions §2, payment §2). */

import { type Decoded, fields, flag, list, maybe, number, oneOf, orElse, text } from "./decode";

const terminal = fields({
  id: text,
  name: text,
  driver: text,
  address: text,
  devices: orElse(list(text), []),
  testMode: orElse(flag, false),
  version: number,
  state: oneOf("idle", "busy", "away"),
  model: maybe(text),
  here: orElse(flag, false),
});
/** devices: the tills that charge on it, empty = every one without its own.  here: this till does. */
export type Terminal = Decoded<typeof terminal>;
export const decodeTerminals = fields({ terminals: list(terminal), drivers: list(text) });

/** The number is masked by the shop (SEC-3). */
export const decodeCard = fields({
  cardBrand: orElse(text, ""),
  cardNo: orElse(text, ""),
  installmentMonth: orElse(text, ""),
});
export type Card = Decoded<typeof decodeCard>;
