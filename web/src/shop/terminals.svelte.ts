/** The shop's card terminals, how each is, and the one this till charges on. */

import { decodeTerminals, type Terminal, type WalletCode, type Wallets } from "../client/card";
import type { Till } from "./till.svelte";

/** A terminal as it is set up; without an id a new one. */
export type TerminalDraft = Pick<Terminal, "name" | "driver" | "address" | "devices"> & {
  readonly id?: string;
  readonly version?: number;
};

export class Terminals {
  all = $state.raw<readonly Terminal[]>([]);
  /** Names of what one can set up. */
  drivers = $state.raw<readonly string[]>([]);
  /** Whether the shop was asked yet: until then nobody can say that it has none. */
  known = $state(false);
  readonly #till: Till;
  /** Each terminal is asked how it is, so that an earlier answer may come after a later one. */
  #asked = 0;

  constructor(till: Till) {
    this.#till = till;
    till.on("terminal.change.event", () => void this.refresh());
    till.onOpen(() => void this.refresh());
  }

  /** The one this till charges on. */
  get here(): Terminal | undefined {
    return this.all.find(({ here }) => here);
  }

  /** What the one this till charges on knows of wallets; undefined where it takes cards only. */
  get wallets(): Wallets | undefined {
    return this.here?.wallets;
  }

  /** Whether this is a guest's code, which is as good as money (PAY-9). */
  isWalletCode(code: string): boolean {
    return this.all.some(({ wallets }) => wallets?.reads.some((one) => begins(code, one)) === true);
  }

  /** Reads them anew; what is known stays while the shop is out of reach. */
  async refresh(): Promise<void> {
    if (!this.#till.may("staff:pay")) return;
    const turn = (this.#asked += 1);
    const read = await this.#till.ask("terminal.list.request", {}, decodeTerminals).catch(() => null);
    if (read === null || turn !== this.#asked) return;
    // One that is out of reach cannot say what it knows: it knows what it knew.
    const before = new Map(this.all.map(({ id, wallets }) => [id, wallets]));
    this.all = read.terminals.map((one) =>
      one.state === "away" && one.wallets === undefined ? { ...one, wallets: before.get(one.id) } : one,
    );
    this.drivers = read.drivers;
    this.known = true;
  }

  /** Raises ShopError; `data.path` names the field. */
  async save({ version, ...terminal }: TerminalDraft): Promise<void> {
    const expected = version === undefined ? {} : { expectedVersion: version };
    await this.#till.do("terminal.save.request", { terminal, ...expected });
    await this.refresh();
  }

  /** Raises ShopError. */
  async remove({ id }: Terminal): Promise<void> {
    await this.#till.do("terminal.remove.request", { id });
    await this.refresh();
  }
}

function begins(code: string, { starts, least, most }: WalletCode): boolean {
  return code.startsWith(starts) && code.length >= least && code.length <= most;
}
