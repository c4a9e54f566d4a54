import { language } from "../../kit/words.svelte";

const ACTIONS: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  "order.add": ["주문 금액 변경", "a price of one's own"],
  "order.add-line": ["주문 금액 변경", "a price of one's own"],
  "order.update-line": ["보낸 메뉴 변경", "changing a sent line"],
  "order.remove-line": ["보낸 메뉴 빼기", "removing a sent line"],
  "order.update": ["큰 할인", "a large discount"],
  "draft-order.add-discount": ["큰 할인", "a large discount"],
  "draft-order.add-item-discount": ["큰 할인", "a large discount"],
  "payment-attempt.resolve": ["결제 결과 처리", "saying how a payment ended"],
  "payment-refund.resolve": ["환불 처리", "saying how money went back"],
  "payment.confirm-refund": ["환불 처리", "saying how money went back"],
};

/** What a manager is asked to approve; a message nobody named yet as it is written. */
export function actionLabel(action: string): string {
  return ACTIONS[action.replace(/\.request$/, "")]?.[language.current === "ko" ? 0 : 1] ?? action;
}
