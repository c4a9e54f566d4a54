/** What nobody caught: first for `onerror` and `onunhandledrejection`, then for the plugin's console. */

import { ErrorEvent, PromiseRejectionEvent } from './events.mjs';

const CALL = /\n {4}at .*?\(?([^\s()]+):(\d+):(\d+)\)?$/m;

/**
 * @param {import('../boot.mjs').Host} host
 * @param {import('./scope.mjs').Scope} scope
 * @param {{error: (...what: unknown[]) => void}} console
 */
export function makeErrors(host, scope, console) {
  const { inspect } = host;

  /** @param {unknown} error */
  function describe(error) {
    if (typeof error !== 'object' || error === null) return inspect(error);
    const { stack } = /** @type {{stack?: unknown}} */ (error);
    return typeof stack === 'string' ? stack : inspect(error);
  }

  /** In one line. @param {unknown} error */
  function brief(error) {
    const where = place(error);
    const at = where ? ` (${where.slice(1).filter(Boolean).join(':')})` : '';
    return (error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)) + at;
  }

  /** The address, line and column an error is from. @param {unknown} error */
  function place(error) {
    const text = describe(error);
    // What cannot be read has its place before its text, anything else in its first call.
    const unread = error instanceof SyntaxError ? /^(\S+):(\d+)\n/.exec(text) : null;
    return unread ?? CALL.exec(text);
  }

  /** An error in who is told of errors is only written down. @param {unknown} error */
  const inHandler = (error) => console.error(`Uncaught (in an error handler) ${describe(error)}`);

  /** @param {unknown} error */
  function report(error) {
    const where = place(error);
    const event = new ErrorEvent('error', {
      message: `Uncaught ${error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)}`,
      filename: where?.[1] ?? '',
      lineno: Number(where?.[2] ?? 0),
      colno: Number(where?.[3] ?? 0),
      error,
      cancelable: true,
    });
    if (scope.dispatch(event, inHandler)) console.error(`Uncaught ${describe(error)}`);
  }

  host.onUncaught(report);
  host.onUnhandled((reason, promise) => {
    const event = new PromiseRejectionEvent('unhandledrejection', { promise, reason, cancelable: true });
    if (scope.dispatch(event, inHandler)) console.error(`Uncaught (in promise) ${describe(reason)}`);
  });
  scope.onFailed(report);
  return { report, brief };
}
