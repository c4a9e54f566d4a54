import { describe, expect, it } from "vitest";
import { refusal, tellRefusals } from "../../src/plugin/refusals";

function refused(blockedURI: string, effectiveDirective = "connect-src"): Event {
  return Object.assign(new Event("securitypolicyviolation"), { blockedURI, effectiveDirective });
}

describe("what a plugin's policy refuses (H-63)", () => {
  it("names the origin to add, never the path or what was sent in it", () => {
    expect(refusal("https://api.example.com/pay?token=secret", "connect-src")).toBe(
      "https://api.example.com is not on the allow-list (connect-src): add origin https://api.example.com",
    );
    expect(refusal("wss://push.example.com", "connect-src")).toContain("add origin wss://push.example.com");
  });

  it("says what is no address as it is", () => {
    expect(refusal("eval", "script-src")).toBe("Refused: eval (script-src)");
    expect(refusal("data", "img-src")).toBe("Refused: data (img-src)");
  });

  it("tells each place once, and not more than a console holds", () => {
    const page = new EventTarget();
    const told: string[] = [];
    tellRefusals(page, (text) => told.push(text));
    for (let time = 0; time < 3; time += 1) page.dispatchEvent(refused("https://one.example/a"));
    expect(told).toHaveLength(1);
    for (let place = 0; place < 500; place += 1) page.dispatchEvent(refused(`https://p${String(place)}.example`));
    expect(told).toHaveLength(100);
  });
});
