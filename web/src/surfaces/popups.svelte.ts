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
  readonly answer: (data: Json) => void;
}

export class Popups {
  current = $state.raw<OpenPopup | null>(null);

  /** Shows the popup; resolves with the `data` of the reply once it is closed. */
  open(id: string, plugin: Owner, popup: Popup): Promise<Json> {
    if (this.current !== null)
      return Promise.resolve({
        type: popup.type,
        ...refusal("CONFLICT", "다른 팝업이 이미 열려 있습니다.", "Another popup is open on this till"),
      });
    return new Promise((answer) => (this.current = { id, plugin, popup, answer }));
  }

  succeed(result: Json): void {
    this.#close({ result: "SUCCESS", ...result });
  }

  cancel(): void {
    this.#close({ result: "CANCELLED" });
  }

  /** The shop took it back, e.g. because the payment that opened it was cancelled. */
  closeById(id: string): void {
    if (this.current?.id === id) this.cancel();
  }

  #close(data: Json): void {
    const open = this.current;
    this.current = null;
    open?.answer({ type: open.popup.type, complete: true, data });
  }
}
