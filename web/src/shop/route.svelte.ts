/** Where the person at the till is: one of our screens, a plugin's tab, or the payment of an order on top of it. */

export const SCREENS = ["order", "tables", "status", "reconcile", "catalog", "settings"] as const;
export type ScreenId = (typeof SCREENS)[number];
export type Place = ScreenId | `tab:${string}`;

export const SECTIONS = ["shop", "mode", "money", "staff", "devices", "stations", "terminals", "plugins", "here"] as const;
/** A section of the settings. */
export type SectionId = (typeof SECTIONS)[number];

export class Route {
  place = $state<Place>("order");
  section = $state<SectionId>("shop");
  /** The order whose payment is on screen; plugins do not change screens meanwhile (contract, ui §4). */
  paying = $state<string | null>(null);
  /** The order the status screen is to open. */
  lookedAt = $state<string | null>(null);

  go(place: Place): void {
    this.place = place;
  }

  /** Shows an order on the status screen. */
  look(orderId: string): void {
    this.lookedAt = orderId;
    this.go("status");
  }

  /** Goes where an address leads, so that a page that is loaded anew is where it was, in the middle of a payment too. */
  follow(hash: string): void {
    this.place = placeOf(hash);
    this.paying = payingOf(hash);
  }

  /** Opens the payment screen of an order. */
  pay(orderId: string): void {
    this.paying = orderId;
  }

  /** Leaves the payment screen, to where it was opened. */
  leavePayment(): void {
    this.paying = null;
  }
}

/** What the address names: `#/tables`, `#/tab/<plugin>`; the order screen when it names nothing. */
export function placeOf(hash: string): Place {
  const [, first = "", second = ""] = hash.split("/");
  if (first === "tab" && second !== "") return `tab:${decodeURIComponent(second)}`;
  return SCREENS.find((id) => id === first) ?? "order";
}

/** The order whose payment the address names: `…/pay/<order>`. */
function payingOf(hash: string): string | null {
  const named = /\/pay\/([^/]+)$/.exec(hash)?.[1];
  return named === undefined ? null : decodeURIComponent(named);
}

export function hashOf(place: Place, paying: string | null = null): string {
  const at = place.startsWith("tab:") ? `#/tab/${encodeURIComponent(place.slice(4))}` : `#/${place}`;
  return paying === null ? at : `${at}/pay/${encodeURIComponent(paying)}`;
}
