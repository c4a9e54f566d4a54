/** What a cashier is told of something that has no end yet: how it stands, what happened, what to do (NET-5, NET-6, CAN-10). */

import type { ReconcileItem } from "../../client/reconcile";
import type { Word as Shared } from "../payment/words";
import type { Word } from "./words";

/**
 * what: what happened; `shared`: in the payment screen's words.  todo: what to do, absent when nothing can be done.
 * quotes: the sentence of who refused belongs to it.  isOpen: a person has to do something.
 */
export interface Told {
  readonly state: Word;
  readonly what: { readonly word: Word } | { readonly shared: Shared };
  readonly todo: Word;
  readonly quotes: boolean;
  readonly isOpen: boolean;
}

const WHY_LATE: Readonly<Record<string, Shared>> = {
  AMOUNT_MISMATCH: "whyMismatch",
  LATE_APPROVAL: "whyLate",
  UNREADABLE_APPROVAL: "whyUnreadable",
};

const automatic = (state: Word, what: Word, todo: Word): Told => ({
  state,
  what: { word: what },
  todo,
  quotes: false,
  isOpen: false,
});
const open = (state: Word, what: Word, todo: Word, quotes = false): Told => ({
  state,
  what: { word: what },
  todo,
  quotes,
  isOpen: true,
});
const openAs = (state: Word, shared: Shared, todo: Word, quotes = false): Told => ({
  state,
  what: { shared },
  todo,
  quotes,
  isOpen: true,
});

export function tell(item: ReconcileItem): Told {
  switch (item.kind) {
    case "ATTEMPT":
      return ofAttempt(item);
    case "REFUND":
      return ofRefund(item);
    case "RECEIPT":
      return ofReceipt(item);
  }
}

function ofAttempt({ standing, terminal, error, actions }: ReconcileItem): Told {
  const reason = error?.reason ?? "";
  if (standing === "PENDING") return automatic("underWay", "waitsForPay", "nothingToDo");
  if (standing === "UNKNOWN") {
    if (terminal !== undefined) return automatic("unknown", "payNoAnswer", "askingTerminal");
    // A plugin that was lost says so; where nobody says anything, staff stopped waiting.
    return openAs("unknown", reason === "RESULT_UNKNOWN" ? "whyUnknown" : "whyGaveUp", "lookAtPlugin");
  }
  const known = WHY_LATE[reason];
  if (terminal !== undefined) return openAs("decide", known ?? "whyNoWord", "lookAtSlip");
  const isTaken = actions.some(({ data }) => data["how"] === "CONFIRM_PAID");
  const state = reason === "LATE_APPROVAL" ? "late" : "decide";
  return openAs(state, known ?? "whyUnknown", isTaken ? "adopt" : "giveItBack");
}

function ofRefund({ id, paymentId, standing, state, terminal, actions }: ReconcileItem): Told {
  if (state === "QUEUED") return automatic("underWay", "refundQueued", "nothingToDo");
  if (standing === "PENDING") return automatic("underWay", "waitsForRefund", "nothingToDo");
  if (standing === "UNKNOWN") {
    return terminal === undefined
      ? open("unknown", "refundNoAnswer", "lookAtRefund")
      : automatic("unknown", "refundNoAnswer", "askingRefund");
  }
  const isPart = id !== paymentId;
  // A plugin is asked for whole payments, so nobody refused this one.
  if (isPart && terminal === undefined) return open("decide", "partByHand", "wayByHand");
  const way = actions.length === 0 ? "waitsForOther" : isPart ? "wayOfPart" : "wayOfWhole";
  return open("decide", isPart ? "partOwed" : "wholeOwed", way, true);
}

function ofReceipt({ standing, state, actions }: ReconcileItem): Told {
  if (standing === "PENDING") return automatic("notIssued", "receiptNotReached", "askingIssuer");
  if (standing === "UNKNOWN") return automatic("unknown", "receiptNoAnswer", "askingIssuer");
  if (state !== "FAILED") return open("notIssued", "noIssuer", "setUpIssuer");
  return actions.some(({ name }) => name === "cash-receipt.cancel.request")
    ? open("refused", "cancelRefused", "cancelAnew", true)
    : open("refused", "receiptRefused", "issueAnew", true);
}

/** How long until it is asked again: `M:SS`; null when that is now, or it is not. */
export function untilNextTry({ nextTryAt }: Pick<ReconcileItem, "nextTryAt">, now: number): string | null {
  if (nextTryAt === undefined) return null;
  const seconds = Math.ceil((Date.parse(nextTryAt) - now) / 1_000);
  if (!(seconds > 0)) return null;
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, "0")}`;
}
