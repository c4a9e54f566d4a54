/** The waiting list (rulebook TBL-10): who is in line, and whether the shop takes more. */

import { attempt } from "../client/decode";
import { ShopError } from "../client/errors";
import { decodeMode, decodeParties, decodePartyChange, type WaitingMode, type WaitingParty } from "../client/waiting";
import type { Till } from "./till.svelte";

/** How often a party may step back in the line (TBL-10). */
export const MOST_DEFERRALS = 2;
const IN_LINE: ReadonlySet<string> = new Set(["waiting", "called"]);

export type PartyAct = "call" | "defer" | "cancel" | "mark-no-show";

export class Waiting {
  /** First first. */
  parties = $state.raw<readonly WaitingParty[]>([]);
  #mode = $state<WaitingMode>("accept");
  /** When a pause ends. */
  until = $state<string | undefined>();
  readonly #till: Till;

  constructor(till: Till) {
    this.#till = till;
    till.on("waiting.change.event", (data) => {
      const change = attempt(decodePartyChange, data);
      if (change !== null) this.#take(change.party);
    });
    till.on("waiting-mode.change.event", (data) => {
      const change = attempt(decodeMode, data);
      if (change !== null) this.#say(change.mode, change.until);
    });
    till.onOpen(() => void this.refresh().catch(() => undefined));
  }

  /** The mode that holds now: a pause ends by itself. */
  get mode(): WaitingMode {
    const over = this.#mode === "paused" && this.until !== undefined && Date.parse(this.until) <= this.#till.clock.now;
    return over ? "accept" : this.#mode;
  }

  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) {
      this.parties = [];
      return;
    }
    const { parties, mode, until } = await this.#till.ask("waiting.list.request", {}, decodeParties);
    this.parties = parties;
    this.#say(mode, until);
  }

  /** Raises ShopError WAITING_MODE when the list takes nobody. phone: kept until the party has left (SEC-4). */
  add(party: { readonly numGuests: number; readonly name?: string; readonly phone?: string }): Promise<void> {
    return this.#act("waiting.add.request", party);
  }

  act({ id }: WaitingParty, act: PartyAct): Promise<void> {
    return this.#act(`waiting.${act}.request`, { id });
  }

  /** Raises ShopError TABLE_OCCUPIED. */
  seat(id: string, tableId: number): Promise<void> {
    return this.#act("waiting.seat.request", { id, tableId });
  }

  /** until: when a pause ends by itself. */
  setMode(mode: WaitingMode, until?: Date): Promise<void> {
    return this.#act("waiting.set-mode.request", { mode, ...(until === undefined ? {} : { until: until.toISOString() }) });
  }

  /** Whoever was refused for what changed meanwhile sees it as it is now. */
  async #act(name: string, data: object): Promise<void> {
    try {
      await this.#till.do(name, data);
    } catch (error) {
      if (error instanceof ShopError && error.code !== "HOST_UNAVAILABLE") await this.refresh().catch(() => undefined);
      throw error;
    }
  }

  #say(mode: WaitingMode, until: string | undefined): void {
    this.#mode = mode;
    this.until = until;
  }

  #take(party: WaitingParty): void {
    const known = this.parties.find(({ id }) => id === party.id);
    if (known !== undefined && party.deferrals !== known.deferrals) {
      // A push does not say where in the line it is now.
      void this.refresh().catch(() => undefined);
      return;
    }
    if (!IN_LINE.has(party.state)) this.parties = this.parties.filter(({ id }) => id !== party.id);
    else if (known === undefined) this.parties = [...this.parties, party];
    else this.parties = this.parties.map((one) => (one.id === party.id ? party : one));
  }
}
