/** Cash receipts (현금영수증) as the shop tells of them (contract, extensions §2). The number is masked by the shop (RCP-5). */

import { type Decoded, fields, flag, list, maybe, number, oneOf, orElse, text } from "./decode";

const state = oneOf("QUEUED", "SENT", "UNKNOWN", "ISSUED", "FAILED", "WITHDRAWN");
export type ReceiptState = Decoded<typeof state>;

const failure = fields({ code: orElse(text, ""), message: orElse(text, "") });
const use = oneOf("DEDUCTION", "PROOF", "SELF");
export type Use = Decoded<typeof use>;

const cancel = fields({
  id: text,
  amount: number,
  state,
  issueNumber: orElse(text, ""),
  error: maybe(failure),
});
export type ReceiptCancel = Decoded<typeof cancel>;

const receipt = fields({
  id: text,
  orderId: text,
  paymentId: text,
  use,
  identifier: orElse(text, ""),
  amount: number,
  standing: number,
  state,
  sendAt: orElse(text, ""),
  issueNumber: orElse(text, ""),
  error: maybe(failure),
  cancels: list(cancel),
  testMode: orElse(flag, false),
});
/** standing: won that stay receipted.  sendAt: until then it waits for a guest's number (RCP-2). */
export type CashReceipt = Decoded<typeof receipt>;
export const decodeCashReceipt = fields({ cashReceipt: receipt });

const receiptable = fields({ paymentId: text, amount: number });
/** What may be receipted of a payment now. */
export type Receiptable = Decoded<typeof receiptable>;
export const decodeCashReceipts = fields({ cashReceipts: list(receipt), receiptable: orElse(list(receiptable), []) });
