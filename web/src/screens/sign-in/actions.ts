/** What a manager is asked to approve, in words (SEC-1). */

import { language, won } from "../../kit/words.svelte";
import type { Question } from "../../shop/approval.svelte";
import { t as settling, type Word } from "../reconcile/words";
import { paidBy } from "../status/story";
import { t } from "./words";

const ACTIONS: Readonly<Record<string, readonly [ko: string, en: string]>> = {
  "order.add": ["주문 금액 변경", "A price of one's own"],
  "order.add-menu": ["주문 금액 변경", "A price of one's own"],
  "order.cancel": ["주문 취소", "Cancelling an order"],
  "order.add-line": ["주문 금액 변경", "A price of one's own"],
  "order.update-line": ["보낸 메뉴 변경", "Changing a sent line"],
  "order.remove-line": ["보낸 메뉴 빼기", "Removing a sent line"],
  "order.update": ["큰 할인", "A large discount"],
  "draft-order.add-discount": ["큰 할인", "A large discount"],
  "draft-order.add-item-discount": ["큰 할인", "A large discount"],
  "draft-order.start-payment": ["큰 할인", "A large discount"],
  "draft-order.submit": ["큰 할인", "A large discount"],
  "payment.cancel": ["결제 취소", "Cancelling a payment"],
  "payment-attempt.resolve": ["결제 결과 처리", "Saying how a payment ended"],
  "payment-refund.resolve": ["환불 처리", "Saying how money went back"],
  "payment.confirm-refund": ["환불 처리", "Saying how money went back"],
  "prepaid.refund": ["선불 잔액 환불", "Refunding a prepaid balance"],
  "business-day.close": ["영업 마감", "Closing the business day"],
  "business-day.reopen": ["마감 취소", "Reopening the business day"],
  "cash-drawer.open": ["돈통 열기", "Opening the cash drawer"],
  "cash-drawer.pay-in": ["돈통 입금", "Putting cash into the drawer"],
  "cash-drawer.pay-out": ["돈통 출금", "Taking cash out of the drawer"],
  "cash-drawer.drop": ["돈통 현금 회수", "Moving cash from the drawer to the safe"],
};

/** What a manager decides of money whose end nobody knew, as the keys call it. */
const HOW: Readonly<Record<string, Word>> = {
  QUERY: "askTerminal",
  NET_CANCEL: "takeBack",
  CONFIRM_PAID: "wasPaid",
  CONFIRM_NOT_PAID: "wasNotPaid",
  ASK_AGAIN: "refundAgain",
  WHOLE_THEN_REST: "wholeThenRest",
  CONFIRM_RETURNED: "gaveByHand",
  CONFIRM_NOT_RETURNED: "didNotGoBack",
};

/** The name of what a manager is asked to approve; a message nobody named yet as it is written. */
export function actionLabel(action: string): string {
  return ACTIONS[action.replace(/\.request$/, "")]?.[language.current === "ko" ? 0 : 1] ?? action;
}

/** The whole of it: the action, whose order or cart, and the item or amount it is about. */
export function actParts({ action, about }: Pick<Question, "action" | "about">): readonly string[] {
  const override = about.override ? t("although") : "";
  const back = about.back === undefined ? "" : t("goesBack", { won: won(about.back) });
  return [actionLabel(action), how(about), place(about), item(about), money(about), back, override].filter(Boolean);
}

type About = Question["about"];

function how(about: About): string {
  if (about.how === undefined) return "";
  const word = HOW[about.how];
  return word === undefined ? about.how : settling(word);
}

function place({ orderNumber, cart }: About): string {
  return orderNumber ?? (cart === undefined ? "" : t("theCart"));
}

function item({ line }: About): string {
  if (line === undefined) return "";
  const quantity = `×${String(line.quantity)}`;
  return `${line.title} ${line.previous === undefined ? quantity : `×${String(line.previous)} → ${quantity}`}`;
}

function money({ payment, attempt, was, amount }: About): string {
  if (amount === undefined) return "";
  const figures = was === undefined ? won(amount) : `${won(was)} → ${won(amount)}`;
  return payment === undefined && attempt === undefined ? figures : `${paidBy({ payment, attempt })} ${figures}`;
}
