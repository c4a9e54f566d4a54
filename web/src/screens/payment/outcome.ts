/** What staff are told of an attempt: how it stands, what to do now, and whether it goes on by itself (rulebook §3.3). */

import type { Attempt } from "../../client/shapes";
import { isUnderWay, isUnsettled } from "../../shop/payments.svelte";
import { t, type Word } from "./words";

/** goesOn: it changes by itself, so that something turns.  tone: of the frame. */
export interface Outcome {
  readonly title: Word;
  readonly hint?: Word;
  readonly tone: "" | "good" | "warn" | "bad";
  readonly goesOn: boolean;
}

const over = (title: Word, hint?: Word): Outcome => ({ title, tone: "bad", goesOn: false, ...(hint === undefined ? {} : { hint }) });
const PAID: Outcome = { title: "paid", tone: "good", goesOn: false };

/** By a terminal's code (ISO 8583). */
const DECLINES: ReadonlyMap<string, Word> = new Map([
  ["01", "askIssuer"],
  ["05", "notHonoured"],
  ["51", "noFunds"],
  ["54", "cardExpired"],
  ["55", "wrongPin"],
  ["61", "overLimit"],
  ["75", "pinTries"],
  ["91", "issuerAway"],
  ["94", "twice"],
  ["98", "readerAway"],
]);
/** The same of a wallet's code, where that means something else. */
const CODE_DECLINES: ReadonlyMap<string, Word> = new Map([
  ["14", "codeUnreadable"],
  ["54", "codeExpired"],
  ["W1", "codeUsed"],
]);

export function outcomeOf(attempt: Attempt): Outcome {
  if (attempt.state === "APPROVED") return PAID;
  return attempt.terminal === undefined ? ofMethod(attempt) : atTerminal(attempt);
}

function ofMethod(attempt: Attempt): Outcome {
  if (isUnderWay(attempt)) {
    const hint = attempt.hint === "STILL_WAITING" ? "stillWaiting" : "waitingHint";
    return { title: "waitingFor", hint, tone: "", goesOn: true };
  }
  if (isUnsettled(attempt)) return { title: "unknownResult", hint: "unknownHint", tone: "warn", goesOn: false };
  return over(attempt.state === "CANCELED" || attempt.gaveUp ? "givenUp" : "declined");
}

/** What the guest is to do, or what is waited for. */
function asked({ barcode }: Attempt): Outcome {
  if (barcode === undefined) return { title: "insertCard", hint: "insertCardHint", tone: "", goesOn: true };
  if (barcode.presentedBy === "GUEST") return { title: "codeSent", hint: "codeSentHint", tone: "", goesOn: true };
  return barcode.text === ""
    ? { title: "codeComing", tone: "", goesOn: true }
    : { title: "scanThis", hint: "scanThisHint", tone: "", goesOn: true };
}

function atTerminal(attempt: Attempt): Outcome {
  const isCard = attempt.barcode === undefined;
  switch (attempt.state) {
    case "CREATED":
    case "SENT":
      return asked(attempt);
    case "UNKNOWN":
      // What is to go back becomes no payment any more, so nobody has to hope for it.
      return attempt.gaveUp || attempt.takingBack
        ? { title: "takingBack", hint: "takingBackHint", tone: "warn", goesOn: true }
        : { title: "findingOut", hint: "findingOutHint", tone: "warn", goesOn: true };
    case "NEEDS_MANUAL":
      return { title: "needsPerson", hint: "needsPersonHint", tone: "warn", goesOn: false };
    case "CANCELED":
      return over(isCard ? "cardCancelled" : "codeCancelled", isCard ? "nothingTaken" : "nothingTakenByCode");
    case "NET_CANCELLED":
      return over(isCard ? "cardCancelled" : "codeCancelled", isCard ? "tookBack" : "tookBackByCode");
    case "NOT_FOUND":
      return over("declined", isCard ? "nothingTaken" : "nothingTakenByCode");
    default:
      return attempt.error?.reason === "TERMINAL_AWAY" ? over("terminalAway", "terminalAwayHint") : over("declined");
  }
}

/**
 * The reason: in our words where a terminal's code says it, else in the words of who refused. Where we say it ourselves,
 * or nobody knows yet, there is none.
 */
export function saidBy(attempt: Attempt): string {
  if (isUnsettled(attempt) || attempt.error?.reason === "TERMINAL_AWAY") return "";
  const { message, declineCode } = attempt.error ?? { message: "", declineCode: "" };
  const ofCode = attempt.barcode === undefined ? undefined : CODE_DECLINES.get(declineCode);
  const word = ofCode ?? DECLINES.get(declineCode);
  return word === undefined ? message : t(word);
}
