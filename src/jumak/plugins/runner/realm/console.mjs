/** `console`: its lines go to the plugin's console on the server. */

const LONGEST = 8_000;
const PER_SECOND = 500;

/**
 * @param {import('../boot.mjs').Host} host
 * @param {import('./link.mjs').Link} link
 */
export function makeConsole(host, link) {
  const { format, inspect } = host;
  const now = performance.now.bind(performance);
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** @type {Map<string, number>} */
  const timers = new Map();
  let indent = '';
  let second = 0;
  let lines = 0;

  /** @param {'debug' | 'info' | 'warn' | 'error'} level @param {unknown[]} what */
  function write(level, ...what) {
    const at = Math.floor(now() / 1000);
    if (at !== second) [second, lines] = [at, 0];
    lines += 1;
    if (lines > PER_SECOND) return; // the server would leave them out as well
    const text = indent + format(...what);
    link.tell({ name: 'runner.console', level, text: text.slice(0, LONGEST) });
  }

  /** @param {unknown[]} what */
  const info = (...what) => write('info', ...what);
  /** @param {unknown} label */
  const labelled = (label) => (label === undefined ? 'default' : String(label));
  /** @param {string} label @param {unknown[]} what */
  const elapsed = (label, ...what) => {
    const since = timers.get(label);
    if (since === undefined) write('warn', `There is no timer '${label}'`);
    else info(`${label}: ${(now() - since).toFixed(3)}ms`, ...what);
  };

  return {
    log: info,
    info,
    /** @param {unknown[]} what */
    debug: (...what) => write('debug', ...what),
    /** @param {unknown[]} what */
    warn: (...what) => write('warn', ...what),
    /** @param {unknown[]} what */
    error: (...what) => write('error', ...what),
    /** @param {unknown[]} what */
    trace: (...what) => write('debug', `${format(...what)}\n${new Error('Trace').stack ?? ''}`),
    /** @param {unknown} what */
    dir: (what) => info(inspect(what)),
    dirxml: info,
    table: info,
    /** @param {unknown} holds @param {unknown[]} what */
    assert: (holds, ...what) => {
      if (!holds) write('error', 'Assertion failed', ...what);
    },
    /** @param {unknown} [label] */
    count: (label) => {
      const name = labelled(label);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      info(`${name}: ${counts.get(name)}`);
    },
    /** @param {unknown} [label] */
    countReset: (label) => void counts.delete(labelled(label)),
    /** @param {unknown[]} what */
    group: (...what) => {
      if (what.length) info(...what);
      indent += '  ';
    },
    /** @param {unknown[]} what */
    groupCollapsed: (...what) => {
      if (what.length) info(...what);
      indent += '  ';
    },
    groupEnd: () => {
      indent = indent.slice(2);
    },
    /** @param {unknown} [label] */
    time: (label) => void timers.set(labelled(label), now()),
    /** @param {unknown} label @param {unknown[]} what */
    timeLog: (label, ...what) => elapsed(labelled(label), ...what),
    /** @param {unknown} [label] */
    timeEnd: (label) => {
      elapsed(labelled(label));
      timers.delete(labelled(label));
    },
    clear: () => {},
  };
}
