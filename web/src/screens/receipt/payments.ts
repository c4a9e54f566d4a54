/** The payments a receipt prints, and what of each went back. */

import type { Receipt, ReceiptPayment } from "../../client/receipt";

/**
 * Those that pay its total. What was cancelled and paid anew is on the paper of a cancelled order, and where the guest
 * has still to get it: beside the new payment it would be money that nobody owes.
 */
export function printed({ kind, payments }: Receipt): readonly ReceiptPayment[] {
  return kind === "CANCELLED" ? payments : payments.filter(({ cancelledAt, owed }) => cancelledAt === "" || owed > 0);
}

/** Won of a payment that its guest has again. */
export function broughtBack({ amount, refunded, cancelledAt, owed }: ReceiptPayment): number {
  return (cancelledAt === "" ? refunded : amount) - owed;
}
