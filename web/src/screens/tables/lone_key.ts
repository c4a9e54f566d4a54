/** A letter pressed by a person: a scanner's come in bursts, and a barcode must not take anybody's money. */

const BURST_MS = 80;

export class LoneKey {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = -Infinity;

  /** Calls `act` unless another key comes within a moment before or after. at: the event's time stamp. */
  press(at: number, act: (() => void) | null): void {
    clearTimeout(this.#timer);
    const alone = at - this.#last > BURST_MS;
    this.#last = at;
    if (alone && act !== null) this.#timer = setTimeout(act, BURST_MS);
  }
}
