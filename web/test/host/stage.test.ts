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
  getAttribute(name: string) {
    return name === "data-plugin" ? this.dataset["plugin"] : this.attributes.get(name);
  }
  toggleAttribute(name: string, on: boolean) {
    if (on) this.attributes.set(name, "");
    else this.attributes.delete(name);
  }
  readonly classes = new Set<string>();
  readonly classList = {
    toggle: (name: string, on: boolean) => (on ? this.classes.add(name) : this.classes.delete(name)),
  };
  remove() {
    this.parent?.frames.splice(this.parent.frames.indexOf(this), 1);
  }
}

class FakePlace {
  readonly frames: FakeFrame[] = [];
  querySelectorAll() {
    return this.frames.filter(({ className }) => className === "tab");
  }
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
  return { made, place, frames, post, taken, watcher, tab };
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

  it("H-7: the tab that is to be shown is shown, also when its plugin starts later or again", () => {
    const { made, frames, place, tab } = stage();
    made.show("points");
    expect([tab.classes.has("shown"), tab.attributes.has("inert")]).toEqual([true, false]);
    frames.remove();
    made.open(plugin({ kinds: ["iframe"] }), {
      admit: () => true,
      message: () => undefined,
      said: () => undefined,
      loaded: () => undefined,
    });
    const again = place.frames.find(({ className }) => className === "tab");
    expect([again?.classes.has("shown"), again?.attributes.has("inert")]).toEqual([true, false]);
    made.show(null);
    expect([again?.classes.has("shown"), again?.attributes.has("inert")]).toEqual([false, true]);
  });
});
