/** What staff are told of a cash receipt: how it stands, and what to do now (rulebook §3.6). */

import type { CashReceipt, ReceiptCancel, ReceiptState, Use } from "../../client/cash_receipt";
import { grouped as businessNumber } from "../../kit/business_number";
import { t, type Word } from "./cash_receipt_words";

/** A card has the most digits. */
export const MOST_DIGITS = 19;
/** A business number and an old mobile number have the fewest. */
const FEWEST_DIGITS = 10;

/** said: sentences, the first of them the most important. */
export interface Standing {
  readonly word: Word;
  readonly tone: "" | "good" | "warn" | "bad";
  readonly said: readonly string[];
}

const OPEN = new Set<ReceiptState>(["QUEUED", "SENT", "UNKNOWN"]);

export function standingOf(receipt: CashReceipt): Standing {
  const { state, issueNumber, error, sendAt } = receipt;
  if (state === "FAILED") return { word: "FAILED", tone: "bad", said: [refusal(error), t("refusedHint")] };
  if (state === "ISSUED") {
    const back = receipt.standing === 0 && receipt.cancels.every((one) => one.state === "ISSUED");
    return { word: back ? "TAKEN_BACK" : "ISSUED", tone: back ? "" : "good", said: [t("approval", { number: issueNumber })] };
  }
  if (state === "QUEUED" && sendAt !== "") return { word: "QUEUED", tone: "", said: [t("untilAsked", { time: sendAt.slice(11, 16) })] };
  return { word: state, tone: error === undefined ? "" : "warn", said: [going(state, error?.code)] };
}

export function standingOfCancel({ state, issueNumber, error }: ReceiptCancel): Standing {
  if (state === "FAILED") return { word: "cancelFailed", tone: "bad", said: [refusal(error), t("cancelFailedHint")] };
  if (state === "ISSUED") return { word: "TAKEN_BACK", tone: "", said: [t("approval", { number: issueNumber })] };
  return { word: "cancelGoing", tone: error === undefined ? "" : "warn", said: [going(state, error?.code)] };
}

/** Whether all of it that stands may be taken back: it is issued, and no cancel is under way. */
export function mayTakeBack({ state, standing, cancels }: CashReceipt): boolean {
  return state === "ISSUED" && standing > 0 && !cancels.some((one) => OPEN.has(one.state));
}

/** Digits as they are read to a guest: 010-1234-5678, 123-45-67890. */
export function grouped(digits: string, use: Use): string {
  if (digits.startsWith("01") && digits.length <= 11) {
    const last = digits.length <= 10 ? 6 : 7;
    return joined([digits.slice(0, 3), digits.slice(3, last), digits.slice(last)]);
  }
  if (use === "PROOF" && digits.length <= 10) return businessNumber(digits);
  return joined(digits.match(/.{1,4}/g) ?? []);
}

/** Whether it is worth asking; the shop has the last word. */
export function isWhole(digits: string): boolean {
  return digits.length >= FEWEST_DIGITS;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("-");
}

function going(state: ReceiptState, code = ""): string {
  if (state === "UNKNOWN" || code === "ANSWER_LOST") return t("lost");
  return t(code === "ISSUER_AWAY" ? "away" : "itself");
}

function refusal(error: { readonly code: string; readonly message: string } | undefined): string {
  return t("refused", { message: error?.message ?? "", code: error?.code ?? "" });
}
