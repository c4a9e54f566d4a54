/**
 * The tokens this browser keeps. A till's serves every page of the shop; a kitchen screen or customer display that was
 * paired by itself has one of its own, so that one browser may be till, kitchen and display in three windows.
 */

const SHARED = "jumak.token";

export type PageKind = "till" | "kitchen" | "display";

export class KeptToken {
  readonly #own: string;

  constructor(page: PageKind) {
    this.#own = page === "till" ? SHARED : `${SHARED}.${page}`;
  }

  get current(): string | null {
    return localStorage.getItem(this.#own) ?? localStorage.getItem(SHARED);
  }

  keep(token: string): void {
    localStorage.setItem(this.#own, token);
  }

  /** The shop does not know it any more. */
  forget(): void {
    localStorage.removeItem(localStorage.getItem(this.#own) === null ? SHARED : this.#own);
  }
}
