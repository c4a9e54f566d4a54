/** Keeps the screen awake while a plugin asks for it; a browser lets go whenever the page is hidden. */

export class Awake {
  #wanted = false;
  #lock: WakeLockSentinel | null = null;

  constructor(page: Document = document) {
    page.addEventListener("visibilitychange", () => {
      if (page.visibilityState === "visible") void this.#hold();
    });
  }

  set(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted) void this.#hold();
    else void this.#lock?.release();
  }

  async #hold(): Promise<void> {
    if (!this.#wanted || !("wakeLock" in navigator) || this.#lock?.released === false) return;
    // Refused on a low battery: the screen then goes dark as ever.
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
  }
}
