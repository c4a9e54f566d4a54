/** The console of one plugin: its lines, its messages both ways with timing, and its call budget. */

import { decodeBudget, decodeLog, type Budget, type LogEntry } from "../../client/shapes";
import type { Till } from "../../shop/till.svelte";

const RING = 5_000;
const EVERY_MS = 1_000;
const PER_READ = 500;
const PER_MINUTE = 100;
const PER_HALF_HOUR = 200;

export type Show = "all" | "messages" | "log" | "problems";

export class Console {
  entries = $state.raw<readonly LogEntry[]>([]);
  budget = $state.raw<readonly Budget[]>([]);
  readonly #till: Till;
  readonly #pluginId: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #open = false;

  constructor(till: Till, pluginId: string) {
    this.#till = till;
    this.#pluginId = pluginId;
  }

  open(): void {
    this.#open = true;
    void this.#read();
  }

  close(): void {
    this.#open = false;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    const after = this.entries.at(-1)?.seq;
    const asked = { pluginId: this.#pluginId, limit: PER_READ, kinds: ["log", "trace"], ...(after === undefined ? {} : { after }) };
    const [log, budget] = await Promise.allSettled([
      this.#till.ask("plugin-log.list.request", asked, decodeLog),
      this.#till.ask("plugin-budget.get.request", { pluginId: this.#pluginId }, decodeBudget),
    ]);
    if (log.status === "fulfilled" && log.value.entries.length > 0)
      this.entries = [...this.entries, ...log.value.entries].slice(-RING);
    if (budget.status === "fulfilled") this.budget = budget.value.methods;
    if (this.#open) this.#timer = setTimeout(() => void this.#read(), EVERY_MS);
  }
}

/** How much of its budget a method has used, 1 = all of either window. */
export function usedShare({ used60s, used30min }: Budget): number {
  return Math.max(used60s / PER_MINUTE, used30min / PER_HALF_HOUR);
}

/** Title under which the SDK logs a message (contract, wire §12). */
const SDK_COPY = "eventMessage";

export function matches(entry: LogEntry, show: Show, filter: string): boolean {
  // The connection's own heartbeat says nothing of the plugin.
  if (entry.trace?.name.startsWith("session.ping.") === true) return false;
  // The SDK logs each message it sends and gets; the trace has it already.
  if (entry.title === SDK_COPY) return false;
  const isProblem = entry.level === "error" || entry.level === "warn" || isRefused(entry);
  const shown =
    show === "all" ||
    (show === "messages" && entry.trace !== undefined) ||
    (show === "log" && entry.trace === undefined) ||
    (show === "problems" && isProblem);
  if (!shown) return false;
  const needle = filter.trim().toLowerCase();
  return needle === "" || `${entry.title} ${entry.text} ${entry.trace?.body ?? ""}`.toLowerCase().includes(needle);
}

/** Whether it is a reply that refused. */
export function isRefused({ trace }: LogEntry): boolean {
  return trace !== undefined && trace.code !== "" && trace.code !== "OK";
}

/** The entries as JSON, one a line. */
export function asLines(entries: readonly LogEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}
