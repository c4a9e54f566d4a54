import { describe, expect, it } from "vitest";
import { PageStage } from "../../src/host/stage";
import { plugin } from "../fakes";

/** As much of a document as the stage touches. */
class FakeFrame {
  readonly attributes = new Map<string, string>();
  readonly dataset: Record<string, string> = {};
  readonly contentWindow = { postMessage: () => undefined };
  className = "";
  title = "";
  src = "";
  allow = "";
  parent: FakePlace | null = null;
  addEventListener() {
    return undefined;
  }
  setAttribute(name: string, value: string) {
    this.attributes.set(name, value);
  }
  toggleAttribute() {
    return undefined;
  }
  remove() {
    this.parent?.frames.splice(this.parent.frames.indexOf(this), 1);
  }
}

class FakePlace {
  readonly frames: FakeFrame[] = [];
  append(frame: FakeFrame) {
    frame.parent = this;
    this.frames.push(frame);
  }
}

type Listener = (event: { source: unknown; origin: string; data: unknown }) => void;

function stage() {
  const place = new FakePlace();
  const listeners: Listener[] = [];
  Reflect.set(globalThis, "document", { createElement: () => new FakeFrame() });
  const page = { addEventListener: (_: string, listener: Listener) => listeners.push(listener) };
  const made: PageStage = Reflect.construct(PageStage, [place, page]);
  const taken: unknown[] = [];
  const frames = made.open(plugin({ kinds: ["iframe"] }), {
    admit: () => true,
    message: (kind, value) => taken.push([kind, value]),
    said: () => undefined,
    loaded: () => undefined,
  });
  const post: Listener = (event) => {
    for (const listener of listeners) listener(event);
  };
  const [watcher, tab] = place.frames;
  if (watcher === undefined || tab === undefined) throw new Error("no frames");
  return { place, frames, post, taken, watcher, tab };
}

const ORIGIN = "http://points.localhost:8700";

describe("the frames of a plugin", () => {
  it("H-2, E-2: a message counts only from the plugin's frame and from its origin", () => {
    const { post, taken, watcher, tab } = stage();
    const data = { name: "plugin.info.request", from: "points" };
    post({ source: tab.contentWindow, origin: ORIGIN, data });
    post({ source: tab.contentWindow, origin: "http://evil.localhost:8700", data });
    post({ source: tab.contentWindow, origin: "null", data });
    post({ source: watcher.contentWindow, origin: ORIGIN, data });
    post({ source: {}, origin: ORIGIN, data });
    post({ source: null, origin: ORIGIN, data });
    expect(taken).toEqual([["tab", data]]);
  });

  it("H-2: nothing is heard from a frame that was taken out", () => {
    const { frames, post, taken, tab, place } = stage();
    frames.remove();
    post({ source: tab.contentWindow, origin: ORIGIN, data: {} });
    expect([taken, place.frames]).toEqual([[], []]);
  });

  it("H-3: both frames are on the plugin's own origin, and may neither navigate the till nor open windows", () => {
    const { watcher, tab } = stage();
    expect([watcher.src, tab.src]).toEqual([`${ORIGIN}/.jumak/watch.html`, `${ORIGIN}/`]);
    expect(tab.attributes.get("sandbox")).toBe("allow-scripts allow-forms allow-same-origin allow-downloads");
    expect(watcher.attributes.get("sandbox")).toBe("allow-scripts allow-same-origin");
  });
});
