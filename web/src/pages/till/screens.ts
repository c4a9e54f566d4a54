/** The screens of the till: in which order, what each is called, and who may see it. */

import type { Model } from "../../shop/model";

export const SCREENS = ["order", "tables", "status", "catalog", "settings"] as const;
export type ScreenId = (typeof SCREENS)[number];

/** A screen of ours, or the tab of a plugin. */
export type Place = ScreenId | `tab:${string}`;

export function maySee(id: ScreenId, { till, shop }: Model): boolean {
  switch (id) {
    case "order":
    case "status":
    case "settings":
      return true;
    case "tables":
      return shop.hasTables;
    case "catalog":
      return till.may("staff:order");
  }
}

/** What the address names: `#/tables`, `#/tab/<plugin>`; the order screen when it names nothing. */
export function placeOf(hash: string): Place {
  const [, first = "", second = ""] = hash.split("/");
  if (first === "tab" && second !== "") return `tab:${decodeURIComponent(second)}`;
  return SCREENS.find((id) => id === first) ?? "order";
}

export function hashOf(place: Place): string {
  return place.startsWith("tab:") ? `#/tab/${encodeURIComponent(place.slice(4))}` : `#/${place}`;
}
