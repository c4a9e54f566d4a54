/**
 * The watcher: a hidden frame on the plugin's own origin, so that it shares the fate of the plugin's
 * page. It runs the worker, carries its messages, answers heartbeats (when the page hangs, so does it),
 * and sees the page load, fail and go away, without touching a file of the plugin.
 */

import { attempt } from "../client/decode";
import { Bucket } from "../host/pump";
import { BYTES_AT_ONCE, BYTES_PER_S, MESSAGES_PER_S, TOO_HEAVY } from "../host/rates";
import { type Begin, decodeBegin, type Said, type ToWatcher } from "../host/watching";
import { describe } from "./describe";
import { tellLines } from "./lines";
import { tellRefusals } from "./refusals";
import { RUN } from "./running";
import { written } from "./writing";

const LOOK_EVERY_MS = 50;
/** A `beforeunload` longer ago was of a download, or of a navigation that was given up. */
const LONGEST_LEAVING_MS = 10_000;
const LONGEST_SOUND_MS = 30_000;

type Say = (said: Partial<Said> & Pick<Said, "say">) => void;

addEventListener("message", function begin(event: MessageEvent) {
  if (event.source !== parent) return;
  const told = attempt(decodeBegin, event.data);
  const [port] = event.ports;
  if (told === null || port === undefined) return;
  removeEventListener("message", begin);
  const say: Say = (said) => port.postMessage(said);
  const worker = told.worker === undefined ? null : runWorker(told.worker, told.originMap, say);
  port.onmessage = ({ data }: MessageEvent<ToWatcher>) => {
    if (data.do === "post") worker?.post(data.envelope);
    else if (data.do === "play") play(data.url, say);
    else if (data.whom === "worker") worker?.ping();
    else say({ say: "pong", whom: "frame" });
  };
  watchTab(say);
});

function runWorker(entry: string, originMap: Begin["originMap"], say: Say) {
  const worker = new Worker("/.jumak/worker.js");
  const bucket = new Bucket(MESSAGES_PER_S, MESSAGES_PER_S);
  const bytes = new Bucket(BYTES_PER_S, BYTES_AT_ONCE);
  const { port1, port2 } = new MessageChannel();
  let dropped = 0;
  worker.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (bucket.take()) {
      const message = written(data);
      if (bytes.take(message.text.length)) say({ say: "message", ...message });
      else {
        worker.terminate();
        say({ say: "failed", whom: "worker", text: TOO_HEAVY });
      }
      return;
    }
    // Counted here: passing the flood on to tell of it would be the flood.
    if (dropped === 0) setTimeout(() => (say({ say: "dropped", count: dropped }), (dropped = 0)), 250);
    dropped += 1;
  };
  worker.onmessageerror = () => say({ say: "message", envelope: null });
  worker.onerror = (problem) => {
    // An error the plugin's code raised was told by the worker itself; this is its script not loading.
    if (!(problem instanceof ErrorEvent)) say({ say: "failed", whom: "worker", text: "The worker could not be started." });
  };
  port1.onmessage = ({ data }: MessageEvent<Pick<Said, "say">>) => say({ ...data, whom: "worker" });
  worker.postMessage({ say: RUN, entry, originMap }, [port2]);
  return {
    post: (envelope: object) => worker.postMessage(envelope),
    ping: () => port1.postMessage(null),
  };
}

/** Here the plugin's own policy says what may be played: its files, and what is on its allow-list. */
function play(url: string, say: Say): void {
  const sound = new Audio(new URL(url, location.origin).href);
  const stop = setTimeout(() => sound.pause(), LONGEST_SOUND_MS);
  sound.onended = () => clearTimeout(stop);
  sound.play().catch((error: unknown) => say({ say: "problem", whom: "frame", text: `${url}: ${describe(error)}` }));
}

/** Looks for a sister frame of this origin, the plugin's page, and attaches to each page it loads. */
function watchTab(say: Say): void {
  let seen: Document | null = null;
  const look = () => {
    const tab = sister();
    if (tab === null || tab.document === seen) return;
    seen = tab.document;
    attach(tab, say);
  };
  look();
  setInterval(look, LOOK_EVERY_MS);
}

function attach(tab: Tab, say: Say): void {
  say({ say: "arrived", whom: "tab" });
  tellLines(tab.console, (level, text) => say({ say: "line", whom: "tab", level, text }));
  tab.addEventListener("error", (event: Event) => {
    // Resources that fail come as plain events of their element, in the capture phase alone.
    if (event instanceof tab.ErrorEvent) say({ say: "problem", whom: "tab", text: describe(event.error, event.message) });
    else say({ say: "problem", whom: "tab", text: `Could not be loaded: ${resource(event.target)}` });
  }, true);
  tab.addEventListener("unhandledrejection", ({ reason }) =>
    say({ say: "problem", whom: "tab", text: `Unhandled rejection: ${describe(reason)}` }),
  );
  tellRefusals(tab, (text) => say({ say: "problem", whom: "tab", text }));
  // A page that reloads runs on until the new one arrives: what reaches it meanwhile is lost on it.
  let leftAt = 0;
  tab.addEventListener("beforeunload", () => (leftAt = Date.now()));
  tab.addEventListener("pagehide", () => {
    const now = Date.now();
    say({ say: "leaving", whom: "tab", at: now - leftAt < LONGEST_LEAVING_MS ? leftAt : now });
  });
  const loaded = () => {
    const [navigation] = tab.performance.getEntriesByType("navigation");
    if (navigation === undefined || !isNavigation(navigation, tab)) return;
    if (navigation.responseStatus >= 400)
      say({ say: "failed", whom: "tab", text: `Its page answered with status ${String(navigation.responseStatus)}` });
    else say({ say: "loaded", whom: "tab", ms: navigation.loadEventStart });
  };
  if (tab.document.readyState === "complete") loaded();
  else tab.addEventListener("load", loaded);
}

type Tab = Window & typeof globalThis;

function sister(): Tab | null {
  for (let index = 0; index < parent.length; index += 1) {
    const frame = parent[index];
    try {
      // Reading the document throws across origins, and a frame that never loaded is another origin.
      if (frame !== undefined && frame !== self && isOurs(frame)) return frame;
    } catch {
      continue;
    }
  }
  return null;
}

function isOurs(frame: Window): frame is Tab {
  return frame.document.location.origin === location.origin;
}

function resource(target: EventTarget | null): string {
  for (const key of ["src", "href"]) {
    const address: unknown = target === null ? null : Reflect.get(target, key);
    if (typeof address === "string" && address !== "") return address.slice(0, 500);
  }
  return "a resource";
}

function isNavigation(entry: PerformanceEntry, tab: Tab): entry is PerformanceNavigationTiming {
  return entry instanceof tab.PerformanceNavigationTiming;
}
