/** The keys of an item: what each message of the list is called, and what a person is asked before it is sent. */

import type { ReconcileAction, ReconcileItem } from "../../client/reconcile";
import type { Word } from "./words";

/**
 * asks: `nothing`, it is sent at once; `sure`, with what it means; `note`, how the person knows, with what is said most
 * often; `number`, to whom a receipt is issued.
 */
export interface Key {
  readonly action: ReconcileAction;
  readonly word: Word;
  readonly asks: "nothing" | "sure" | "note" | "number";
  readonly hint?: Word;
  readonly notes: readonly Word[];
}

type Kind = Omit<Key, "action">;
const atOnce = (word: Word): Kind => ({ word, asks: "nothing", notes: [] });
const sure = (word: Word, hint: Word): Kind => ({ word, asks: "sure", hint, notes: [] });
const noted = (word: Word, ...notes: readonly Word[]): Kind => ({ word, asks: "note", hint: "noteAsked", notes });

const RESOLVE: Readonly<Record<string, Kind>> = {
  QUERY: atOnce("askTerminal"),
  NET_CANCEL: sure("takeBack", "takeBackHint"),
  CONFIRM_PAID: noted("wasPaid", "slipSeen", "companyAsked", "pluginSeen"),
  CONFIRM_NOT_PAID: noted("wasNotPaid", "slipSeen", "companyAsked", "pluginSeen"),
};
const RESOLVE_REFUND: Readonly<Record<string, Kind>> = {
  ASK_AGAIN: atOnce("refundAgain"),
  WHOLE_THEN_REST: sure("wholeThenRest", "wholeHint"),
  CONFIRM_RETURNED: noted("gaveByHand", "cashGiven", "transferred", "slipSeen"),
  CONFIRM_NOT_RETURNED: noted("didNotGoBack", "slipSeen", "companyAsked"),
};

/** What the list offers, in its order; what this till has no key for is left out. */
export function keysOf({ actions, standing }: Pick<ReconcileItem, "actions" | "standing">): readonly Key[] {
  return actions.flatMap((action) => {
    const kind = kindOf(action, standing);
    return kind === undefined ? [] : [{ action, ...kind }];
  });
}

function kindOf({ name, data }: ReconcileAction, standing: ReconcileItem["standing"]): Kind | undefined {
  const how = typeof data["how"] === "string" ? data["how"] : "";
  switch (name) {
    case "payment-attempt.cancel.request":
      return sure("giveUp", "giveUpHint");
    case "payment-attempt.resolve.request":
      return RESOLVE[how];
    case "payment-refund.resolve.request":
      return RESOLVE_REFUND[how];
    case "payment.cancel.request":
      return atOnce("refundAgain");
    case "payment.confirm-refund.request":
      if (data["refunded"] === false) return noted("didNotGoBack", "pluginSeen", "slipSeen");
      // Of what nobody knows a person finds out; what is owed they give back themselves.
      return standing === "UNKNOWN" ? noted("wentBack", "pluginSeen", "slipSeen") : noted("gaveByHand", "cashGiven", "transferred");
    case "cash-receipt.send.request":
      return data["use"] === "SELF" ? sure("issueToSelf", "selfHint") : { word: "issueAgain", asks: "number", notes: [] };
    case "cash-receipt.cancel.request":
      return atOnce("cancelReceipt");
    default:
      return undefined;
  }
}
