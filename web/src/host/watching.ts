/**
 * What the page and the watcher frame on a plugin's origin tell each other, over a port of their own.
 * The watcher runs among the plugin's code and may say anything: its messages are read, not believed.
 */

import { type Decoded, anything, fields, maybe, number, oneOf, orElse, record, text } from "../client/decode";

/** To the watcher, with the port, once its frame has loaded. */
export const BEGIN = "jumak.watch";

/** worker: the script to run in a worker, none for a page alone. */
export interface Begin {
  readonly say: typeof BEGIN;
  readonly worker: string | null;
  readonly originMap: Readonly<Record<string, string>>;
}

export type ToWatcher =
  | { readonly do: "post"; readonly envelope: object }
  | { readonly do: "play"; readonly url: string }
  | { readonly do: "ping"; readonly whom: "frame" | "worker" };

export const decodeSaid = fields({
  say: oneOf("message", "pong", "arrived", "loaded", "leaving", "problem", "failed", "dropped", "line"),
  envelope: anything,
  whom: orElse(oneOf("frame", "worker", "tab"), "frame"),
  at: maybe(number),
  ms: maybe(number),
  text: orElse(text, ""),
  level: orElse(oneOf("debug", "info", "warn", "error"), "info"),
  count: orElse(number, 0),
});
export type Said = Decoded<typeof decodeSaid>;

export const decodeBegin = fields({
  say: oneOf(BEGIN),
  worker: maybe(text),
  originMap: orElse(record(text), {}),
});
