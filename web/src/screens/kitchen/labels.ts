/** What a ticket is called in the kitchen. */

import type { KitchenTicket, TicketOrder } from "../../client/kitchen";
import { t } from "./words";

/** The table, else the order's number: what is called out at the pass. */
export function nameOf({ table, number, id }: TicketOrder): string {
  if (table !== undefined && table.title !== "") return table.title;
  return number === "" ? `#${id.slice(-4)}` : `#${number}`;
}

/** What stands small beside it: the number where the table is the name, and how it is eaten. */
export function asideOf(order: TicketOrder, diningOption: string): string {
  const number = order.table === undefined || order.table.title === "" || order.number === "" ? "" : `#${order.number}`;
  return [number, dining(diningOption)].filter((part) => part !== "").join(" · ");
}

/** Who took the order, when it was not staff: a plugin's name (contract, order §2.1). */
export function sourceOf({ source }: TicketOrder): string {
  return source === "POS" ? "" : source.replace(/^PLUGIN_/, "");
}

export function dining(option: string): string {
  const known = (["HERE", "TOGO", "DELIVERY", "PICKUP"] as const).find((one) => one === option);
  return known === undefined ? option : t(known);
}

/** Spoken name of a ticket: its order and what kind it is. */
export function spokenName({ order, orderRequestType, remake }: KitchenTicket): string {
  return t("ticketName", { title: nameOf(order), type: t(remake ? "remade" : orderRequestType) });
}

/** Hours and minutes of a shop-local time with offset. */
export function timeOf(iso: string | undefined): string {
  return iso?.slice(11, 16) ?? "";
}
