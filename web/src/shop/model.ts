/** Everything a till knows, made once and handed to its screens. */

import { Approvals } from "./approval.svelte";
import { AutoLock } from "./auto_lock.svelte";
import { Hosting } from "./hosting.svelte";
import { Installs } from "./installs.svelte";
import { Orders } from "./orders.svelte";
import { Payments } from "./payments.svelte";
import { Route } from "./route.svelte";
import { Scans } from "./scans";
import { ShopSettings } from "./settings.svelte";
import { Till } from "./till.svelte";

export class Model {
  readonly route = new Route();
  readonly till = new Till();
  readonly hosting = new Hosting(this.till);
  readonly autoLock = new AutoLock(this.till);
  readonly shop = new ShopSettings(this.till);
  readonly approvals = new Approvals(this.till);
  readonly orders = new Orders(this.till);
  readonly payments = new Payments(this.till);
  readonly scans = new Scans(this.till);
  readonly installs = new Installs(this.till);
}
