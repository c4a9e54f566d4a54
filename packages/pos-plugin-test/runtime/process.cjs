'use strict';
/* What libraries written for Node ask of `process` inside a browser's worker. */

module.exports = {
  env: {},
  argv: [],
  browser: true,
  platform: 'browser',
  version: '',
  versions: {},
  cwd: () => '/',
  nextTick: (/** @type {(...given: unknown[]) => void} */ act, /** @type {unknown[]} */ ...given) =>
    queueMicrotask(() => act(...given)),
  on: () => undefined,
  once: () => undefined,
  off: () => undefined,
  emit: () => false,
};
