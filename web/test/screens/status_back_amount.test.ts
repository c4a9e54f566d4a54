import { describe, expect, it } from "vitest";
import { mostBack } from "../../src/screens/status/explain";

const order = (price: number, tip: number, paid: number) => ({
  chargePrice: {
    chargeListPriceValue: price - tip,
    chargeDiscountValue: 0,
    chargePriceValue: price,
    chargeSupplyValue: price - tip,
    chargeTaxValue: 0,
    chargeTaxExemptValue: 0,
    chargeTipValue: tip,
  },
  paymentPrice: { paymentPaidValue: paid, paymentUnpaidValue: price - paid },
});

describe("goodwill", () => {
  it.each([
    ["all of the goods", order(18_000, 0, 18_000), 18_000],
    ["nothing of the tip", order(19_000, 1_000, 19_000), 18_000],
    ["no more than was paid", order(19_000, 1_000, 8_000), 8_000],
  ])("may be %s", (_, of, most) => {
    expect(mostBack(of)).toBe(most);
  });
});
