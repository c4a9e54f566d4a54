/** What of the global object stays: the language, and what a browser gives a worker. */

/** Interfaces and functions of the web that Node has as well. */
const OF_NODE = new Set(
  `AbortController AbortSignal Blob BroadcastChannel ByteLengthQueuingStrategy CompressionStream
  CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream Event EventTarget File
  MessageChannel MessagePort Performance PerformanceEntry PerformanceMark
  PerformanceMeasure PerformanceObserver PerformanceObserverEntryList ReadableByteStreamController
  ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController
  ReadableStreamDefaultReader SubtleCrypto TextDecoder TextDecoderStream TextEncoder
  TextEncoderStream TransformStream TransformStreamDefaultController URL URLSearchParams WebAssembly
  WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa crypto performance
  queueMicrotask structuredClone`.split(/\s+/),
);

/** Of the language, but not there for a page that is not isolated from all others. */
const NOT_FOR_WORKERS = new Set(['SharedArrayBuffer']);

/**
 * Node's own `fetch` keeps what sends its requests under a well-known symbol of the global object, made
 * with the first use of anything beside it. One that sends nothing stands there before.
 */
export function lockDispatcher() {
  const nothing = Object.freeze({
    dispatch() {
      throw new TypeError('a headless plugin has no network of its own: use fetch');
    },
  });
  for (let version = 1; version < 10; version++) {
    Object.defineProperty(globalThis, Symbol.for(`undici.globalDispatcher.${version}`), { value: nothing });
  }
  // The messages of a MessageChannel need it in newer versions, and it needs globals that go away now.
  void globalThis.MessageEvent;
}

/**
 * Takes everything else away: `process`, `require`, `Buffer`, and whatever a later Node adds.
 * @param {string[]} language
 */
export function removeOthers(language) {
  const ofLanguage = new Set(language);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const stays = OF_NODE.has(name) || (ofLanguage.has(name) && !NOT_FOR_WORKERS.has(name));
    if (!stays && !Reflect.deleteProperty(globalThis, name)) {
      Object.defineProperty(globalThis, name, { value: undefined });
    }
  }
}

/**
 * Puts the worker's own into the global object.
 * @param {Record<string, unknown>} members
 */
export function makeGlobals(members) {
  /** @param {string} name */
  const scopeClass = (name) => {
    const made = class {
      constructor() {
        throw new TypeError('Illegal constructor');
      }

      /** @param {unknown} value */
      static [Symbol.hasInstance](value) {
        return value === globalThis;
      }
    };
    Object.defineProperty(made, 'name', { value: name });
    return made;
  };
  const all = {
    ...members,
    self: globalThis,
    isSecureContext: true,
    WorkerGlobalScope: scopeClass('WorkerGlobalScope'),
    DedicatedWorkerGlobalScope: scopeClass('DedicatedWorkerGlobalScope'),
  };
  for (const [name, member] of Object.entries(all)) {
    Object.defineProperty(globalThis, name, {
      value: member,
      writable: true,
      configurable: true,
      enumerable: typeof member !== 'function',
    });
  }
  Object.defineProperty(globalThis, 'origin', {
    value: /** @type {URL} */ (members['location']).origin,
    writable: true,
    configurable: true,
  });
  Object.defineProperty(globalThis, Symbol.toStringTag, {
    value: 'DedicatedWorkerGlobalScope',
    configurable: true,
  });
}
