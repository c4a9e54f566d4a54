/** Alerts of plugins: one at a time, the others wait (contract, ui §4). */

import { alertText } from "./plain";

const MAX_WAITING = 20;

export interface Alert {
  readonly plugin: { readonly id: string; readonly name: string };
  readonly heading: string;
  readonly body: string;
}

export class Alerts {
  #queue = $state<readonly Alert[]>([]);

  /** The one on screen. */
  get current(): Alert | undefined {
    return this.#queue[0];
  }

  /** Shows it after those before it; a plugin that alerts without end is cut off. */
  open(plugin: Alert["plugin"], alert: unknown): void {
    if (this.#queue.length < MAX_WAITING) this.#queue = [...this.#queue, { plugin, ...alertText(alert) }];
  }

  close(): void {
    this.#queue = this.#queue.slice(1);
  }
}
