'use strict';
/*
 * A plugin's worker inside a Node thread: the globals of a web worker around `main.js`, and no others. Messages go to
 * the thread that made this one; what the plugin prints and what it does not catch goes there too.
 */

const { parentPort, workerData } = require('node:worker_threads');
const { readFileSync } = require('node:fs');
const { inspect } = require('node:util');
const vm = require('node:vm');
const { network } = require('./network.cjs');

/** @type {Record<string, Set<(event: object) => void>>} */
const listeners = { message: new Set(), error: new Set(), unhandledrejection: new Set() };

const shared = [
  ...[
    'AbortController',
    'AbortSignal',
    'Blob',
    'BroadcastChannel',
    'Event',
    'EventTarget',
    'FormData',
    'Headers',
  ],
  ...['MessageChannel', 'Request', 'Response', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams'],
  ...['atob', 'btoa', 'clearInterval', 'clearTimeout', 'crypto', 'performance', 'queueMicrotask'],
  ...['setInterval', 'setTimeout', 'structuredClone'],
];

/** @type {Record<string, any>} */
const scope = {
  console: Object.fromEntries(
    ['debug', 'error', 'info', 'log', 'trace', 'warn'].map((level) => [
      level,
      (/** @type {unknown[]} */ ...values) => {
        const text = values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ');
        parentPort?.postMessage({ printed: { level, text } });
      },
    ]),
  ),
  postMessage: (/** @type {unknown} */ message) => parentPort?.postMessage({ message }),
  addEventListener: (/** @type {string} */ type, /** @type {(event: object) => void} */ listener) =>
    listeners[type]?.add(listener),
  removeEventListener: (/** @type {string} */ type, /** @type {(event: object) => void} */ listener) =>
    listeners[type]?.delete(listener),
  close: () => process.exit(0),
  onmessage: null,
  onerror: null,
};
for (const name of shared) if (name in globalThis) scope[name] = Reflect.get(globalThis, name);

Object.assign(
  scope,
  network(workerData, (text) => parentPort?.postMessage({ printed: { level: 'error', text } })),
);

const context = vm.createContext(scope, { name: 'plugin' });
vm.runInContext('self = globalThis', context);
/** Values of the plugin's own world, so that its `instanceof` holds. */
const parse = vm.runInContext('JSON.parse', context);

/** @param {string} type @param {Record<string, unknown>} event */
function dispatch(type, event) {
  for (const listener of listeners[type] ?? []) {
    try {
      listener(event);
    } catch (error) {
      uncaught('error', error);
    }
  }
}

/** @param {'error' | 'unhandledrejection'} type @param {any} error */
function uncaught(type, error) {
  const text = error?.stack ?? String(error);
  parentPort?.postMessage({ failed: { type, text } });
  const event = type === 'error' ? { type, error, message: error?.message } : { type, reason: error };
  for (const listener of listeners[type] ?? []) listener({ ...event, preventDefault() {} });
  if (type === 'error' && typeof scope['onerror'] === 'function')
    scope['onerror'](error?.message, '', 0, 0, error);
}

process.on('uncaughtException', (error) => uncaught('error', error));
process.on('unhandledRejection', (error) => uncaught('unhandledrejection', error));

parentPort?.on('message', (text) => {
  const event = { type: 'message', data: parse(text) };
  if (typeof scope['onmessage'] === 'function') {
    try {
      scope['onmessage'](event);
    } catch (error) {
      uncaught('error', error);
    }
  }
  dispatch('message', event);
});

try {
  vm.runInContext(readFileSync(workerData.file, 'utf8'), context, { filename: workerData.file });
} catch (error) {
  // What throws while it is loaded is no plugin; what throws later runs on.
  parentPort?.postMessage({ crashed: inspect(error) });
}
