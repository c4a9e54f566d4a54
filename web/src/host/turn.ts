/**
 * Whose turn it is among the pages of one browser: all of them are the same till, and one copy of a plugin
 * is what a till runs. Two would print twice, and answer for each other's payments.
 *
 * The browser's own lock decides (Web Locks): it goes to the page that asked first, and with that page's
 * end, however it ends, to the next one. Where there is none, over plain http, no page hosts at all.
 */

const NAME = "jumak.plugins";

export class Turn {
  readonly #locks: Pick<LockManager, "request">;
  #asked: AbortController | null = null;
  #give: (() => void) | null = null;

  constructor(locks: Pick<LockManager, "request">) {
    this.#locks = locks;
  }

  /** Whether it is this page's turn. */
  get has(): boolean {
    return this.#give !== null;
  }

  /** Waits for the turn; `begin` is called when it comes, at once perhaps. Asked again it waits on. */
  take(begin: () => void): void {
    if (this.#asked !== null) return;
    const asked = new AbortController();
    this.#asked = asked;
    const held = () =>
      new Promise<void>((give) => {
        if (asked.signal.aborted) {
          give();
          return;
        }
        this.#give = give;
        begin();
      });
    // It fails when the turn was given back before it came, and for a page that is going away.
    this.#locks.request(NAME, { signal: asked.signal }, held).catch(() => undefined);
  }

  /** Lets the next page have it. */
  give(): void {
    this.#asked?.abort();
    this.#give?.();
    this.#asked = this.#give = null;
  }
}
