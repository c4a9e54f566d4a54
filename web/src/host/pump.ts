/**
 * Plugins' messages on their way in: counted before they are looked at, handled a few at a time.
 *
 * Every message a frame posts is a task of the page. A plugin that posts without end must not keep
 * the page from drawing and selling (H-77): beyond its rate messages are dropped unread, and what is
 * kept is handled in small portions, plugins taking turns, with the page's other tasks in between.
 */

const PER_TURN = 50;

/** A bucket of tokens: `burst` deep, filled by `rate` a second. */
export class Bucket {
  #left: number;
  #since: number;

  constructor(
    readonly rate: number,
    readonly burst: number,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#left = burst;
    this.#since = now();
  }

  /** Takes a token; false when there is none. */
  take(): boolean {
    const now = this.now();
    this.#left = Math.min(this.burst, this.#left + ((now - this.#since) * this.rate) / 1_000);
    this.#since = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** Runs what is handed in, in order per owner, at most 50 pieces per task of the page. */
export class Pump {
  readonly #queues = new Map<object, (() => void)[]>();
  readonly #later: (run: () => void) => void;
  #running = false;

  constructor(later: (run: () => void) => void = nextTask()) {
    this.#later = later;
  }

  /** Adds work of an owner; owners take turns. */
  add(owner: object, work: () => void): void {
    const queue = this.#queues.get(owner);
    if (queue === undefined) this.#queues.set(owner, [work]);
    else queue.push(work);
    this.#schedule();
  }

  /** Forgets what an owner still had waiting. */
  drop(owner: object): void {
    this.#queues.delete(owner);
  }

  #schedule(): void {
    if (this.#running || this.#queues.size === 0) return;
    this.#running = true;
    this.#later(() => {
      this.#turn();
      this.#running = false;
      this.#schedule();
    });
  }

  #turn(): void {
    let left = PER_TURN;
    while (left > 0 && this.#queues.size > 0)
      for (const [owner, queue] of [...this.#queues]) {
        const work = queue.shift();
        if (queue.length === 0) this.#queues.delete(owner);
        left -= 1;
        try {
          work?.();
        } catch (error) {
          // One plugin's message must not stop the next one's.
          reportError(error);
        }
        if (left === 0) break;
      }
  }
}

/** A task as soon as the page has had its turn; timers would wait four milliseconds each. */
function nextTask(): (run: () => void) => void {
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return (run) => {
    waiting.push(run);
    channel.port2.postMessage(null);
  };
}
