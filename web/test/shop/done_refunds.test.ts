import { describe, expect, it } from "vitest";
import { Approvals } from "../../src/shop/approval.svelte";
import { OpenedOrder } from "../../src/shop/opened_order.svelte";
import { FakeTill } from "./till";

const ORDER = {
  id: "o1",
  version: 2,
  orderState: "COMPLETED",
  lineItems: [],
  payments: [],
  chargePrice: {
    chargeListPriceValue: 18_000,
    chargeDiscountValue: 0,
    chargePriceValue: 18_000,
    chargeSupplyValue: 16_364,
    chargeTaxValue: 1_636,
  },
  paymentPrice: { paymentUnpaidValue: 0, paymentPaidValue: 14_000 },
};

describe("money given back from here", () => {
  const given = {
    order: ORDER,
    refunds: [
      { id: "cash", amount: 1_000, pending: false },
      { id: "part", amount: 3_000, pending: true },
    ],
  };
  function watched() {
    const fake = new FakeTill();
    const opened = new OpenedOrder(ORDER.id, fake.till, new Approvals(fake.till));
    opened.watch();
    const back = opened.giveBack({ amount: 4_000 }, 1, "늦음");
    const ended = () =>
      fake.push("payment-refund.change.event", {
        refund: { id: "part", paymentId: "p1", orderId: ORDER.id, amount: 3_000, state: "RETURNED" },
      });
    return { fake, opened, back, ended };
  }
  const asked = (fake: FakeTill) => fake.asked.find(({ name }) => name === "order.refund-amount.request");

  it("is owed until it reached the guest", async () => {
    const { fake, opened, back, ended } = watched();
    await asked(fake)?.answer(given);
    await back;
    expect(opened.owed).toBe(3_000);
    ended();
    expect(opened.owed).toBe(0);
  });

  it("is not owed where the shop told of its end before it replied", async () => {
    const { fake, opened, back, ended } = watched();
    ended();
    await asked(fake)?.answer(given);
    await back;
    expect(opened.owed).toBe(0);
  });
});
