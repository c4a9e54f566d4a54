import { describe, expect, it } from "vitest";
import { answerOf, cacheOf, isOutdated } from "../../src/offline/shell";

const SHOP = "http://localhost:8700";
const SHELL = { version: "b2", pages: ["/", "/kitchen"], assets: ["/assets/till-1.js", "/icons/jumak.svg"] };
const get = (path: string, method = "GET") => answerOf({ method, url: new URL(path, SHOP).href }, SHOP, SHELL);

describe("the kept shell", () => {
  it("answers pages by their path, and what was built with them", () => {
    expect(get("/?a=1#/tables")).toEqual({ kind: "page", path: "/" });
    expect(get("/kitchen/")).toEqual({ kind: "page", path: "/kitchen" });
    expect(get("/assets/till-1.js")).toEqual({ kind: "asset", path: "/assets/till-1.js" });
  });

  it.each(["/v1/order.get-list", "/v1/socket", "/v1/uploads", "/worker.js", "/assets/till-2.js"])(
    "leaves %s to the server",
    (path) => {
      expect(get(path)).toBeNull();
    },
  );

  it("leaves other servers, plugins, and whatever changes something alone", () => {
    expect(get("http://stamp.localhost:8700/")).toBeNull();
    expect(get("https://localhost:8700/")).toBeNull();
    expect(get("/", "POST")).toBeNull();
  });

  it("drops other builds, and nobody else's caches", () => {
    expect(isOutdated(cacheOf({ ...SHELL, version: "b1" }), SHELL)).toBe(true);
    expect(isOutdated(cacheOf(SHELL), SHELL)).toBe(false);
    expect(isOutdated("somebody-elses", SHELL)).toBe(false);
  });
});
