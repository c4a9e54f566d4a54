import { describe, expect, it } from "vitest";
import { Paying } from "../../src/shop/paying.svelte";
import { Approvals } from "../../src/shop/approval.svelte";
import { Payments } from "../../src/shop/payments.svelte";
import { FakeTill } from "./till";

const part = (id: string) => ({ id, amount: 5_000, left: 5_000, lines: [] });

function paying() {
  const till = new FakeTill();
  const screen = new Paying(till.till, new Payments(till.till, new Approvals(till.till)), "a1");
  screen.parts = [part("1"), part("2")];
  screen.tip = 1_000;
  return { till, screen };
}

describe("the tip of a payment", () => {
  it("is for the part it was chosen for", () => {
    const { screen } = paying();
    expect(screen.tip).toBe(1_000);
    screen.partId = "2";
    expect(screen.tip).toBe(0);
    screen.tip = 500;
    expect(screen.tip).toBe(500);
    screen.partId = "1";
    expect(screen.tip).toBe(0);
  });

  it("is gone when the parts are one again", () => {
    const { screen } = paying();
    screen.unite();
    expect(screen.tip).toBe(0);
    screen.tip = 2_000;
    expect(screen.tip).toBe(2_000);
  });

  it("is gone when the bill is divided anew", async () => {
    const { till, screen } = paying();
    const dividing = screen.split({ by: "count", count: 2 });
    await till.at(-1).answer({ parts: [part("1"), part("2")] });
    await dividing;
    expect([screen.part?.id, screen.tip]).toEqual(["1", 0]);
  });
});
