/**
 * The cart of this till, shared with its plugins (contract, draft-order).
 *
 * A change is on screen at once and on its way to the shop behind it; `view` is what the shop last said with
 * the changes that wait on top. A refused one is taken off again, and `problem` says why.
 */

import { attempt } from "../client/decode";
import {
  type Chosen,
  decodeDraft,
  decodeDraftChange,
  decodeHeld,
  decodeLine,
  type Draft,
  type Held,
  type Line,
} from "../client/cart";
import { ShopError } from "../client/errors";
import { newId } from "../client/ids";
import type { MenuItem, Price } from "../client/menu";
import { decodeSubmitted, type Order } from "../client/shapes";
import {
  adding,
  type Change,
  choosing,
  counting,
  diningOf,
  eating,
  EMPTY,
  emptying,
  estimated,
  heading,
  noting,
  removing,
  sameLine,
} from "./draft";
import { brings } from "./approval.svelte";
import type { Till } from "./till.svelte";
import { trouble } from "./trouble";

/** Exactly one of percentBp and amount. */
export interface TypedDiscount {
  readonly title: string;
  readonly percentBp?: number;
  readonly amount?: number;
}

/** What becomes of the cart: more lines of an order, the first order of its table, or one of its own. */
export type Into = { readonly orderId: string } | { readonly alone: true } | null;

const HERE = "HERE";
const UNDO_MS = 8_000;
const SAID_MS = 8_000;

export class Cart {
  /** As the shop last told it. */
  told = $state.raw<Draft>(EMPTY);
  known = $state(false);
  held = $state.raw<readonly Held[]>([]);
  /** Why a change was taken back, for people. */
  problem = $state("");
  /** The line that was taken out last, while that can be undone. */
  removed = $state.raw<Line | null>(null);
  /** The line that was touched last: what plus and minus are about. */
  lastKey = $state("");
  /** How the next item is eaten. */
  dining = $state(HERE);
  #waiting = $state.raw<readonly Change[]>([]);
  readonly view = $derived(
    this.#waiting.length === 0 ? this.told : estimated(this.#waiting.reduce((draft, change) => change(draft), this.told)),
  );
  readonly #till: Till;
  readonly #underWay = new Set<Promise<boolean>>();
  /** Lines the shop did not take: what was asked of them meanwhile fails too, and is no news. */
  readonly #refused = new Set<string>();
  #undoable: ReturnType<typeof setTimeout> | undefined;
  #said: ReturnType<typeof setTimeout> | undefined;

  constructor(till: Till) {
    this.#till = till;
    till.on("draft-order.change.event", (data) => {
      const change = attempt(decodeDraftChange, data);
      if (change !== null) this.#take(change.draftOrder);
    });
    till.on("held-draft-order.change.event", (data) => {
      const change = attempt(decodeHeld, data);
      if (change !== null) this.held = change.heldDraftOrders;
    });
    till.onOpen(() => void this.refresh().catch(() => undefined));
  }

  get isEmpty(): boolean {
    return this.view.lineItems.length === 0;
  }

  /** Changes the shop has not answered yet. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  get count(): number {
    return this.view.lineItems.reduce((sum, { quantity, itemPrice }) => sum + (itemPrice.priceType === "UNIT" ? 1 : quantity), 0);
  }

  lineOf(key: string): Line | undefined {
    return this.view.lineItems.find((line) => line.key === key);
  }

  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) {
      this.told = EMPTY;
      this.held = [];
      return;
    }
    const [draft, held] = await Promise.all([
      this.#till.ask("draft-order.get.request", {}, decodeDraft),
      this.#till.ask("draft-order.list-held.request", {}, decodeHeld),
    ]);
    // As it is, whatever its version: a server that was started again counts from the beginning.
    this.told = draft.draftOrder;
    this.held = held.heldDraftOrders;
    this.known = true;
  }

  // -- lines ---------------------------------------------------------------------------------------

  /** One more of an item: of the line that is there already, or a line of its own. quantity: of price units for UNIT. */
  add(item: MenuItem, price: Price, choices: readonly Chosen[] = [], quantity = 1): void {
    const line = this.#lineFor(item, price, choices, quantity);
    const same = sameLine(this.view, line);
    if (same === undefined) {
      this.lastKey = line.key;
      this.#change(adding(line), "draft-order.add-line-item.request", { lineItem: line.raw }, line.key);
    } else this.setQuantity(same.key, same.quantity + quantity);
  }

  setQuantity(key: string, quantity: number): void {
    this.lastKey = key;
    if (this.lineOf(key)?.quantity === quantity) return;
    this.#change(counting(key, quantity), "draft-order.update-item-quantity.request", { key, quantity }, key);
  }

  setChoices(key: string, choices: readonly Chosen[]): void {
    const optionChoices = choices.map(asSent);
    this.#change(
      choosing(key, choices),
      "draft-order.update-item-option-choices.request",
      { key, optionChoices },
      key,
    );
  }

  setMemo(key: string, memo: string): void {
    this.#change(noting(key, memo), "draft-order.update-item-memo.request", { key, memo }, key);
  }

  /** Takes a line out; `undo` puts it back. */
  remove(key: string): void {
    this.removed = this.lineOf(key) ?? null;
    clearTimeout(this.#undoable);
    this.#undoable = setTimeout(() => (this.removed = null), UNDO_MS);
    this.#change(removing(key), "draft-order.delete-line-item.request", { key }, key);
  }

  undo(): void {
    const line = this.removed;
    this.removed = null;
    if (line === null) return;
    const key = newId();
    const again = { ...line, key, raw: { ...line.raw, key } };
    this.lastKey = key;
    this.#change(adding(again), "draft-order.add-line-item.request", { lineItem: again.raw }, key);
  }

  /** How a line, without a key all of it and what comes after, is eaten. */
  setDining(diningOption: string, key?: string): void {
    if (key === undefined) this.dining = diningOption;
    if (this.isEmpty) return;
    const data = { diningOption, ...(key === undefined ? {} : { key }) };
    this.#change(eating(key, diningOption), "draft-order.update-dining-option.request", data);
  }

  // -- discounts: the shop works out what they come to ------------------------------------------------

  /** A discount on a line, without a key on the whole cart. Raises ShopError. */
  async discount({ title, percentBp, amount }: TypedDiscount, key?: string, approvalId?: string): Promise<void> {
    const discount = { title, ...(amount === undefined ? { percentBp } : { amountMoney: { value: amount } }) };
    await this.#settled();
    if (key === undefined) await this.#ask("draft-order.add-discount.request", { discount, ...brings(approvalId) });
    else await this.#ask("draft-order.add-item-discount.request", { key, discount, ...brings(approvalId) });
  }

  /** Takes a discount off. */
  async dropDiscount(indexOfDiscount: number, key?: string): Promise<void> {
    const name = key === undefined ? "draft-order.delete-discount.request" : "draft-order.delete-item-discount.request";
    await this.#told(() => this.#ask(name, { indexOfDiscount, ...(key === undefined ? {} : { key }) }));
  }

  // -- the whole cart -----------------------------------------------------------------------------

  /** tableId, numGuests 0 and an empty memo clear. */
  setHeader(header: { readonly memo?: string; readonly tableId?: number; readonly numGuests?: number }): void {
    this.#change(heading(header), "draft-order.update.request", header);
  }

  setIgnorePrint(ignorePrint: boolean): void {
    this.#change(heading({ ignorePrint }), "draft-order.update-is-ignore-print.request", { ignorePrint });
  }

  clear(): void {
    this.dining = HERE;
    this.#change(emptying, "draft-order.clear.request", {});
  }

  /** Puts the cart aside for any till. */
  async hold(): Promise<void> {
    await this.#told(async () => {
      if (await this.#settled()) await this.#ask("draft-order.hold.request", {});
    });
    this.dining = HERE;
  }

  /** Goes on with a cart that was put aside; what is in this one is put aside instead. */
  async resume(id: string): Promise<void> {
    await this.#told(async () => {
      if (await this.#settled()) await this.#ask("draft-order.resume.request", { id });
    });
    this.dining = diningOf(this.told) ?? HERE;
  }

  /** Makes it an order. Null when a change before it was refused: `problem` says which. Raises ShopError. */
  async submit(into: Into, approvalId?: string): Promise<Order | null> {
    // An order without the line that was refused on the way is not what staff saw.
    if (!(await this.#settled())) return null;
    const { order } = await this.#till.ask("draft-order.submit.request", { ...into, ...brings(approvalId) }, decodeSubmitted);
    this.dining = HERE;
    this.removed = null;
    return order;
  }

  /** A payment screen that a plugin had opened was left. */
  async stopPayment(): Promise<void> {
    await this.#told(() => this.#ask("draft-order.stop-payment.request", {}));
  }

  // -- inside -------------------------------------------------------------------------------------

  #lineFor(item: MenuItem, price: Price, choices: readonly Chosen[], quantity: number): Line {
    return decodeLine({
      key: newId(),
      item: item.raw,
      itemPrice: { ...price.raw, priceType: price.priceType, priceUnit: price.priceUnit, priceValue: price.priceValue },
      discount: [],
      optionChoices: choices.map(asSent),
      quantity,
      diningOption: diningOf(this.view) ?? this.dining,
      memo: "",
    });
  }

  /** Shows a change at once and asks for it; takes it back when it is refused. key: the line it is about. */
  #change(change: Change, name: string, data: object, key = ""): void {
    this.#waiting = [...this.#waiting, change];
    if (name !== "draft-order.delete-line-item.request") this.removed = null;
    const done = this.#till
      .ask(name, data, decodeDraft)
      .then(({ draftOrder }) => {
        this.#waiting = this.#waiting.filter((one) => one !== change);
        this.#take(draftOrder);
        return true;
      })
      .catch(async (error: unknown) => {
        if (!this.#refused.has(key)) this.#say(error);
        if (name === "draft-order.add-line-item.request") this.#refused.add(key);
        // What became of it nobody said: the cart itself does.
        if (!(error instanceof ShopError) || UNHEARD.has(error.code)) await this.refresh().catch(() => undefined);
        this.#waiting = this.#waiting.filter((one) => one !== change);
        return false;
      });
    this.#underWay.add(done);
    void done.then(() => this.#underWay.delete(done));
  }

  /** Whether everything that was on its way has arrived and was taken. */
  async #settled(): Promise<boolean> {
    return (await Promise.all(this.#underWay)).every((taken) => taken);
  }

  async #ask(name: string, data: object): Promise<void> {
    const { draftOrder } = await this.#till.ask(name, data, decodeDraft);
    this.#take(draftOrder);
  }

  async #told(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#say(error);
    }
  }

  #say(error: unknown): void {
    this.problem = trouble(error);
    clearTimeout(this.#said);
    this.#said = setTimeout(() => (this.problem = ""), SAID_MS);
  }

  #take(draft: Draft): void {
    if (draft.version >= this.told.version) this.told = draft;
  }
}

const UNHEARD = new Set(["TIMEOUT", "HOST_UNAVAILABLE", "INTERNAL"]);

function asSent({ id, title, titleI18n, priceValue, state, imageUrl, quantity }: Chosen) {
  return { id, title, ...(titleI18n === undefined ? {} : { titleI18n }), priceValue, state, imageUrl: imageUrl ?? null, quantity };
}
