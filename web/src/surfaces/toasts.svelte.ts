/**
 * Toasts: three seconds each, one per plugin, five of plugins in ten seconds at most (contract, ui §3). The shop's own
 * lines, of no plugin, are always drawn: plugins that talk much do not hide a refused sale (H-77).
 */

const SHOWN_MS = 3_000;
const WINDOW_MS = 10_000;
const PER_WINDOW = 5;

export interface Toast {
  readonly id: number;
  readonly plugin: { readonly id: string; readonly name: string };
  readonly message: string;
  readonly level: string;
  readonly button: { readonly id: string; readonly text: string } | undefined;
}

export class Toasts {
  shown = $state<readonly Toast[]>([]);
  #number = 0;
  #drawn: number[] = [];
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Draws it, or leaves it when there were too many. */
  show(toast: Omit<Toast, "id">): void {
    if (toast.plugin.id !== "" && !this.#mayDraw()) return;
    this.#number += 1;
    const id = this.#number;
    this.shown = [...this.shown.filter(({ plugin }) => plugin.id !== toast.plugin.id), { ...toast, id }];
    setTimeout(() => this.drop(id), SHOWN_MS);
  }

  drop(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  #mayDraw(): boolean {
    const now = this.#now();
    this.#drawn = this.#drawn.filter((at) => at > now - WINDOW_MS);
    if (this.#drawn.length >= PER_WINDOW) return false;
    this.#drawn.push(now);
    return true;
  }
}
