/** An item that was pressed or scanned on its way into the cart, and what has to be asked of staff before (CAT-3, CAT-5, SCN-2). */

import { decodeFound, type Found, type MenuItem, type Price } from "../client/menu";
import { playTones } from "../surfaces/sounds";
import type { Cart } from "./cart.svelte";
import { asks, isLabelled } from "./choosing";
import type { Till } from "./till.svelte";

/** An item whose sheet is up. price, quantity: what a label of the scale said of them. */
export interface Asked {
  readonly item: MenuItem;
  readonly price: Price | undefined;
  readonly quantity: number | undefined;
}

export class Picking {
  asked = $state.raw<Asked | null>(null);
  /** A sold-out item that staff want to sell all the same. */
  soldOut = $state.raw<Asked | null>(null);
  /** A code nobody knows. */
  unknown = $state("");
  readonly #till: Till;
  readonly #cart: Cart;
  /** Codes are looked up one after the other, so that lines stand in the order of the scans. */
  #scans: Promise<void> = Promise.resolve();

  constructor(till: Till, cart: Cart) {
    this.#till = till;
    this.#cart = cart;
  }

  /** Puts an item into the cart, or asks what has to be asked. */
  pick(item: MenuItem, price?: Price, quantity?: number): void {
    const asked = { item, price, quantity };
    if (item.state !== "ON_SALE") this.soldOut = asked;
    else this.#pick(asked);
  }

  /** Staff know that there is some left. */
  sellAnyway(): void {
    const asked = this.soldOut;
    this.soldOut = null;
    if (asked !== null) this.#pick(asked);
  }

  /** Into the cart with what a code stands for; unknown ones sound and are offered to be added. */
  scan(code: string): void {
    this.#queue(code, ({ catalogs: [item], price, quantity }) => {
      if (item !== undefined) this.pick(item, price, quantity);
      else {
        playTones("error");
        this.unknown = code;
      }
    });
  }

  /** The same while another screen is up: nothing can be asked there. untold: the item, if the code is known. */
  scanElsewhere(code: string, untold: (item: MenuItem | undefined) => void): void {
    this.#queue(code, ({ catalogs: [item], price, quantity }) => {
      if (item?.state === "ON_SALE" && !asks(item, price, quantity))
        this.#cart.add(item, price ?? item.price, [], quantity ?? 1);
      else {
        playTones("error");
        untold(item);
      }
    });
  }

  #pick(asked: Asked): void {
    const { item, price, quantity } = asked;
    if (asks(item, price, quantity)) this.asked = asked;
    else this.#cart.add(item, price ?? item.price, [], quantity ?? 1);
  }

  #queue(barcode: string, found: (found: Found) => void): void {
    this.#scans = this.#scans
      .then(async () => found(pieceOf(await this.#till.ask("catalog-item.find.request", { barcode }, decodeFound))))
      .catch(() => playTones("error"));
  }
}

/** A label that says what the piece costs sells one piece at that, whatever the unit of the item. */
function pieceOf(found: Found): Found {
  const { catalogs: [item], price } = found;
  if (item === undefined || price?.priceType !== "UNIT" || !isLabelled(item, price)) return found;
  return { ...found, price: { ...price, priceType: "FIXED", priceUnit: 1 } };
}
