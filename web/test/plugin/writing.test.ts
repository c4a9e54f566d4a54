import { describe, expect, it } from "vitest";
import { written } from "../../src/plugin/writing";

describe("a worker's message on its way", () => {
  it("H-60: is the JSON the shop gets of it in any case", () => {
    const payload = { b: 1.0, 가: "나🙂", a: undefined, 2: "two", nested: { z: [1, undefined, null] }, at: new Date(0) };
    const message = { name: "http.request", callbackId: 7, data: { payload } };
    const { text } = written(message);
    expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(message));
  });

  it("H-70: what is no message is none as text either", () => {
    expect([undefined, null, 5, "text", [1n]].map((value) => written(value).text)).toEqual(["null", "null", "null", "null", "null"]);
  });

  it("H-10: what has no JSON is told by who asked, without what else it holds", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const data of [{ price: 1n, large: new ArrayBuffer(100) }, cycle]) {
      const said = written({ name: "order.add.request", version: 1, callbackId: "b", data });
      if (!("envelope" in said)) throw new Error("it has JSON");
      expect(said).toMatchObject({ text: "", envelope: { name: "order.add.request", version: 1, callbackId: "b" } });
      expect(() => JSON.stringify(said.envelope)).toThrow(data === cycle ? "circular" : "BigInt");
      expect(JSON.stringify(said, (key, value: unknown) => (key === "data" ? 0 : value)).length).toBeLessThan(200);
    }
  });
});
