import { language } from "../../kit/words.svelte";

const ACTIONS: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  "order.add": ["주문 금액 변경", "a price of one's own"],
  "order.add-menu": ["주문 금액 변경", "a price of one's own"],
  "order.cancel": ["주문 취소", "cancelling an order"],
  "order.add-line": ["주문 금액 변경", "a price of one's own"],
  "order.update-line": ["보낸 메뉴 변경", "changing a sent line"],
  "order.remove-line": ["보낸 메뉴 빼기", "removing a sent line"],
  "order.update": ["큰 할인", "a large discount"],
  "draft-order.add-discount": ["큰 할인", "a large discount"],
  "draft-order.add-item-discount": ["큰 할인", "a large discount"],
  "payment.cancel": ["결제 취소", "cancelling a payment"],
  "payment-attempt.resolve": ["결제 결과 처리", "saying how a payment ended"],
  "payment-refund.resolve": ["환불 처리", "saying how money went back"],
  "payment.confirm-refund": ["환불 처리", "saying how money went back"],
  "prepaid.refund": ["선불 잔액 환불", "refunding a prepaid balance"],
  "business-day.close": ["영업 마감", "closing the business day"],
  "business-day.reopen": ["마감 취소", "reopening the business day"],
  "cash-drawer.open": ["돈통 열기", "opening the cash drawer"],
  "cash-drawer.pay-in": ["돈통 입금", "putting cash into the drawer"],
  "cash-drawer.pay-out": ["돈통 출금", "taking cash out of the drawer"],
  "cash-drawer.drop": ["돈통 현금 회수", "moving cash from the drawer to the safe"],
};

/** What a manager is asked to approve; a message nobody named yet as it is written. */
export function actionLabel(action: string): string {
  return ACTIONS[action.replace(/\.request$/, "")]?.[language.current === "ko" ? 0 : 1] ?? action;
}
