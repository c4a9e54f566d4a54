/** Money as people type it: `11500`, `11,500`, `₩ 11,500`, `11,500원`. */

const TYPED = /^(-?)₩?(\d{1,3}(?:,\d{3})+|\d+)원?$/;
const FULL_WIDTH = /[０-９，－]/g;
const LONGEST = 9;

/** How many characters a field for money takes: nine digits and all that may stand about them. */
export const MONEY_LENGTH = 16;

/** The whole won that a text says, undefined when it says none. A sign is read; who wants none looks. */
export function wonOf(typed: string): number | undefined {
  const plain = typed.replaceAll(FULL_WIDTH, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replaceAll(/\s/g, "");
  const [, sign, digits] = TYPED.exec(plain) ?? [];
  if (digits === undefined) return undefined;
  const won = digits.replaceAll(",", "");
  return won.length > LONGEST ? undefined : sign === "-" ? 0 - Number(won) : Number(won);
}
