/**
 * Starts a plugin's worker: takes a private port from the watcher, then runs the plugin's script.
 *
 * Beats go over that port, so a plugin may replace `onmessage` and `onerror` as it likes (H-4).
 * Nothing is left on `self`; `console` is listened to, `fetch` and the like are touched only while the plugin
 * has an origin map.
 */

import { attempt } from "../client/decode";
import { decodeRun } from "./running";
import { describe } from "./describe";
import { tellLines } from "./lines";
import { tellRefusals } from "./refusals";
import { rewriteIn } from "./rewriting";

declare function importScripts(...urls: string[]): void;

addEventListener("message", function begin(event) {
  const run = attempt(decodeRun, event.data);
  const [port] = event.ports;
  if (run === null || port === undefined) return;
  removeEventListener("message", begin);
  event.stopImmediatePropagation();

  const say = port.postMessage.bind(port);
  port.onmessage = () => say({ say: "pong" });
  addEventListener("error", (problem) =>
    say({ say: "problem", text: describe(problem.error, problem.message) }),
  );
  addEventListener("unhandledrejection", ({ reason }) =>
    say({ say: "problem", text: `Unhandled rejection: ${describe(reason)}` }),
  );
  tellRefusals(globalThis, (text) => say({ say: "problem", text }));
  tellLines(console, (level, text) => say({ say: "line", level, text }));
  if (Object.keys(run.originMap).length > 0) rewriteIn(globalThis, run.originMap);
  const since = performance.now();
  try {
    importScripts(run.entry);
  } catch (error) {
    say({ say: "failed", text: `${run.entry}: ${describe(error)}` });
    return;
  }
  say({ say: "loaded", ms: performance.now() - since });
});
