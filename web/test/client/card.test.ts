import { describe, expect, it } from "vitest";
import { decodeTerminals } from "../../src/client/card";
import { decodeAttempt, decodeRefund } from "../../src/client/shapes";

const TERMINAL = { id: "t1", name: "홀", driver: "simulator", address: "127.0.0.1:9100", version: 1, state: "away" };

describe("card terminals", () => {
  it("are read without what the shop leaves out", () => {
    const [read] = decodeTerminals({ terminals: [TERMINAL], drivers: ["simulator"] }).terminals;
    expect(read).toMatchObject({ devices: [], testMode: false, here: false, model: undefined });
  });

  it("are in no state we do not know", () => {
    expect(() => decodeTerminals({ terminals: [{ ...TERMINAL, state: "odd" }], drivers: [] })).toThrow("idle or busy or away");
  });
});

describe("attempts and refunds on a terminal", () => {
  it("name it instead of a method", () => {
    const terminal = { id: "t1", name: "홀" };
    const refund = { id: "p1", paymentId: "p1", orderId: "o1", amount: 1, state: "UNKNOWN", terminal };
    expect(decodeRefund({ refund }).refund).toMatchObject({ method: undefined, terminal: { ...terminal, testMode: false } });
    const attempt = { id: "a1", orderId: "o1", tender: "CARD", amount: 1, state: "SENT", terminal: { ...terminal, testMode: true } };
    expect(decodeAttempt({ attempt }).attempt).toMatchObject({ takingBack: false, terminal: { testMode: true } });
  });

  it("say which card paid, as far as its terminal says", () => {
    const payment = { approvedNo: "00000001", cardDetails: { cardBrand: "신한", installmentMonth: "03" } };
    const attempt = { id: "a1", orderId: "o1", tender: "CARD", amount: 1, state: "APPROVED", payment };
    expect(decodeAttempt({ attempt }).attempt.payment).toEqual({
      approvedNo: "00000001",
      cardDetails: { cardBrand: "신한", cardNo: "", installmentMonth: "03" },
    });
  });
});
