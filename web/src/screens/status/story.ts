/** The history of an order in sentences: who, when, and what, by the moment. */

import type { Change, HistoryEntry } from "../../client/order_history";
import { won } from "../../kit/words.svelte";
import { clockOf } from "./times";
import { t } from "./story_words";

export interface Moment {
  /** Number of its newest fact. */
  readonly key: number;
  /** `2026-02-01`, in the shop's time zone. */
  readonly day: string;
  readonly time: string;
  /** The whole ISO time. */
  readonly at: string;
  readonly who: string;
  /** Where, when somebody is named. */
  readonly where: string;
  readonly approvedBy: string;
  readonly reason: string;
  readonly sentences: readonly string[];
  /** Other orders it leads to. */
  readonly others: readonly { readonly id: string; readonly number: string }[];
}

interface Group {
  readonly newest: HistoryEntry;
  readonly oldestFirst: HistoryEntry[];
}

/** Facts of one moment say one thing together: what the screen of a till did in one tap. Newest first. */
export function moments(entries: readonly HistoryEntry[]): readonly Moment[] {
  const groups: Group[] = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group !== undefined && sameMoment(group.newest, entry)) group.oldestFirst.unshift(entry);
    else groups.push({ newest: entry, oldestFirst: [entry] });
  }
  return groups.map(momentOf).filter(({ sentences }) => sentences.length > 0);
}

function sameMoment(one: HistoryEntry, other: HistoryEntry): boolean {
  return one.atMs === other.atMs && one.who.id === other.who.id && one.who.staff?.id === other.who.staff?.id;
}

function momentOf({ newest, oldestFirst }: Group): Moment {
  const changes = oldestFirst.flatMap((entry) => entry.changes);
  return {
    key: newest.seq,
    day: newest.at.slice(0, 10),
    time: clockOf(newest.at),
    at: newest.at,
    ...whoDid(newest),
    approvedBy: oldestFirst.map(({ approvedBy }) => (approvedBy === undefined ? "" : nameOf(approvedBy))).find(Boolean) ?? "",
    reason: oldestFirst.map(({ reason }) => reason).find(Boolean) ?? "",
    sentences: [...new Set(changes.map(sentence).filter(Boolean))],
    others: changes.flatMap(({ order }) => (order === undefined ? [] : [order])),
  };
}

function nameOf({ name }: { readonly name: string }): string {
  return name === "" ? t("formerStaff") : name;
}

function whoDid({ who }: HistoryEntry): { readonly who: string; readonly where: string } {
  const device = who.device?.name ?? "";
  if (who.staff !== undefined) return { who: nameOf(who.staff), where: device };
  if (who.kind === "system") return { who: t("shopItself"), where: "" };
  return { who: who.name || device || who.id, where: "" };
}

/** One change as people say it; empty for what is no news to them and for codes of a later version. */
export function sentence(change: Change): string {
  return SAYS[change.code]?.(change) ?? "";
}

type Say = (change: Change) => string;

const counted = ({ line }: Change) => (line === undefined ? "" : amountOf(line));
const title = ({ line }: Change) => line?.title ?? "";
const money = (value: string | number | undefined) => won(typeof value === "number" ? value : 0);
const words = (value: string | number | undefined) => (value === undefined ? t("nothing") : `“${String(value)}”`);
const table = (place: Change["toTable"]) => (place === undefined ? t("noTable") : place.title || `#${String(place.id)}`);
const other = ({ order }: Change) => order?.number ?? "";

function amountOf(line: { readonly title: string; readonly quantity: number }): string {
  return `${line.title} ×${String(line.quantity)}`;
}

function listed({ lines }: Change): string {
  return lines.map(amountOf).join(", ");
}

/** What a ticket asks for; a dish that was ordered before says from how many. */
function cooked({ lines }: Change): string {
  return lines
    .filter(({ previous, quantity }) => previous !== quantity)
    .map((line) =>
      line.previous === undefined || line.previous === 0
        ? amountOf(line)
        : `${line.title} ${String(line.previous)} → ${String(line.quantity)}`,
    )
    .join(", ");
}

/** What money was, or was to be, taken with. */
export function paidBy({ payment, attempt }: Pick<Change, "payment" | "attempt">): string {
  const kind = attempt?.tender ?? payment?.sourceType ?? "";
  if (payment?.source) return payment.source;
  if (kind === "CASH") return t("CASH");
  if (kind === "CARD") return t("CARD");
  if (kind === "BARCODE") return t("BARCODE");
  return t("EXTERNAL");
}

function dining(value: string | number | undefined): string {
  if (value === "HERE") return t("here");
  return value === "DELIVERY" ? t("delivery") : t("togo");
}

const about = (word: Parameters<typeof t>[0]): Say => {
  return (change) => t(word, { how: paidBy(change), won: money(change.amount), other: other(change), what: listed(change) });
};
const fromTo = (word: Parameters<typeof t>[0], write: (value: string | number | undefined) => string): Say => {
  return (change) => t(word, { item: title(change), from: write(change.from), to: write(change.to) });
};
const noted = ({ attempt }: Change) => (attempt?.note ? ` “${attempt.note}”` : "");
const count = (value: string | number | undefined) => (value === undefined ? "–" : String(value));
const time = (value: string | number | undefined) => (typeof value === "string" ? clockOf(value) : t("nothing"));

const SAYS: Readonly<Record<string, Say>> = {
  "order.created": (change) => t("created", { number: change.number, what: listed(change), won: money(change.amount) }),
  "order.accepted": about("accepted"),
  "order.declined": about("declined"),
  "order.expired": about("expired"),
  "order.completed": about("completed"),
  "order.called": about("called"),
  "order.collected": about("collected"),
  "order.handed-over": about("handedOver"),
  "order.cancel-pending": about("cancelPending"),
  "order.cancelled": about("cancelled"),
  "order.merged-in": about("mergedIn"),
  "order.merged-into": about("mergedInto"),
  "order.split-off": about("splitOff"),
  "order.split-from": about("splitFrom"),
  "order.continues": about("continues"),
  "order.undone": about("undone"),
  "order.memo-changed": fromTo("memoChanged", words),
  "order.guests-changed": fromTo("guestsChanged", count),
  "order.discounts-changed": fromTo("discountsChanged", money),
  "order.tip-changed": fromTo("tipChanged", money),
  "order.ready-time-changed": fromTo("readyChanged", time),
  "order.total-changed": fromTo("totalChanged", money),
  "order.table-changed": (change) => t("tableChanged", { from: table(change.fromTable), to: table(change.toTable) }),
  "line.added": (change) => t("lineAdded", { what: counted(change), won: money(change.amount) }),
  "line.removed": (change) => t("lineRemoved", { what: counted(change), won: money(change.amount) }),
  "line.quantity-changed": fromTo("quantityChanged", count),
  "line.options-changed": fromTo("optionsChanged", words),
  "line.discounts-changed": fromTo("lineDiscountsChanged", money),
  "line.price-changed": fromTo("priceChanged", money),
  "line.memo-changed": fromTo("lineMemoChanged", words),
  "line.dining-changed": fromTo("diningChanged", dining),
  "payment.approved": about("paymentApproved"),
  "payment.cancelled": about("paymentCancelled"),
  "payment.refunded": about("paymentRefunded"),
  "payment-attempt.started": about("attemptStarted"),
  "payment-attempt.declined": about("attemptDeclined"),
  "payment-attempt.cancelled": about("attemptCancelled"),
  "payment-attempt.lost": about("attemptLost"),
  "payment-attempt.given-up": about("attemptGivenUp"),
  "payment-attempt.waited-for": about("attemptWaits"),
  "payment-attempt.code-shown": about("attemptCodeShown"),
  "payment-attempt.not-found": about("attemptNotFound"),
  "payment-attempt.escalated": about("attemptEscalated"),
  "payment-attempt.resolved": (change) => about("attemptResolved")(change) + noted(change),
  "payment-attempt.approved-late": about("attemptLate"),
  "payment-attempt.taking-back": about("attemptTakingBack"),
  "payment-attempt.network-cancelled": about("attemptNetworkCancelled"),
  "payment-attempt.asked-again": (change) => about("attemptAskedAgain")(change) + noted(change),
  "payment-refund.owed": about("refundOwed"),
  "payment-refund.asked": about("refundAsked"),
  "payment-refund.returned": about("refundReturned"),
  "payment-refund.declined": about("refundDeclined"),
  "payment-refund.given-up": about("refundGivenUp"),
  "payment-refund.lost": about("refundLost"),
  "payment-refund.not-found": about("refundNotFound"),
  "payment-refund.resolved": about("refundNotFound"),
  "cash-receipt.queued": about("receiptQueued"),
  "cash-receipt.issued": about("receipt"),
  "cash-receipt.failed": about("receiptFailed"),
  "cash-receipt.withdrawn": about("receiptWithdrawn"),
  "cash-receipt.cancelled": about("receiptCancelled"),
  "cash-receipt.cancel-failed": about("receiptCancelFailed"),
  "table.moved": (change) => t("tableChanged", { from: table(change.fromTable), to: table(change.toTable) }),
  "table.swapped": (change) => t("tableSwapped", { from: table(change.fromTable), to: table(change.toTable) }),
  // Where nothing changes, a merge only tells the cooks whose food it is now.
  "kitchen.sent": (change) => (cooked(change) === "" ? "" : t("kitchenSent", { what: cooked(change) })),
  "kitchen.bumped": about("kitchenBumped"),
  "kitchen.completed": about("kitchenCompleted"),
  "kitchen.recalled": about("kitchenRecalled"),
  "kitchen.cancelled": about("kitchenCancelled"),
  "kitchen.moved": about("kitchenMoved"),
  "kitchen.prioritized": about("kitchenFirst"),
  "kitchen.cleared": about("kitchenCleared"),
};
/* Left out on purpose: leases of the payment screen, what a kitchen screen has shown, and an attempt's approval,
 * which stands beside its payment. */
