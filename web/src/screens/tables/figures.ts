/** What stands on a table's card besides its name and what it owes (TBL-9). */

import type { TableStatus } from "../../client/table";
import { t } from "./words";

/** Whole minutes since an instant; never below zero, null without one. */
export function minutesSince(at: string | undefined, now: number): number | null {
  return at === undefined ? null : Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
}

export function minutes(since: number): string {
  if (since < 60) return t("minutes", { n: since });
  return t("hours", { h: Math.floor(since / 60), m: since % 60 });
}

/** Whether the kitchen is late with something of this table. */
export function isLate({ lateAt }: TableStatus, now: number): boolean {
  return lateAt !== undefined && Date.parse(lateAt) <= now;
}

export interface Figures {
  readonly guests: string;
  readonly seated: string;
  /** The same without its word: on a card it stands beside the guests. */
  readonly sitting: string;
  readonly ordered: string;
  readonly kitchen: string;
  readonly late: boolean;
}

/** Each empty when there is nothing to tell. */
export function figuresOf(table: TableStatus, now: number): Figures {
  const told = (at: string | undefined, word: "seatedFor" | "orderedAgo" | "kitchenFor") => {
    const since = minutesSince(at, now);
    return since === null ? "" : t(word, { time: minutes(since) });
  };
  const late = isLate(table, now);
  const kitchen = told(table.oldestTicketAt, "kitchenFor");
  const sitting = minutesSince(table.seatedAt, now);
  return {
    sitting: sitting === null ? "" : minutes(sitting),
    guests: table.numGuests === undefined ? "" : t("people", { n: table.numGuests }),
    seated: told(table.seatedAt, "seatedFor"),
    ordered: told(table.lastOrderAt, "orderedAgo"),
    kitchen: late && kitchen !== "" ? `${kitchen} · ${t("late")}` : kitchen,
    late,
  };
}
