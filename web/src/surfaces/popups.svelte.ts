/**
 * The popup of a plugin: one per till. A second one is refused; cancel is a success with `CANCELLED`,
 * and the answer repeats the request's `type` (H-67; contract, ui §1, §2).
 */

import type { Json } from "../client/decode";
import { refusal } from "../client/errors";
import type { Owner, Popup } from "../client/shapes";

export interface OpenPopup {
  readonly id: string;
  readonly plugin: Owner;
  readonly popup: Popup;
}

export class Popups {
  current = $state.raw<OpenPopup | null>(null);

  #answer: (data: Json) => void = () => undefined;
  #last: { readonly id: string; readonly data: Json } | null = null;

  /**
   * Shows the popup; resolves with the `data` of the reply once it is closed. After a lost connection the shop asks
   * again: one that is still open stays as it is, what was typed included; one that was answered has its answer.
   */
  open(id: string, plugin: Owner, popup: Popup): Promise<Json> {
    if (this.#last?.id === id) return Promise.resolve(this.#last.data);
    if (this.current !== null && this.current.id !== id)
      return Promise.resolve({
        type: popup.type,
        ...refusal("CONFLICT", "다른 팝업이 이미 열려 있습니다.", "Another popup is open on this till"),
      });
    this.current ??= { id, plugin, popup };
    return new Promise((answer) => (this.#answer = answer));
  }

  succeed(result: Json): void {
    this.#close({ result: "SUCCESS", ...result });
  }

  cancel(): void {
    this.#close({ result: "CANCELLED" });
  }

  /** The shop took it back, e.g. because the payment that opened it was cancelled. id: absent = whichever is open. */
  takeBack(id?: string): void {
    if (id === undefined || this.current?.id === id) this.cancel();
  }

  #close(data: Json): void {
    if (this.current === null) return;
    const answer: Json = { type: this.current.popup.type, complete: true, data };
    this.#last = { id: this.current.id, data: answer };
    this.current = null;
    this.#answer(answer);
  }
}
