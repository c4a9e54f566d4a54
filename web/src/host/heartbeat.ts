/** Asks something every five seconds whether it lives; two silences in a row mean it does not. */

const EVERY_MS = 5_000;
const MISSES = 2;

export class Heartbeat {
  #timer: ReturnType<typeof setInterval> | undefined;
  #missed = 0;

  constructor(
    private readonly ask: () => void,
    private readonly dead: () => void,
  ) {}

  start(): void {
    this.stop();
    this.ask();
    this.#missed = 1;
    this.#timer = setInterval(() => {
      if (this.#missed >= MISSES) {
        this.stop();
        this.dead();
        return;
      }
      this.ask();
      this.#missed += 1;
    }, EVERY_MS);
  }

  /** It answered. */
  alive(): void {
    this.#missed = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
