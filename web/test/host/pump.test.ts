import { describe, expect, it, vi } from "vitest";
import { Bucket, Pump } from "../../src/host/pump";

const a = {};
const b = {};

describe("the pump", () => {
  it("H-77: handles 50 messages a task and gives the page its turn in between", () => {
    const turns: (() => void)[] = [];
    const pump = new Pump((run) => turns.push(run));
    let done = 0;
    for (let count = 0; count < 120; count += 1) pump.add(a, () => (done += 1));
    const seen: number[] = [];
    for (let run = turns.shift(); run !== undefined; run = turns.shift()) {
      run();
      seen.push(done);
    }
    expect(seen).toEqual([50, 100, 120]);
  });

  it("H-71: lets plugins take turns, each in its own order (H-39)", () => {
    const turns: (() => void)[] = [];
    const pump = new Pump((run) => turns.push(run));
    const done: string[] = [];
    for (const work of ["a1", "a2", "a3"]) pump.add(a, () => done.push(work));
    pump.add(b, () => done.push("b1"));
    turns.shift()?.();
    expect(done).toEqual(["a1", "b1", "a2", "a3"]);
  });

  it("H-77: gives the page its turn after 8 ms, however little was done", () => {
    const turns: (() => void)[] = [];
    let now = 0;
    const pump = new Pump((run) => turns.push(run), () => now);
    let done = 0;
    for (let count = 0; count < 6; count += 1)
      pump.add(a, () => {
        done += 1;
        now += 5;
      });
    turns.shift()?.();
    expect(done).toBe(2);
  });

  it("H-77: passes a plugin by that is held, and looks at it again", () => {
    vi.useFakeTimers();
    const turns: (() => void)[] = [];
    const pump = new Pump((run) => turns.push(run));
    const held = { held: true };
    const done: string[] = [];
    for (const work of ["h1", "h2"]) pump.add(held, () => done.push(work));
    pump.add(b, () => done.push("b1"));
    const all = () => {
      vi.advanceTimersByTime(50);
      for (let run = turns.shift(); run !== undefined; run = turns.shift()) run();
    };
    all();
    expect(done).toEqual(["b1"]);
    held.held = false;
    all();
    vi.useRealTimers();
    expect(done).toEqual(["b1", "h1", "h2"]);
  });

  it("forgets what a plugin that ended still had waiting", () => {
    const turns: (() => void)[] = [];
    const pump = new Pump((run) => turns.push(run));
    let done = 0;
    pump.add(a, () => (done += 1));
    pump.drop(a);
    turns.shift()?.();
    expect(done).toBe(0);
  });
});

describe("the bucket", () => {
  it("fills as time passes", () => {
    let now = 0;
    const bucket = new Bucket(10, 2, () => now);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
    now = 100;
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  });
});
