/** Paying a card in instalments (할부, PAY-4). */

/** The least amount, in won, the till offers them from. */
export const INSTALMENTS_FROM = 50_000;
/** Months one can choose. */
export const MONTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] as const;
