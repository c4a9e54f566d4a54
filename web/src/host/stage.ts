/**
 * The frames of hosted plugins in the page: one watcher per plugin, and a tab for those with a page.
 *
 * A message belongs to a plugin when it comes from that plugin's frame **and** from its origin, never
 * by its contents; messages of any other window are ignored (H-2).
 *
 * A hidden tab stays laid out under `visibility: hidden`: its timers and sockets go on, its size does
 * not collapse, it is out of the reach of pointer, keyboard and screen readers. `display: none` would
 * take its layout away, and moving a frame to another parent would load it anew (H-7).
 */

import { attempt } from "../client/decode";
import type { HostedPlugin } from "../client/shapes";
import type { ContextKind } from "./context";
import { BEGIN, type Begin, decodeSaid, type Said, type ToWatcher } from "./watching";

/** The frames of one plugin. */
export interface Frames {
  post(kind: ContextKind, envelope: object): void;
  ping(whom: "frame" | "worker"): void;
  /** Plays a sound on the plugin's own origin, so that its allow-list decides. */
  play(url: string): void;
  /** Takes them out of the page, and with them whatever runs in them. */
  remove(): void;
}

export interface FrameEvents {
  /** Whether a message may come in now: asked before it is looked at. */
  admit(): boolean;
  /** value: of a worker its message as JSON, which its watcher made; what has none, and of a page, as it is. */
  message(kind: ContextKind, value: unknown): void;
  said(said: Said): void;
  /** The watcher frame was loaded. again: it had been before, so what it watched is gone. */
  loaded(again: boolean): void;
}

export interface Stage {
  open(plugin: HostedPlugin, events: FrameEvents): Frames;
}

interface Sender {
  readonly origin: string;
  readonly take: (event: MessageEvent) => void;
}

const WATCHER_SANDBOX = "allow-scripts allow-same-origin";
const TAB_SANDBOX = "allow-scripts allow-forms allow-same-origin allow-downloads";

/** The stage in a document. place: holds the frames, and is never moved. */
export class PageStage implements Stage {
  readonly #place: HTMLElement;
  readonly #senders = new Map<unknown, Sender>();
  #shown: string | null = null;

  constructor(place: HTMLElement, page: Window = window) {
    this.#place = place;
    page.addEventListener("message", (event) => {
      const sender = this.#senders.get(event.source);
      if (sender !== undefined && event.origin === sender.origin) sender.take(event);
    });
  }

  open(plugin: HostedPlugin, events: FrameEvents): Frames {
    const hasWorker = plugin.kinds.includes("worker");
    const watcher = this.#frame(plugin, "watcher", `${plugin.origin}/.jumak/watch.html`, WATCHER_SANDBOX);
    const tab = plugin.kinds.includes("iframe") ? this.#frame(plugin, "tab", `${plugin.origin}/`, TAB_SANDBOX) : null;
    let port: MessagePort | null = null;

    watcher.addEventListener("load", () => {
      const again = port !== null;
      const channel = new MessageChannel();
      port = channel.port1;
      port.onmessage = (event) => {
        const said = attempt(decodeSaid, event.data);
        if (said === null) return;
        if (said.say !== "message") events.said(said);
        else if (events.admit()) events.message("worker", said.text === "" ? said.envelope : said.text);
      };
      const begin: Begin = {
        say: BEGIN,
        worker: hasWorker ? `/${(plugin.entry ?? "main.js").replace(/^\/+/, "")}` : null,
        originMap: plugin.originMap,
      };
      watcher.contentWindow?.postMessage(begin, plugin.origin, [channel.port2]);
      events.loaded(again);
    });
    // The watcher talks over its port alone; the tab posts to its parent.
    if (tab !== null) {
      const { contentWindow } = tab;
      this.#senders.set(contentWindow, {
        origin: plugin.origin,
        take: (event) => {
          if (events.admit()) events.message("tab", event.data);
        },
      });
    }

    const tell = (message: ToWatcher) => port?.postMessage(message);
    return {
      post(kind, envelope) {
        if (kind === "worker") tell({ do: "post", envelope });
        else tab?.contentWindow?.postMessage(envelope, plugin.origin);
      },
      play: (url) => tell({ do: "play", url }),
      ping: (whom) => tell({ do: "ping", whom }),
      remove: () => {
        if (tab !== null) this.#senders.delete(tab.contentWindow);
        port?.close();
        tab?.remove();
        watcher.remove();
      },
    };
  }

  /** Shows this plugin's tab, also one that is opened later, and hides the others; null hides all. */
  show(pluginId: string | null): void {
    this.#shown = pluginId;
    for (const frame of this.#place.querySelectorAll("iframe.tab")) this.#reveal(frame);
  }

  #reveal(frame: Element): void {
    const shown = frame.getAttribute("data-plugin") === this.#shown;
    frame.classList.toggle("shown", shown);
    frame.toggleAttribute("inert", !shown);
  }

  #frame(plugin: HostedPlugin, kind: "watcher" | "tab", address: string, sandbox: string): HTMLIFrameElement {
    const frame = document.createElement("iframe");
    frame.className = kind;
    frame.dataset["plugin"] = plugin.id;
    frame.title = kind === "tab" ? (plugin.tab?.title ?? plugin.name) : `${plugin.name} (watcher)`;
    frame.setAttribute("sandbox", sandbox);
    frame.setAttribute("referrerpolicy", "no-referrer");
    frame.src = address;
    frame.toggleAttribute("inert", true);
    if (kind === "watcher") {
      frame.setAttribute("aria-hidden", "true");
      frame.allow = "autoplay";
    }
    if (kind === "tab") this.#reveal(frame);
    this.#place.append(frame);
    return frame;
  }
}
