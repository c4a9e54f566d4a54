/** The waiting list (contract, extensions §7). */

import { type Decoded, fields, list, maybe, number, oneOf, text } from "./decode";

const party = fields({
  id: text,
  number,
  name: maybe(text),
  numGuests: number,
  state: oneOf("waiting", "called", "seated", "no-show", "cancelled"),
  since: text,
  deferrals: number,
});
export type WaitingParty = Decoded<typeof party>;

const mode = oneOf("accept", "walk-in", "paused", "closed");
export type WaitingMode = Decoded<typeof mode>;

export const decodeParties = fields({ parties: list(party), mode, until: maybe(text) });
export const decodePartyChange = fields({ party });
export const decodeMode = fields({ mode, until: maybe(text) });
