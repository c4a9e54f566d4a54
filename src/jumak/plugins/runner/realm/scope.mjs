/** The global object as a target of events: handlers such as `onmessage`, listeners beside them. */

import { MessageEvent } from './events.mjs';

/**
 * @typedef {object} Entry
 * @property {unknown} callback a function, or an object with `handleEvent`
 * @property {boolean} once
 * @property {boolean} isHandler the value of `on…`
 * @typedef {(error: unknown) => void} Failed
 * @typedef {ReturnType<typeof makeScope>} Scope
 */

const HANDLERS = ['message', 'messageerror', 'error', 'unhandledrejection', 'rejectionhandled'];

export function makeScope() {
  /** @type {Map<string, Entry[]>} */
  const entries = new Map();
  /** @type {Failed} */
  let failed = () => {};

  /** @param {string} type */
  const of = (type) => {
    let list = entries.get(type);
    if (!list) entries.set(type, (list = []));
    return list;
  };

  /** @param {string} type @param {unknown} callback */
  function setHandler(type, callback) {
    const list = of(type);
    const at = list.findIndex((entry) => entry.isHandler);
    if (typeof callback !== 'function') {
      if (at >= 0) list.splice(at, 1);
    } else if (at >= 0) {
      // A handler keeps the place of the first one among the listeners.
      /** @type {Entry} */ (list[at]).callback = callback;
    } else {
      list.push({ callback, once: false, isHandler: true });
    }
  }

  /** @param {string} type @returns {unknown} */
  function handler(type) {
    return of(type).find((entry) => entry.isHandler)?.callback ?? null;
  }

  /**
   * A script may declare `function onmessage() {}`, which takes the place of the accessor.
   * @param {string} type
   */
  function adopt(type) {
    const own = Reflect.getOwnPropertyDescriptor(globalThis, `on${type}`);
    if (own && 'value' in own && own.value !== handler(type)) setHandler(type, own.value);
  }

  /**
   * Calls who listens. Returns false when one of them has prevented the default.
   * @param {Event} event
   * @param {Failed} [fails] takes what they throw
   */
  function dispatch(event, fails = failed) {
    const { type } = event;
    if (HANDLERS.includes(type)) adopt(type);
    let isStopped = false;
    let isPrevented = false;
    const own = {
      target: globalThis,
      currentTarget: globalThis,
      srcElement: globalThis,
      stopImmediatePropagation: () => {
        isStopped = true;
      },
      preventDefault: () => {
        isPrevented = true;
      },
    };
    for (const [name, value] of Object.entries(own)) {
      Object.defineProperty(event, name, { value, configurable: true });
    }
    Object.defineProperty(event, 'defaultPrevented', { get: () => isPrevented, configurable: true });
    for (const entry of [...of(type)]) {
      if (isStopped) break;
      if (entry.once) of(type).splice(of(type).indexOf(entry), 1);
      try {
        if (call(entry, event)) isPrevented = true;
      } catch (error) {
        fails(error);
      }
    }
    return !isPrevented;
  }

  /** @type {Record<string, unknown>} */
  const members = {
    /** @param {string} type @param {unknown} callback @param {boolean | {once?: boolean, signal?: AbortSignal}} [options] */
    addEventListener(type, callback, options) {
      if (callback === null || callback === undefined) return;
      const { once = false, signal } = typeof options === 'object' && options ? options : {};
      if (signal?.aborted) return;
      const list = of(String(type));
      if (list.some((entry) => entry.callback === callback && !entry.isHandler)) return;
      list.push({ callback, once, isHandler: false });
      signal?.addEventListener('abort', () => remove(String(type), callback));
    },
    removeEventListener: remove,
    /** @param {Event} event */
    dispatchEvent: (event) => dispatch(event),
  };

  /** @param {string} type @param {unknown} callback */
  function remove(type, callback) {
    const list = of(String(type));
    const at = list.findIndex((entry) => entry.callback === callback && !entry.isHandler);
    if (at >= 0) list.splice(at, 1);
  }

  for (const type of HANDLERS) {
    Object.defineProperty(globalThis, `on${type}`, {
      get: () => handler(type),
      set: (callback) => setHandler(type, callback),
      configurable: true,
      enumerable: true,
    });
  }

  return {
    members,
    dispatch,
    /** Takes what listeners throw. @param {Failed} take */
    onFailed(take) {
      failed = take;
    },
    /** An envelope for the plugin. @param {unknown} data */
    deliver: (data) => void dispatch(new MessageEvent('message', { data })),
  };
}

/**
 * Returns whether the listener handled the event by what it returned.
 * @param {Entry} entry
 * @param {Event} event
 */
function call({ callback, isHandler }, event) {
  if (typeof callback !== 'function') {
    /** @type {{handleEvent?: (event: Event) => void}} */ (callback).handleEvent?.(event);
    return false;
  }
  if (isHandler && event.type === 'error' && 'message' in event) {
    const { message, filename, lineno, colno, error } = /** @type {import('./events.mjs').ErrorEvent} */ (event);
    return callback.call(globalThis, message, filename, lineno, colno, error) === true;
  }
  return callback.call(globalThis, event) === false && isHandler;
}
