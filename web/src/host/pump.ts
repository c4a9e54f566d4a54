/**
 * Plugins' messages on their way in: counted before they are looked at, handled a few at a time.
 *
 * Every message a frame posts is a task of the page. A plugin that posts without end must not keep
 * the page from drawing and selling (H-77): beyond its rate messages are dropped unread, and what is
 * kept is handled in small portions, plugins taking turns, with the page's other tasks in between.
 */

const PER_TURN = 50;
/** Half a frame of a screen: large messages take their time. */
const TURN_MS = 8;
/** How soon it is looked again whether a plugin that is held may go on. */
const LOOK_AGAIN_MS = 50;

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

  /** Takes so many tokens; false, and nothing is taken, when there are fewer. */
  take(count = 1): boolean {
    const now = this.now();
    this.#left = Math.min(this.burst, this.#left + ((now - this.#since) * this.rate) / 1_000);
    this.#since = now;
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }
}

/** Whose work it is. held: it waits for now. */
export interface Owner {
  readonly held?: boolean;
}

/** Runs what is handed in, in order per owner, at most 50 pieces or 8 ms per task of the page. */
export class Pump {
  readonly #queues = new Map<Owner, (() => void)[]>();
  readonly #later: (run: () => void) => void;
  readonly #now: () => number;
  #running = false;

  constructor(later: (run: () => void) => void = nextTask(), now: () => number = () => performance.now()) {
    this.#later = later;
    this.#now = now;
  }

  /** Adds work of an owner; owners take turns. */
  add(owner: Owner, work: () => void): void {
    const queue = this.#queues.get(owner);
    if (queue === undefined) this.#queues.set(owner, [work]);
    else queue.push(work);
    this.#schedule();
  }

  /** Forgets what an owner still had waiting. */
  drop(owner: Owner): void {
    this.#queues.delete(owner);
  }

  #schedule(): void {
    if (this.#running || this.#queues.size === 0) return;
    this.#running = true;
    const run = () => {
      this.#turn();
      this.#running = false;
      this.#schedule();
    };
    if (this.#free().length > 0) this.#later(run);
    else setTimeout(run, LOOK_AGAIN_MS);
  }

  #free(): readonly Owner[] {
    return [...this.#queues.keys()].filter((owner) => owner.held !== true);
  }

  #turn(): void {
    const until = this.#now() + TURN_MS;
    let left = PER_TURN;
    for (let owners = this.#free(); owners.length > 0; owners = this.#free())
      for (const owner of owners) {
        this.#run(owner);
        left -= 1;
        if (left === 0 || this.#now() >= until) return;
      }
  }

  #run(owner: Owner): void {
    const queue = this.#queues.get(owner);
    const work = queue?.shift();
    if (queue?.length === 0) this.#queues.delete(owner);
    try {
      work?.();
    } catch (error) {
      // One plugin's message must not stop the next one's.
      reportError(error);
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
