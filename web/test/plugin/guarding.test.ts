import { describe, expect, it } from "vitest";
import { type Guarded, guard, type Spoken } from "../../src/plugin/guarding";

const OWN = "http://points.localhost:8700";
const TILL = "http://localhost:8700";
const SIBLING = "http://evil.localhost:8700";

/** A window as it is seen across origins: nothing but who is above it. */
interface Frame {
  parent: unknown;
}

function frames() {
  const top: Frame = { parent: null };
  top.parent = top;
  let listener: (event: Spoken) => void = () => undefined;
  const page: Guarded & Frame = {
    parent: top,
    location: { origin: OWN },
    addEventListener: (_type, added) => (listener = added),
  };
  guard(page);
  const hears = (said: { source: unknown; origin: string; isTrusted?: boolean }) => {
    let heard = true;
    listener({ isTrusted: true, ...said, stopImmediatePropagation: () => (heard = false) });
    return heard;
  };
  return { top, page, hears };
}

describe("who may speak to a plugin's page", () => {
  it("H-2: the till above it, the page itself, its own frames and its own events", () => {
    const { top, page, hears } = frames();
    const nested: Frame = { parent: page };
    expect(hears({ source: top, origin: TILL })).toBe(true);
    expect(hears({ source: page, origin: OWN })).toBe(true);
    expect(hears({ source: nested, origin: OWN })).toBe(true);
    expect(hears({ source: null, origin: "", isTrusted: false })).toBe(true);
  });

  it("H-2: a frame below it without an origin, however deep", () => {
    const { page, hears } = frames();
    const nested: Frame = { parent: page };
    expect(hears({ source: nested, origin: "null" })).toBe(true);
    expect(hears({ source: { parent: nested }, origin: "null" })).toBe(true);
  });

  it("H-2: no frame beside it, none below that, and none that is gone", () => {
    const { top, hears } = frames();
    const sibling: Frame = { parent: top };
    expect(hears({ source: sibling, origin: SIBLING })).toBe(false);
    expect(hears({ source: sibling, origin: "null" })).toBe(false);
    expect(hears({ source: { parent: sibling }, origin: "null" })).toBe(false);
    expect(hears({ source: { parent: null }, origin: SIBLING })).toBe(false);
    expect(hears({ source: null, origin: SIBLING })).toBe(false);
    expect(hears({ source: null, origin: "null" })).toBe(false);
    expect(hears({ source: null, origin: "" })).toBe(false);
  });

  it("H-2: the till still, when the page gives the word parent another meaning", () => {
    const { top, page, hears } = frames();
    Reflect.set(page, "parent", { parent: null });
    expect(hears({ source: top, origin: TILL })).toBe(true);
    expect(hears({ source: page.parent, origin: SIBLING })).toBe(false);
  });
});
