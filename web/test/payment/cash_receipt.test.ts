import { describe, expect, it } from "vitest";
import { decodeCashReceipt } from "../../src/client/cash_receipt";
import { language } from "../../src/kit/words.svelte";
import { grouped, isWhole, mayTakeBack, standingOf, standingOfCancel } from "../../src/screens/payment/cash_receipt";

const receipt = (more: object = {}) =>
  decodeCashReceipt({
    cashReceipt: {
      id: "r1",
      orderId: "o1",
      paymentId: "p1",
      use: "DEDUCTION",
      identifier: "*******6789",
      amount: 10_000,
      standing: 10_000,
      state: "QUEUED",
      cancels: [],
      ...more,
    },
  }).cashReceipt;
const cancel = (state: string, more: object = {}) => ({ id: "c1", amount: 10_000, state, ...more });

describe("a number as it is read to a guest", () => {
  it("is grouped as far as it is typed", () => {
    expect(["0", "010", "0101234", "01012345678"].map((digits) => grouped(digits, "DEDUCTION"))).toEqual([
      "0",
      "010",
      "010-123-4",
      "010-1234-5678",
    ]);
    expect(grouped("0112345678", "DEDUCTION")).toBe("011-234-5678");
    expect(grouped("1234567891", "PROOF")).toBe("123-45-67891");
    expect(grouped("1234567890123456", "DEDUCTION")).toBe("1234-5678-9012-3456");
    expect(grouped("", "PROOF")).toBe("");
  });

  it("is worth asking from ten digits on", () => {
    expect([isWhole("123456789"), isWhole("1234567890")]).toEqual([false, true]);
  });
});

describe("how a receipt stands (RCP-2 … RCP-5)", () => {
  it("goes on by itself while it is in the queue, also when the issuer is away or silent", () => {
    expect(standingOf(receipt())).toMatchObject({ word: "QUEUED", tone: "", said: [expect.stringContaining("자동으로")] });
    const away = receipt({ error: { code: "ISSUER_AWAY", message: "" } });
    expect(standingOf(away)).toMatchObject({ tone: "warn", said: [expect.stringContaining("다시 보냅니다")] });
    const lost = receipt({ state: "UNKNOWN", error: { code: "ANSWER_LOST", message: "" } });
    expect(standingOf(lost)).toMatchObject({ word: "UNKNOWN", said: [expect.stringContaining("다시 발급하지 마세요")] });
  });

  it("waits for a guest's number where only the law asked", () => {
    expect(standingOf(receipt({ sendAt: "2026-02-02T12:10:00+09:00" })).said[0]).toContain("12:10에 자진발급");
  });

  it("has its approval number once it is issued, and says what to do once it is refused", () => {
    expect(standingOf(receipt({ state: "ISSUED", issueNumber: "T7" }))).toEqual({ word: "ISSUED", tone: "good", said: ["승인번호 T7"] });
    const refused = receipt({ state: "FAILED", error: { code: "7001", message: "번호를 확인해 주세요" } });
    language.current = "en";
    expect(standingOf(refused).said).toEqual(["The issuer says: 번호를 확인해 주세요 (7001)", "Check the number, then issue it again."]);
    language.current = "ko";
  });

  it("is taken back once the issuer has booked that, and may be again when it refused", () => {
    const issued = { state: "ISSUED", issueNumber: "T7" };
    expect(mayTakeBack(receipt(issued))).toBe(true);
    expect(mayTakeBack(receipt({ ...issued, standing: 0, cancels: [cancel("QUEUED")] }))).toBe(false);
    expect(standingOf(receipt({ ...issued, standing: 0, cancels: [cancel("SENT")] })).word).toBe("ISSUED");
    expect(standingOf(receipt({ ...issued, standing: 0, cancels: [cancel("ISSUED")] })).word).toBe("TAKEN_BACK");
    const refused = receipt({ ...issued, cancels: [cancel("FAILED", { error: { code: "7003", message: "원거래가 없습니다" } })] });
    expect(mayTakeBack(refused)).toBe(true);
    expect(refused.cancels.map((one) => standingOfCancel(one).word)).toEqual(["cancelFailed"]);
  });
});
