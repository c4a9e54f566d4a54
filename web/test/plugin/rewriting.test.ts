import { describe, expect, it } from "vitest";
import { rewritten } from "../../src/plugin/rewriting";

const BASE = "http://points.localhost:8700/";
const MAP = { "https://api.example.com": "http://localhost:9000" };

describe("H-63: the origin map", () => {
  it("H-63: changes scheme, host and port; path, query and fragment stay", () => {
    expect(rewritten("https://api.example.com/v1/a?b=%EA%B0%80#c", BASE, MAP)).toBe("http://localhost:9000/v1/a?b=%EA%B0%80#c");
  });

  it("H-63: holds for sockets of the same origin", () => {
    expect(rewritten("wss://api.example.com/live", BASE, MAP)).toBe("ws://localhost:9000/live");
  });

  it("H-63: leaves everything else as it was written", () => {
    for (const address of ["/local", "https://api.example.com:444/x", "https://api.example.com.evil.net/", "::not one"])
      expect(rewritten(address, BASE, MAP)).toBe(address);
  });
});
