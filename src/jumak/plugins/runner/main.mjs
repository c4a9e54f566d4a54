/**
 * The process of one headless worker: relays lines between the server and the plugin's thread, and
 * ends when the thread does, when it uses too much memory, or when the server is gone.
 *
 * Its first line is `!{"name":"runner.start", …}`, see `Start`.
 */

import { Worker } from 'node:worker_threads';

import { PRIVATE, isOneLine, readLines } from './lines.mjs';
import { LONGEST_WAIT_MS, infoFirst } from './order.mjs';
import { CONTROL, ENVELOPE, HANDLED, MESSAGE, PER_MESSAGE } from './port.mjs';

/**
 * @typedef {object} Start what the server says first
 * @property {string} token opens the session; the plugin never sees it
 * @property {string} folder the plugin's installed copy
 * @property {string} entry file inside the folder
 * @property {string} pluginName
 * @property {string} origin where the plugin believes it is
 * @property {string} client version of the server
 * @property {string} language
 * @property {number} heapMb
 */

const LOOK_AT_MEMORY_MS = 250;
/** What Node needs beside the plugin's heap, and room for its buffers. */
const BESIDE_HEAP_MB = 256;
/** Texts that wait for a thread that does not take them: more stay in the pipe, where the server counts them. */
const MAX_UNHANDLED = 8_000_000;
const OPENING = 'runner';

let isEnding = false;

/** @param {string} line @param {() => void} [written] */
function write(line, written) {
  process.stdout.write(`${line}\n`, written);
}

/** @param {object} message */
function tell(message) {
  write(PRIVATE + JSON.stringify(message));
}

/** @param {string} reason */
function end(reason) {
  if (isEnding) return;
  isEnding = true;
  write(`${PRIVATE}${JSON.stringify({ name: 'runner.ended', reason })}`, () => process.exit(1));
}

/** @param {Start} start */
function run(start) {
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./boot.mjs', import.meta.url), {
    name: start.pluginName,
    env: {},
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: start.heapMb, maxYoungGenerationSizeMb: 32 },
    workerData: {
      waiting,
      folder: start.folder,
      entry: start.entry,
      name: start.pluginName,
      origin: start.origin,
      client: start.client,
      language: start.language,
    },
  });
  let unhandled = 0;

  /** @param {number} kind @param {string} text */
  function pass(kind, text) {
    unhandled += text.length + PER_MESSAGE;
    worker.postMessage([kind, text]);
    if (unhandled > MAX_UNHANDLED) process.stdin.pause();
  }

  const order = infoFirst((line) => pass(ENVELOPE, line));

  worker.on('message', ([kind, what]) => {
    if (kind === HANDLED) {
      unhandled -= what;
      if (unhandled < MAX_UNHANDLED / 2) process.stdin.resume();
      return;
    }
    if (kind === CONTROL) {
      end(String(what));
      return;
    }
    if (!isOneLine(what)) return;
    if (kind === ENVELOPE) order.sent(what);
    write(kind === ENVELOPE ? what : PRIVATE + what, () => {
      Atomics.sub(waiting, 0, what.length + PER_MESSAGE);
      Atomics.notify(waiting, 0);
    });
  });
  worker.on('error', (error) => {
    const code = /** @type {{code?: string}} */ (error).code;
    if (code === 'ERR_WORKER_OUT_OF_MEMORY') end(`out of memory: its heap may have ${start.heapMb} MB`);
    else end(`its thread failed: ${error.stack ?? error}`);
  });
  worker.on('exit', (code) => end(`its thread ended with code ${code}`));
  for (const stream of [worker.stdout, worker.stderr]) {
    readLines(stream, (text) => tell({ name: 'runner.console', level: 'warn', text }));
  }

  // Buffers do not count as heap; what the whole process holds does.
  const most = (start.heapMb + BESIDE_HEAP_MB) * 1024 * 1024;
  setInterval(() => {
    if (process.memoryUsage.rss() > most) end(`out of memory: its process may have ${most / 1024 / 1024} MB`);
  }, LOOK_AT_MEMORY_MS);
  setTimeout(order.open, LONGEST_WAIT_MS);

  const client = { name: 'headless', version: start.client };
  write(
    JSON.stringify({
      name: 'session.open.request',
      version: 1,
      callbackId: OPENING,
      data: { token: start.token, client },
    }),
  );
  let isOpen = false;

  return (/** @type {string} */ line) => {
    if (line.startsWith(PRIVATE)) {
      pass(MESSAGE, line.slice(1));
    } else if (isOpen) {
      order.arrived(line);
    } else {
      // Nothing else is sent to a session that is not open.
      isOpen = true;
      const { data } = JSON.parse(line);
      if (data?.complete !== true) end(`its session was refused: ${data?.errorMessage}`);
    }
  };
}

/** @type {((line: string) => void) | undefined} */
let take;
readLines(process.stdin, (line) => {
  if (take) take(line);
  else take = run(JSON.parse(line.slice(1)));
});
process.stdin.on('end', () => process.exit(0));
process.stdout.on('error', () => process.exit(0));
