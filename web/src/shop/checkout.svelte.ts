/** What the cart becomes: an order for the kitchen, more of the order its table has, a payment. */

import { ShopError } from "../client/errors";
import type { Order } from "../client/shapes";
import type { Approvals } from "./approval.svelte";
import type { Cart, Into } from "./cart.svelte";
import type { Orders } from "./orders.svelte";
import type { Route } from "./route.svelte";
import type { ShopSettings } from "./settings.svelte";
import type { Till } from "./till.svelte";

export type Obstacle = "lost" | "paying" | "empty" | "mayNotPay" | "busy";

export class Checkout {
  busy = $state(false);
  /** Staff want an order of its own although the table has one. */
  separate = $state(false);
  readonly #till: Till;
  readonly #cart: Cart;
  readonly #orders: Orders;
  readonly #shop: ShopSettings;
  readonly #route: Route;
  readonly #approvals: Approvals;

  /** failed: tells staff why a payment that a plugin wanted did not begin. */
  constructor(
    till: Till,
    cart: Cart,
    orders: Orders,
    shop: ShopSettings,
    route: Route,
    approvals: Approvals,
    failed: (error: unknown) => void,
  ) {
    this.#till = till;
    this.#cart = cart;
    this.#orders = orders;
    this.#shop = shop;
    this.#route = route;
    this.#approvals = approvals;
    $effect.root(() => {
      $effect(() => {
        if (!cart.told.paying || this.busy || route.paying !== null) return;
        if (till.state !== "open" || !till.may("staff:pay")) return;
        void this.#asPluginWants(failed);
      });
    });
  }

  /** The order the cart's table has already: the oldest one that is open. */
  get current(): Order | undefined {
    const { tableId } = this.#cart.view;
    if (tableId === 0 || !this.#shop.hasTables) return undefined;
    return this.#orders.all.findLast(({ table, orderState }) => table?.id === tableId && orderState === "OPENED");
  }

  /** Whether the cart becomes a further round of `current`. */
  get isFurther(): boolean {
    return this.current !== undefined && !this.separate;
  }

  /** Why it cannot be sent, or paid, now; null when it can. */
  obstacle(to: "send" | "pay" | "hold"): Obstacle | null {
    if (this.#till.state !== "open") return "lost";
    if (this.#cart.view.paying) return "paying";
    if (this.#cart.isEmpty) return "empty";
    if (to === "pay" && !this.#till.may("staff:pay")) return "mayNotPay";
    return this.busy ? "busy" : null;
  }

  /** Makes the cart an order. Null when something in it was refused. Raises ShopError. */
  async send(): Promise<Order | null> {
    this.busy = true;
    try {
      return await this.#submit();
    } finally {
      this.busy = false;
    }
  }

  /** Makes the cart an order and opens its payment. Raises ShopError. */
  async pay(): Promise<void> {
    const order = await this.send();
    if (order !== null) this.#route.pay(order.id);
  }

  async #submit(): Promise<Order | null> {
    // Discounts that became large with what happened to the cart since are a manager's to let through (rulebook §7.5).
    const submit = (into: Into) => this.#approvals.run((approvalId) => this.#cart.submit(into, approvalId));
    const order = await submit(this.#into()).catch((error: unknown) => {
      // Another till sent something to this table just now: ours is the next round (OFF-5).
      const orderId = error instanceof ShopError && error.reason === "TABLE_OCCUPIED" ? error.data["orderId"] : null;
      if (typeof orderId !== "string") throw error;
      return submit({ orderId });
    });
    if (order !== null) this.separate = false;
    return order;
  }

  #into(): Into {
    const current = this.current;
    if (current !== undefined) return this.separate ? null : { orderId: current.id };
    return this.#cart.view.tableId === 0 || !this.#shop.hasTables ? null : { alone: true };
  }

  /** A plugin filled the cart and asked for its payment (contract, draft-order §3). */
  async #asPluginWants(failed: (error: unknown) => void): Promise<void> {
    try {
      await this.pay();
    } catch (error) {
      failed(error);
      await this.#cart.stopPayment();
    }
  }
}
