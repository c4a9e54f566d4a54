import { afterEach, describe, expect, it } from "vitest";
import table from "../../../docs/contract/messages.json?raw";
import { decodeNeeded } from "../../src/client/approval";
import { language } from "../../src/kit/words.svelte";
import { actionLabel, actParts } from "../../src/screens/sign-in/actions";

interface Message {
  readonly name: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const approved = (JSON.parse(table) as readonly Message[]).filter(({ data }) => data !== undefined && "approvalId?" in data);

describe("what a manager is asked to approve", () => {
  it.each(approved.map(({ name }) => name))("is told by its name, not as the message %s", (name) => {
    expect(actionLabel(name)).not.toBe(name);
  });

  it("is on the list of messages", () => {
    expect(approved.map(({ name }) => name)).toContain("order.cancel.request");
  });
});

const actLabel = (question: Parameters<typeof actParts>[0]) => actParts(question).join(" · ");
const cash = { id: "p", sourceType: "CASH" };
const line = { id: "l", title: "아메리카노", quantity: 1 };

describe("a manager reads before the PIN", () => {
  afterEach(() => {
    language.current = "ko";
  });

  it.each([
    ["payment.cancel", { orderNumber: "A-012", payment: cash, amount: 12_000 }, "결제 취소 · A-012 · 현금 12,000원"],
    [
      "payment.cancel",
      { orderNumber: "A-012", payment: { ...cash, sourceType: "EXTERNAL", source: "스탬프" }, amount: 12_000, override: true },
      "결제 취소 · A-012 · 스탬프 12,000원 · 플러그인이 거부함",
    ],
    ["order.remove-line", { orderNumber: "A-012", line, amount: 4_500 }, "보낸 메뉴 빼기 · A-012 · 아메리카노 ×1 · 4,500원"],
    [
      "order.update-line",
      { orderNumber: "A-012", line: { ...line, previous: 3 }, was: 13_500, amount: 4_500 },
      "보낸 메뉴 변경 · A-012 · 아메리카노 ×3 → ×1 · 13,500원 → 4,500원",
    ],
    ["draft-order.add-discount", { cart: { id: "till", version: 3 }, amount: 3_000 }, "큰 할인 · 장바구니 · 3,000원"],
    [
      "payment-attempt.resolve",
      { orderNumber: "A-012", attempt: { id: "a", tender: "CARD" }, amount: 9_000, how: "CONFIRM_PAID" },
      "결제 결과 처리 · 결제됨으로 처리 · A-012 · 카드 9,000원",
    ],
    ["order.cancel", { orderNumber: "A-012", amount: 29_700 }, "주문 취소 · A-012 · 29,700원"],
    ["order.cancel", { orderNumber: "A-012", amount: 29_700, back: 20_000 }, "주문 취소 · A-012 · 29,700원 · 돌려줄 돈 20,000원"],
    ["order.cancel", undefined, "주문 취소"],
  ])("what %s is about: %o", (action, about, said) => {
    expect(actLabel(decodeNeeded({ action, act: "x", about }))).toBe(said);
  });

  it("the same in English", () => {
    language.current = "en";
    const about = { orderNumber: "A-012", payment: cash, amount: 12_000 };
    expect(actLabel(decodeNeeded({ action: "payment.cancel", act: "x", about }))).toMatch(/^Cancelling a payment · A-012 · Cash .*12,000/);
  });

  it.each([
    ["payment-attempt.resolve", ["QUERY", "NET_CANCEL", "CONFIRM_PAID", "CONFIRM_NOT_PAID"]],
    ["payment-refund.resolve", ["ASK_AGAIN", "WHOLE_THEN_REST", "CONFIRM_RETURNED", "CONFIRM_NOT_RETURNED"]],
    ["payment.confirm-refund", ["CONFIRM_RETURNED", "CONFIRM_NOT_RETURNED"]],
  ])("every way a manager decides, and none as %s has it", (action, ways) => {
    for (const how of ways) expect(actLabel(decodeNeeded({ action, act: "x", about: { how } }))).not.toContain(how);
  });
});
