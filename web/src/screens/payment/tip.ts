/** Tips (봉사료) as they are asked for at the till (VAT-4, PAY-2). Amounts in won. */

const PERCENTS = [5, 10, 15, 20] as const;
/** Nobody leaves odd coins, and a round tip keeps a bill round whose small change is cut (DSC-7). */
const UNIT = 100;

/** Keys for a tip on an amount, in round sums; those that come to nothing are left out. */
export function tipKeys(amount: number): readonly { readonly percent: number; readonly tip: number }[] {
  return PERCENTS.map((percent) => ({ percent, tip: Math.round((amount * percent) / 100 / UNIT) * UNIT })).filter(
    ({ tip }) => tip > 0,
  );
}

/** Whether income tax has to be withheld of it. tip: all of the order's.  supply: the order's supply value. */
export function needsWithholding(tip: number, supply: number): boolean {
  return tip * 100 > supply * 20;
}
