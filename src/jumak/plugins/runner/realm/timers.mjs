/** Timers as a browser has them: numbers, and `this` is the global object. */

/**
 * @param {import('../boot.mjs').Host} host
 * @param {string} place where code given as text stands
 */
export function makeTimers(host, place) {
  const { setTimeout, setInterval, clearTimeout } = globalThis;
  /** @type {Map<number, NodeJS.Timeout>} */
  const running = new Map();
  let last = 0;

  /** @param {typeof setTimeout | typeof setInterval} begin @param {boolean} repeats */
  const starter =
    (begin, repeats) =>
    /** @param {unknown} callback @param {unknown} [delay] @param {unknown[]} rest */
    (callback, delay, ...rest) => {
      const id = ++last;
      const fire = () => {
        if (!repeats) running.delete(id);
        if (typeof callback === 'function') callback.apply(globalThis, rest);
        else host.run(String(callback), place);
      };
      running.set(id, begin(fire, Number(delay) || 0));
      return id;
    };

  /** @param {unknown} id */
  const stop = (id) => {
    const timer = running.get(Number(id));
    if (timer !== undefined) clearTimeout(timer);
    running.delete(Number(id));
  };

  return {
    setTimeout: starter(setTimeout, false),
    setInterval: starter(setInterval, true),
    clearTimeout: stop,
    clearInterval: stop,
  };
}
