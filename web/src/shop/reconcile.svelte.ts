/** What has no end yet: payments, refunds, approvals nobody adopted, cash receipts; and what staff do about it (NET-5, CAN-10). */

import { attempt as readable } from "../client/decode";
import { decodeReconcile, decodeReconcileChange, type ReconcileAction, type ReconcileItem } from "../client/reconcile";
import { type Approvals, brings } from "./approval.svelte";
import type { Till } from "./till.svelte";

const PAGE = 200;
/** What somebody sees who may not read the list. */
const NOTHING: { readonly items: readonly ReconcileItem[]; readonly waiting: number } = { items: [], waiting: 0 };

export class Reconcile {
  /** Oldest first; kept up to date while somebody watches. */
  items = $state.raw<readonly ReconcileItem[]>([]);
  /** How many somebody has to know of, what is merely under way left out. */
  waiting = $state(0);
  /** Whether the list was read yet: until then nobody can say that all is settled. */
  known = $state(false);
  readonly #till: Till;
  readonly #approvals: Approvals;
  #watchers = 0;
  #reading = false;
  /** Something changed since the last question was sent. */
  #stale = false;

  constructor(till: Till, approvals: Approvals) {
    this.#till = till;
    this.#approvals = approvals;
    till.on("reconcile.change.event", (data) => {
      const change = readable(decodeReconcileChange, data);
      if (change !== null) this.waiting = change.waiting;
      // An answer that is on its way was made before this: it would take the count back.
      if (this.#watchers > 0 || this.#reading) void this.refresh();
    });
    till.onOpen(() => void this.refresh());
  }

  /** Follows the list while it is on screen. Returns what ends that. */
  watch(): () => void {
    this.#watchers += 1;
    void this.refresh();
    return () => {
      this.#watchers -= 1;
    };
  }

  /**
   * Reads the list anew; what is known stays while the shop is out of reach. One question at a time, asked again when
   * something changed meanwhile: so nothing older ever takes the place of something newer.
   */
  async refresh(): Promise<void> {
    this.#stale = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#stale) {
      this.#stale = false;
      await this.#read();
    }
    this.#reading = false;
  }

  /** Sends a message of the list, with what a person adds. Raises ShopError. */
  async act({ name, data }: ReconcileAction, more: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#approvals.run((approvalId) =>
      this.#till.do(name, { ...data, ...more, ...brings(approvalId) }),
    );
    void this.refresh();
  }

  async #read(): Promise<void> {
    const read = this.#till.may("staff:pay") ? await this.#pages().catch(() => null) : NOTHING;
    if (read === null) return;
    this.items = read.items;
    this.waiting = read.waiting;
    this.known = read !== NOTHING;
  }

  async #pages(): Promise<typeof NOTHING> {
    const items: ReconcileItem[] = [];
    let after: string | undefined;
    for (;;) {
      const asked = { size: PAGE, ...(after === undefined ? {} : { after }) };
      const page = await this.#till.ask("reconcile.list.request", asked, decodeReconcile);
      items.push(...page.items);
      if (page.next === undefined) return { items, waiting: page.waiting };
      after = page.next;
    }
  }
}
