/**
 * The plugin's thread begins here, and Node's own modules end here: what the plugin meets are the
 * modules of `realm/`, loaded into a machine that has no importer, so that no code that is made or
 * called from there reaches a module of Node.
 */

import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { resolve, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { format, inspect } from 'node:util';
import vm from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * @typedef {object} Host what the realm gets of Node
 * @property {(message: [kind: number, what: string | number]) => void} post
 * @property {(take: (message: [kind: number, text: string]) => void) => void} listen
 * @property {Int32Array} waiting what was posted and has not left the process: see `port.mjs`
 * @property {(source: string, name: string) => void} run a script, in the global scope
 * @property {(path: string) => Uint8Array | null} read a file of the plugin; null: there is none
 * @property {typeof format} format
 * @property {typeof inspect} inspect
 * @property {(bytes: ArrayBuffer | ArrayBufferView) => string} toBase64
 * @property {(text: string) => Uint8Array<ArrayBuffer>} fromBase64
 * @property {(take: (error: unknown) => void) => void} onUncaught
 * @property {(take: (reason: unknown, promise: Promise<unknown>) => void) => void} onUnhandled
 * @property {string[]} language names of what the language itself brings
 * @property {{entry: string, name: string, origin: string, client: string, language: string}} plugin
 */

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const home = resolve(workerData.folder);

/** @type {Host} */
const host = {
  post: port.postMessage.bind(port),
  listen: (take) => void port.on('message', take),
  waiting: workerData.waiting,
  run: (source, name) => void new vm.Script(source, { filename: name }).runInThisContext(),
  read: (path) => {
    const file = resolve(home, path);
    if (!file.startsWith(home + sep)) return null;
    try {
      return new Uint8Array(readFileSync(file));
    } catch {
      return null;
    }
  },
  format,
  inspect,
  toBase64: (bytes) =>
    (ArrayBuffer.isView(bytes)
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : Buffer.from(bytes)
    ).toString('base64'),
  fromBase64: (text) => new Uint8Array(Buffer.from(text, 'base64')),
  onUncaught: (take) => process.setUncaughtExceptionCaptureCallback(take),
  onUnhandled: (take) => void process.on('unhandledRejection', take),
  language: vm.runInNewContext('Object.getOwnPropertyNames(globalThis)'),
  plugin: workerData,
};

/** @type {Map<string, vm.SourceTextModule>} */
const loaded = new Map();

/** @param {URL} url */
function load(url) {
  let found = loaded.get(url.href);
  if (!found) {
    found = new vm.SourceTextModule(readFileSync(fileURLToPath(url), 'utf8'), { identifier: url.href });
    loaded.set(url.href, found);
  }
  return found;
}

const realm = load(new URL('./realm/realm.mjs', import.meta.url));
await realm.link((specifier, referrer) => load(new URL(specifier, referrer.identifier)));
await realm.evaluate();

// Newer versions of Node can shut their loader as well.
const { registerHooks } = /** @type {{registerHooks?: (hooks: {resolve: () => never}) => void}} */ (
  /** @type {unknown} */ (module)
);
registerHooks?.({
  resolve: () => {
    throw new TypeError('a headless plugin imports nothing: bundle it into one file');
  },
});

const { start } = /** @type {{start: (host: Host) => void}} */ (realm.namespace);
start(host);
