import { describe, expect, it } from "vitest";
import type { FullOrder } from "../../src/client/order";
import { explain } from "../../src/screens/status/explain";

const payment = (amountMoney: number, state = "PAID") => ({ id: "p", sourceType: "CASH", amountMoney, state });
const order = (paid: number, ...payments: ReturnType<typeof payment>[]) =>
  ({ payments, paymentPrice: { paymentPaidValue: paid } }) as unknown as FullOrder;

describe("what was paid", () => {
  it("adds up, whatever was cancelled, and whatever went back of what stands", () => {
    const lines = explain("paid", order(35_400, payment(48_400), payment(5_000, "CANCELLED")));
    expect(lines.slice(1)).toEqual([
      "그중 13,000원은 손님에게 되돌렸습니다.",
      "취소된 결제 5,000원은 세지 않습니다.",
      "그래서 받은 금액은 35,400원입니다.",
    ]);
    expect(explain("paid", order(48_400, payment(48_400)))).toHaveLength(2);
  });
});
