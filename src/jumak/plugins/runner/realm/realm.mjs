/** Makes the plugin's world, then runs the plugin. */

import { makeConsole } from './console.mjs';
import { makeErrors } from './errors.mjs';
import { CloseEvent, ErrorEvent, MessageEvent, PromiseRejectionEvent } from './events.mjs';
import { makeFetch } from './fetch.mjs';
import { makeFiles } from './files.mjs';
import { FormData } from './form_data.mjs';
import { lockDispatcher, makeGlobals, removeOthers } from './globals.mjs';
import { Headers } from './headers.mjs';
import { makeLink } from './link.mjs';
import { makeRequest } from './request.mjs';
import { Response } from './response.mjs';
import { makeScope } from './scope.mjs';
import { makeWebSocket } from './socket.mjs';
import { makeTimers } from './timers.mjs';

/** @param {import('../boot.mjs').Host} host */
export function start(host) {
  lockDispatcher();
  const { plugin } = host;
  const location = new URL(plugin.entry, `${plugin.origin}/`);
  const timers = makeTimers(host, location.href);
  removeOthers(host.language);
  const link = makeLink(host);
  const console = makeConsole(host, link);
  const files = makeFiles(host, location);
  const scope = makeScope();
  const errors = makeErrors(host, scope, console);
  const Request = makeRequest(location.href);

  makeGlobals({
    ...scope.members,
    ...timers,
    console,
    location: Object.freeze(location),
    name: plugin.name,
    navigator: Object.freeze({
      userAgent: `Jumak/${plugin.client} (headless)`,
      appName: 'Jumak',
      language: plugin.language,
      languages: Object.freeze([plugin.language]),
      hardwareConcurrency: 1,
      onLine: true,
    }),
    importScripts: files.importScripts,
    postMessage: link.postMessage,
    reportError: errors.report,
    close: () => link.control('the plugin closed itself'),
    fetch: makeFetch(host, link, files, Request, location.origin),
    FormData,
    Headers,
    Request,
    Response,
    WebSocket: makeWebSocket(host, link, location),
    CloseEvent,
    ErrorEvent,
    MessageEvent,
    PromiseRejectionEvent,
  });

  // What arrives while the plugin is being run is delivered after that, as a browser does.
  link.listen(scope.deliver);
  try {
    host.run(files.text(plugin.entry), location.href);
  } catch (error) {
    errors.report(error);
    link.control(`it failed at its start: ${errors.brief(error)}`);
  }
}
