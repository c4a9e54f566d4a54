import { describe, expect, it } from "vitest";
import { AskedReceipts, CashReceipts } from "../../src/shop/cash_receipts.svelte";
import type { CashReceipt } from "../../src/client/cash_receipt";
import { FakeTill } from "./till";

const receipt = (more: object = {}) => ({
  id: "r1", orderId: "o1", paymentId: "p1", use: "DEDUCTION", amount: 5_000, standing: 5_000, state: "QUEUED", cancels: [], ...more,
});
const listed = (...cashReceipts: object[]) => ({ cashReceipts, receiptable: [{ paymentId: "p1", amount: 5_000 }] });

function atTill() {
  const till = new FakeTill();
  const refused: CashReceipt[] = [];
  const receipts = new CashReceipts("o1", till.till, new AskedReceipts(till.till, (one) => refused.push(one)));
  return { till, receipts, refused };
}

describe("the cash receipts of an order", () => {
  it("are read once more when something happened while they were read", async () => {
    const { till, receipts } = atTill();
    void receipts.read();
    void receipts.read();
    void receipts.read();
    expect(till.asked.length).toBe(1);
    await till.at(0).answer(listed());
    await till.at(1).answer(listed(receipt({ state: "ISSUED" }), receipt({ id: "r0", state: "WITHDRAWN" })));
    expect(till.asked.length).toBe(2);
    expect(receipts.all.map(({ id, state }) => [id, state])).toEqual([["r1", "ISSUED"]]);
    expect(receipts.receiptable).toEqual([{ paymentId: "p1", amount: 5_000 }]);
  });

  it("stay as they were while the shop is out of reach", async () => {
    const { till, receipts } = atTill();
    void receipts.read();
    await till.at(0).answer(listed(receipt()));
    void receipts.read();
    await till.at(1).refuse("", "HOST_UNAVAILABLE");
    expect(receipts.all.length).toBe(1);
  });

  it("send no number to the shop itself (RCP-2)", () => {
    const { till, receipts } = atTill();
    void receipts.issue("p1", "SELF", "01012345678");
    void receipts.issue("p1", "PROOF", "1234567891");
    expect(till.asked.map(({ data }) => data)).toEqual([
      { paymentId: "p1", use: "SELF" },
      { paymentId: "p1", use: "PROOF", identifier: "1234567891" },
    ]);
  });

  it("that were asked for here and are refused are told of, once, and no others (RCP-4)", async () => {
    const { till, receipts, refused } = atTill();
    const asking = receipts.issue("p1", "DEDUCTION", "01012345678");
    await till.at(0).answer({ cashReceipt: receipt() });
    await asking;
    for (const id of ["r9", "r1", "r1"]) till.push("cash-receipt.change.event", { cashReceipt: receipt({ id, state: "FAILED" }) });
    expect(refused.map(({ id }) => id)).toEqual(["r1"]);
  });
});
