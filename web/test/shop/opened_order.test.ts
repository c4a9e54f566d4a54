import { describe, expect, it } from "vitest";
import { Approvals } from "../../src/shop/approval.svelte";
import { OpenedOrder } from "../../src/shop/opened_order.svelte";
import { FakeTill } from "./till";

const opened = () => {
  const till = new FakeTill();
  return { till, order: new OpenedOrder("a1", till.till, new Approvals(till.till)) };
};

describe("money that goes back", () => {
  it.each([
    [{ amount: 5_000, first: "p1" }, "order.refund-amount.request", { amount: 5_000, paymentId: "p1" }],
    [{ lineId: "l1", quantity: 1 }, "order.return-line.request", { lineId: "l1", quantity: 1 }],
  ])("goes back of the order that somebody agreed on: %o", async (what, name, sent) => {
    const { till, order } = opened();
    const giving = order.giveBack(what, 7, "사과");
    expect(till.at(-1)).toMatchObject({ name, data: { id: "a1", expectedVersion: 7, reason: "사과", ...sent } });
    await till.at(-1).refuse("바뀐 주문입니다", "CONFLICT", "VERSION");
    await expect(giving).rejects.toMatchObject({ reason: "VERSION" });
  });
});
