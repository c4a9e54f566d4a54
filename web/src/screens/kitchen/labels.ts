/** What a ticket is called in the kitchen. */

import type { KitchenTicket, TicketOrder } from "../../client/kitchen";
import { t } from "./words";

/** The table, else the order's number: what is called out at the pass. */
export function nameOf({ table, number, id }: TicketOrder): string {
  if (table !== undefined && table.title !== "") return table.title;
  return number === "" ? `#${id.slice(-4)}` : `#${number}`;
}

/** What stands small beside it: the number where the table is the name. */
export function numberOf({ table, number }: TicketOrder): string {
  return table === undefined || table.title === "" || number === "" ? "" : `#${number}`;
}

/** Who took the order, when it was not staff: a plugin's name (contract, order §2.1). */
export function sourceOf({ source }: TicketOrder): string {
  return source === "POS" ? "" : source.replace(/^PLUGIN_/, "");
}

/** How it is eaten. */
export function dining(option: string): string {
  const known = (["HERE", "TOGO", "DELIVERY", "PICKUP"] as const).find((one) => one === option);
  return known === undefined ? option : t(known);
}

/** Number and how it is eaten, as one line. */
export function asideOf(order: TicketOrder, diningOption: string): string {
  return [numberOf(order), dining(diningOption)].filter((part) => part !== "").join(" · ");
}

/** Spoken name of a ticket: its order and what kind it is. */
export function spokenName({ order, orderRequestType, remake }: KitchenTicket): string {
  return t("ticketName", { title: nameOf(order), type: t(remake ? "remade" : orderRequestType) });
}

/** Hours and minutes of a shop-local time with offset. */
export function timeOf(iso: string | undefined): string {
  return iso?.slice(11, 16) ?? "";
}
