/** Everything a till knows, made once and handed to its screens. */

import { named } from "../kit/named";
import { t, won } from "../kit/words.svelte";
import { Approvals } from "./approval.svelte";
import { AutoLock } from "./auto_lock.svelte";
import { AskedReceipts } from "./cash_receipts.svelte";
import { Cart } from "./cart.svelte";
import { Checkout } from "./checkout.svelte";
import { Floor } from "./floor.svelte";
import { Hosting } from "./hosting.svelte";
import { Installs } from "./installs.svelte";
import { Menu } from "./menu.svelte";
import { Orders } from "./orders.svelte";
import { Payments } from "./payments.svelte";
import { Picking } from "./picking.svelte";
import { Reconcile } from "./reconcile.svelte";
import { Reservations } from "./reservations.svelte";
import { Route } from "./route.svelte";
import { Scans } from "./scans";
import { ShopSettings } from "./settings.svelte";
import { Terminals } from "./terminals.svelte";
import { Till } from "./till.svelte";
import { trouble } from "./trouble";
import { Waiting } from "./waiting.svelte";

export class Model {
  readonly route = new Route();
  readonly till = new Till();
  readonly hosting = new Hosting(this.till);
  readonly autoLock = new AutoLock(this.till);
  readonly shop = new ShopSettings(this.till);
  readonly approvals = new Approvals(this.till);
  readonly orders = new Orders(this.till);
  readonly payments = new Payments(this.till, this.approvals);
  readonly reconcile = new Reconcile(this.till, this.approvals);
  readonly terminals = new Terminals(this.till);
  readonly menu = new Menu(this.till);
  readonly cart = new Cart(this.till);
  readonly picking = new Picking(this.till, this.cart);
  readonly checkout = new Checkout(
    this.till,
    this.cart,
    this.orders,
    this.shop,
    this.route,
    this.approvals,
    (error) => this.hosting.tell(trouble(error), "error"),
  );
  readonly scans = new Scans(
    this.till,
    (barcode) =>
      this.picking.scanElsewhere(barcode, (item) =>
        this.hosting.tell(
          item === undefined ? t("unknownCode", { code: barcode }) : t("askAtOrders", { name: named(item) }),
          "error",
        ),
      ),
    (barcode) => this.terminals.isWalletCode(barcode),
  );
  readonly askedReceipts = new AskedReceipts(this.till, ({ amount }) =>
    this.hosting.tell(t("receiptRefused", { won: won(amount) }), "error"),
  );
  readonly floor = new Floor(this.till);
  readonly waiting = new Waiting(this.till);
  readonly reservations = new Reservations(this.till, this.shop);
  readonly installs = new Installs(this.till);
}
