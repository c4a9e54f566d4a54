/** What a manager is asked to approve, as the shop tells it (contract, extensions §1 and §2). */

import { type Decoded, fields, flag, maybe, number, orElse, text } from "./decode";
import { madeOf, quantified, tried } from "./order_history";

const about = fields({
  orderNumber: maybe(text),
  cart: maybe(fields({ id: text })),
  line: maybe(quantified),
  payment: maybe(madeOf),
  attempt: maybe(tried),
  was: maybe(number),
  amount: maybe(number),
  back: maybe(number),
  how: maybe(text),
  override: orElse(flag, false),
});
export type ActAbout = Decoded<typeof about>;

const NOTHING: ActAbout = about({});

/** What the refusal of an act names: a message, which act of its kind, and what that is about. */
export const decodeNeeded = fields({ action: text, act: text, about: orElse(about, NOTHING) });
export const decodeApproved = fields({ approvalId: text });
