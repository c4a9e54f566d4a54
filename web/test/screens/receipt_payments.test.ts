import { describe, expect, it } from "vitest";
import type { Receipt, ReceiptPayment } from "../../src/client/receipt";
import { broughtBack, printed } from "../../src/screens/receipt/payments";

const payment = (more: Partial<ReceiptPayment>): ReceiptPayment =>
  ({ amount: 18_000, refunded: 0, owed: 0, cancelledAt: "", ...more }) as ReceiptPayment;
const paper = (kind: Receipt["kind"], ...payments: readonly ReceiptPayment[]) => ({ kind, payments }) as unknown as Receipt;
const sum = (one: Receipt) => printed(one).reduce((all, each) => all + each.amount - broughtBack(each) - each.owed, 0);

describe("the payments of a receipt", () => {
  const cancelled = payment({ cancelledAt: "2026-02-01T12:00:00.000+09:00" });
  const again = payment({});

  it("pay its total: what was cancelled and paid anew is not among them", () => {
    expect(printed(paper("RECEIPT", cancelled, again))).toEqual([again]);
    expect(printed(paper("CANCELLED", cancelled))).toEqual([cancelled]);
  });

  it("say what the guest has still to get", () => {
    const owed = payment({ cancelledAt: cancelled.cancelledAt, owed: 18_000 });
    expect(printed(paper("RECEIPT", owed, again))).toEqual([owed, again]);
    expect(sum(paper("RECEIPT", owed, again))).toBe(18_000);
    expect(broughtBack(owed)).toBe(0);
    expect(broughtBack(payment({ refunded: 8_000, owed: 5_000 }))).toBe(3_000);
    expect(broughtBack(cancelled)).toBe(18_000);
  });
});
