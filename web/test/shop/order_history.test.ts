import { describe, expect, it } from "vitest";
import { OrderHistory } from "../../src/shop/order_history.svelte";
import { FakeTill } from "./till";

const ID = "a1";
const entries = (...numbers: readonly number[]) =>
  numbers.map((seq) => ({ seq, at: "2026-02-01T14:03:00+09:00", atMs: 0, who: { kind: "system", id: "system" }, changes: [] }));

async function opened() {
  const till = new FakeTill();
  const history = new OrderHistory(ID, till.till);
  const failed: boolean[] = [];
  history.watch((error) => failed.push(error !== null));
  await till.at(0).answer({ entries: entries(9, 8), next: 8 });
  const seen = () => history.all.map(({ seq }) => seq);
  return { till, history, failed, seen };
}

function order(id: string) {
  const prices = { chargeListPriceValue: 0, chargeDiscountValue: 0, chargePriceValue: 0, chargeSupplyValue: 0, chargeTaxValue: 0 };
  const paid = { paymentUnpaidValue: 0, paymentPaidValue: 0 };
  return { version: 1, order: { id, orderState: "OPENED", lineItems: [], payments: [], chargePrice: prices, paymentPrice: paid } };
}

describe("the history of an order", () => {
  it("reads further back on request", async () => {
    const { till, history, seen } = await opened();
    expect(history.more).toBe(true);
    const reading = history.readMore();
    expect(till.at(-1).data).toMatchObject({ orderId: ID, before: 8 });
    await till.at(-1).answer({ entries: entries(5, 2) });
    await reading;
    expect(seen()).toEqual([9, 8, 5, 2]);
    expect(history.more).toBe(false);
  });

  it("takes up what happens, and only to this order", async () => {
    const { till, seen } = await opened();
    till.push("order.view.event", order("another"));
    expect(till.asked).toHaveLength(1);
    till.push("order.view.event", order(ID));
    await till.at(1).answer({ entries: entries(12, 9, 8), next: 8 });
    expect(seen()).toEqual([12, 9, 8]);
    till.push("payment-attempt.change.event", { attempt: { orderId: ID } });
    await till.at(2).answer({ entries: entries(13, 12, 9), next: 9 });
    expect(seen()).toEqual([13, 12, 9, 8]);
  });

  it("reads once more, not at the same time, when told of more while it reads", async () => {
    const { till, seen } = await opened();
    till.push("order.view.event", order(ID));
    till.push("order.view.event", order(ID));
    till.push("order.view.event", order(ID));
    expect(till.asked).toHaveLength(2);
    await till.at(1).answer({ entries: entries(10, 9, 8), next: 8 });
    expect(till.asked).toHaveLength(3);
    await till.at(2).answer({ entries: entries(11, 10, 9), next: 9 });
    expect(seen()).toEqual([11, 10, 9, 8]);
  });

  it("begins anew when more happened than a page holds", async () => {
    const { till, history, seen } = await opened();
    const older = history.readMore();
    till.push("order.view.event", order(ID));
    await till.at(2).answer({ entries: entries(99, 98), next: 98 });
    await till.at(1).answer({ entries: entries(5, 2) });
    await older;
    expect(seen()).toEqual([99, 98]);
    expect(history.more).toBe(true);
  });

  it("says when it cannot be read, and goes on with the next push", async () => {
    const { till, failed, seen } = await opened();
    till.push("order.view.event", order(ID));
    await till.at(1).refuse("no");
    expect(failed).toEqual([false, true]);
    till.push("order.view.event", order(ID));
    await till.at(2).answer({ entries: entries(10, 9, 8), next: 8 });
    expect(seen()).toEqual([10, 9, 8]);
    expect(failed).toEqual([false, true, false]);
  });
});
