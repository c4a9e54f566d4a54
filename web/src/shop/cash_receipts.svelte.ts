/**
 * Cash receipts of one order: those it has, and what of its cash may still be receipted (rulebook §3.6).
 *
 * The shop decides both, so whatever happens to the order or to a receipt has them read anew.
 */

import { type CashReceipt, decodeCashReceipt, decodeCashReceipts, type Receiptable, type Use } from "../client/cash_receipt";
import { attempt } from "../client/decode";
import { decodeOrderView } from "../client/shapes";
import type { Till } from "./till.svelte";

/** Receipts that were asked for on this page: whoever left the screen since is told when one is refused. */
export class AskedReceipts {
  readonly #ids = new Set<string>();

  constructor(till: Till, refused: (receipt: CashReceipt) => void) {
    till.on("cash-receipt.change.event", (data) => {
      const receipt = attempt(decodeCashReceipt, data)?.cashReceipt;
      if (receipt?.state === "FAILED" && this.#ids.delete(receipt.id)) refused(receipt);
    });
  }

  add({ id }: CashReceipt): void {
    this.#ids.add(id);
  }
}

export class CashReceipts {
  /** The newest first; those nobody was asked for and nobody wants any more are left out. */
  all = $state.raw<readonly CashReceipt[]>([]);
  receiptable = $state.raw<readonly Receiptable[]>([]);
  readonly orderId: string;
  readonly #till: Till;
  readonly #asked: AskedReceipts;
  #reading = false;
  /** Something happened while it was read. */
  #stale = false;

  constructor(orderId: string, till: Till, asked: AskedReceipts) {
    this.orderId = orderId;
    this.#till = till;
    this.#asked = asked;
  }

  /** Follows the shop. Returns what ends that. */
  watch(): () => void {
    const ends = [
      this.#till.on("cash-receipt.change.event", (data) => {
        const change = attempt(decodeCashReceipt, data);
        if (change?.cashReceipt.orderId === this.orderId) void this.read();
      }),
      this.#till.on("order.view.event", (data) => {
        if (attempt(decodeOrderView, data)?.order.id === this.orderId) void this.read();
      }),
      this.#till.onOpen(() => void this.read()),
    ];
    void this.read();
    return () => {
      for (const end of ends) end();
    };
  }

  /** Reads them anew; what is known stays while the shop is out of reach. */
  async read(): Promise<void> {
    if (!this.#till.may("staff:pay")) return;
    this.#stale = this.#reading;
    if (this.#reading) return;
    this.#reading = true;
    const asked = { orderId: this.orderId };
    const read = await this.#till.ask("cash-receipt.list.request", asked, decodeCashReceipts).catch(() => null);
    this.#reading = false;
    if (read !== null) {
      this.all = read.cashReceipts.filter(({ state }) => state !== "WITHDRAWN");
      this.receiptable = read.receiptable;
    }
    if (this.#stale) await this.read();
  }

  /** Has a payment receipted as far as it may be. identifier: not for SELF; it is kept nowhere (RCP-5). Raises ShopError. */
  async issue(paymentId: string, use: Use, identifier: string): Promise<void> {
    const number = use === "SELF" ? {} : { identifier };
    const asked = { paymentId, use, ...number };
    this.#asked.add((await this.#till.ask("cash-receipt.send.request", asked, decodeCashReceipt)).cashReceipt);
  }

  /** Takes back all of a receipt that stands, while the cash stays. Raises ShopError. */
  async cancel({ id }: CashReceipt, reason: string): Promise<void> {
    await this.#till.do("cash-receipt.cancel.request", { id, reason });
  }
}
