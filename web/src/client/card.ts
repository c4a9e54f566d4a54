/** Cards: the shop's terminals, and what a payment says of the card that made it (contract, extensions §2, payment §2). */

import { type Decoded, fields, flag, list, maybe, number, oneOf, orElse, text } from "./decode";

const walletCode = fields({ wallet: text, starts: text, least: number, most: number });
/** How the codes begin that guests of a wallet present, and how long they are (PAY-9). */
export type WalletCode = Decoded<typeof walletCode>;
/** What a terminal knows of wallets. reads: codes of guests.  shows: it gives codes to scan. */
const wallets = fields({ reads: orElse(list(walletCode), []), shows: orElse(flag, false) });
export type Wallets = Decoded<typeof wallets>;

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
  wallets: maybe(wallets),
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
