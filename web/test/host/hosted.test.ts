import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Hosted, type Report, type Verdict } from "../../src/host/hosted";
import { PluginHost } from "../../src/host/host";
import { Pump } from "../../src/host/pump";
import type { HostedPlugin } from "../../src/client/shapes";
import type { Said } from "../../src/host/watching";
import { FakeSession, FakeStage, plugin } from "../fakes";

function home(verdict: Verdict = { restartAfterMs: 1_000 }) {
  const stage = new FakeStage();
  const sessions: { readonly session: FakeSession; readonly resumeAfter: number | undefined }[] = [];
  const reports: Report[] = [];
  return {
    stage,
    sessions,
    reports,
    pump: new Pump((run) => run()),
    openSession: (_id: string, resumeAfter: number | undefined, events: ConstructorParameters<typeof FakeSession>[0]) => {
      const session = new FakeSession(events);
      sessions.push({ session, resumeAfter });
      return session;
    },
    report: (_id: string, report: Report) => {
      reports.push(report);
      return Promise.resolve(verdict);
    },
    changed: () => undefined,
    now: Date.now,
  };
}

const said = (given: Partial<Said> & Pick<Said, "say">): Said => ({
  envelope: undefined,
  whom: "frame",
  at: undefined,
  ms: undefined,
  text: "",
  level: "info",
  count: 0,
  ...given,
});

function running(given: Partial<HostedPlugin> = {}, verdict?: Verdict) {
  const at = home(verdict);
  const hosted = new Hosted(plugin(given), at);
  hosted.start();
  at.sessions[0]?.session.opened();
  at.stage.events?.message("worker", { name: "plugin.info.request", version: 1, callbackId: "i", data: {} });
  return { at, hosted };
}

function beat(at: ReturnType<typeof home>, whom: "frame" | "worker") {
  at.stage.events?.said(said({ say: "pong", whom }));
}

/** It answers every beat. */
function staying(at: ReturnType<typeof home>): ReturnType<typeof setInterval> {
  return setInterval(() => {
    beat(at, "frame");
    beat(at, "worker");
  }, 1_000);
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a hosted plugin", () => {
  it("H-1: has no frame before its session is open, so that it is known who it is", () => {
    const at = home();
    const hosted = new Hosted(plugin(), at);
    hosted.start();
    expect([hosted.state, at.stage.opened]).toEqual(["opening", 0]);
    at.sessions[0]?.session.opened();
    expect([hosted.state, at.stage.opened]).toEqual(["starting", 1]);
  });

  it("H-9: runs once it was told who it is, and its load time is reported", () => {
    const { at, hosted } = running();
    expect(hosted.state).toBe("running");
    expect(at.reports.map(({ state }) => state)).toEqual(["starting", "running"]);
    expect(at.reports[1]?.loadMs).toBe(0);
  });

  it("H-77: two missed heartbeats end it, and it starts again when the shop says", async () => {
    const { at, hosted } = running();
    await vi.advanceTimersByTimeAsync(5_000);
    beat(at, "frame");
    beat(at, "worker");
    await vi.advanceTimersByTimeAsync(5_000);
    beat(at, "frame");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at.reports.at(-1)).toMatchObject({ state: "crashed", reason: "its worker does not answer any more" });
    expect([hosted.state, at.stage.open_, at.sessions[0]?.session.closed]).toEqual(["crashed", 0, true]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([hosted.state, at.sessions[1]?.resumeAfter]).toEqual(["opening", 5]);
  });

  it("H-77: a page that hangs is found by its frame's silence", async () => {
    const { at, hosted } = running({ kinds: ["iframe"] });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at.reports.at(-1)).toMatchObject({ state: "crashed", reason: "its page does not answer any more" });
    expect(hosted.state).toBe("crashed");
  });

  it("H-7, H-8: a page that leaves and does not come back is started again; one that reloads is let be", async () => {
    const { at, hosted } = running({ kinds: ["iframe"] });
    const stay = setInterval(() => beat(at, "frame"), 1_000);
    at.stage.events?.said(said({ say: "leaving", whom: "tab" }));
    at.stage.events?.said(said({ say: "arrived", whom: "tab" }));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(hosted.state).not.toBe("crashed");
    at.stage.events?.said(said({ say: "leaving", whom: "tab" }));
    await vi.advanceTimersByTimeAsync(15_000);
    clearInterval(stay);
    expect(hosted.reason).toBe("its page went away and did not come back");
  });

  it("H-8: one the shop switched off stays down", async () => {
    const { at, hosted } = running({}, { disabled: true });
    at.stage.events?.said(said({ say: "failed", whom: "worker", text: "SyntaxError" }));
    await vi.advanceTimersByTimeAsync(120_000);
    expect([hosted.state, hosted.reason, at.sessions.length]).toEqual(["crashed", "SyntaxError", 1]);
  });

  it("H-73: errors of its code are told to its console, together", async () => {
    const { at } = running();
    at.stage.events?.said(said({ say: "problem", whom: "worker", text: "TypeError: a" }));
    at.stage.events?.said(said({ say: "problem", whom: "worker", text: "TypeError: b" }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(at.reports.at(-1)?.entries?.map(({ text }) => text)).toEqual(["TypeError: a", "TypeError: b"]);
  });

  it("H-70: a hundred malformed messages in a minute stop it until somebody starts it", async () => {
    const { at, hosted } = running();
    for (let count = 0; count < 100; count += 1) at.stage.events?.message("worker", null);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(at.reports.find(({ state }) => state === "stopped")?.reason).toContain("malformed");
    expect([hosted.state, at.sessions.length]).toEqual(["crashed", 1]);
  });

  it("H-77: beyond 2,000 messages a second they are dropped unread; a flood ends it", async () => {
    const { at, hosted } = running();
    let admitted = 0;
    for (let count = 0; count < 5_000; count += 1) if (at.stage.events?.admit() === true) admitted += 1;
    expect(admitted).toBe(2_000);
    expect(hosted.state).toBe("running");
    for (let count = 0; count < 20_000; count += 1) at.stage.events?.admit();
    await vi.advanceTimersByTimeAsync(0);
    expect(at.reports.at(-1)).toMatchObject({ state: "crashed", reason: "it floods the page with messages" });
  });

  it("H-77: one that posts more bytes than it may is ended, whatever it hides them in", async () => {
    const buffer = new ArrayBuffer(70_000_000);
    const heavy: readonly unknown[] = ["x".repeat(70_000_000), { data: buffer }, new Uint8Array(buffer), new Map([["a", buffer]])];
    for (const value of heavy) {
      const { at } = running({ kinds: ["iframe"] });
      at.stage.events?.message("tab", value);
      await vi.advanceTimersByTimeAsync(0);
      expect(at.reports.at(-1)).toMatchObject({ state: "crashed", reason: "it posts more than 8 MB a second" });
    }
  });

  it("H-77: eight megabytes a second are let pass, a line too long of its watcher is not", async () => {
    const { at, hosted } = running();
    const stay = staying(at);
    const log = JSON.stringify({ name: "log", version: 1, data: "x".repeat(7_000_000) });
    for (let second = 0; second < 12; second += 1) {
      at.stage.events?.message("worker", log);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(hosted.state).toBe("running");
    expect(at.sessions[0]?.session.told).toHaveLength(12);
    at.stage.events?.said(said({ say: "line", text: "x".repeat(70_000_000) }));
    clearInterval(stay);
    expect(hosted.state).toBe("crashed");
  });

  it("H-77: what it posts waits while its connection takes nothing, and is no more than so much", async () => {
    const { at, hosted } = running();
    const stay = staying(at);
    const session = at.sessions[0]?.session;
    if (session === undefined) throw new Error("no session");
    session.backlog = 5_000_000;
    const log = JSON.stringify({ name: "log", version: 1, data: "x".repeat(1_000_000) });
    for (let count = 0; count < 20; count += 1) at.stage.events?.message("worker", log);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(session.told).toEqual([]);
    session.backlog = 0;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.told).toHaveLength(20);
    session.backlog = 5_000_000;
    for (let second = 0; second < 9; second += 1) {
      for (let count = 0; count < 7; count += 1) at.stage.events?.message("worker", log);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(hosted.state).toBe("running");
    for (let count = 0; count < 3; count += 1) at.stage.events?.message("worker", log);
    clearInterval(stay);
    expect([hosted.state, hosted.reason]).toEqual(["crashed", "it posts more than its connection takes"]);
  });

  it("H-8: gives the session that opens after a loss what the plugin held, and keeps its frames", async () => {
    const { at, hosted } = running();
    at.stage.events?.message("worker", { name: "payment.method.add", version: 1, data: { id: "card" } });
    at.sessions[0]?.session.opened();
    await vi.advanceTimersByTimeAsync(0);
    expect(at.sessions[0]?.session.told).toEqual(["payment.method.add", "payment.method.add"]);
    expect([hosted.state, at.stage.opened]).toEqual(["running", 1]);
  });

  it("is told that it stops, has 300 ms, and is gone", async () => {
    const { at, hosted } = running();
    const stopping = hosted.stop();
    expect(at.stage.names("worker")).toContain("plugin.stopping.event");
    await vi.advanceTimersByTimeAsync(299);
    expect(at.stage.open_).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await stopping;
    expect([hosted.state, at.stage.open_]).toEqual(["stopped", 0]);
  });

  it("H-37: one that crashed gets the payments it missed, 3 s after it runs again", async () => {
    const { at } = running();
    at.stage.events?.said(said({ say: "failed", whom: "worker", text: "boom" }));
    await vi.advanceTimersByTimeAsync(1_000);
    const again = at.sessions[1]?.session;
    again?.opened();
    again?.events?.push({ name: "payment.change.event", version: 1, seq: 6, data: { event: "paid" } });
    at.stage.events?.message("worker", { name: "plugin.info.request", version: 1, callbackId: "i", data: {} });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(at.stage.posted.at(-1)?.envelope).toMatchObject({ name: "payment.change.event", replayed: true });
  });
});

describe("the plugins of a till", () => {
  it("follow the shop's list: new ones start, changed ones start anew, gone ones stop", async () => {
    const at = home();
    let list: readonly HostedPlugin[] = [plugin()];
    const host = new PluginHost(at, () => Promise.resolve(list));
    await host.refresh();
    expect(host.all.map(({ plugin: { id } }) => id)).toEqual(["points"]);
    await host.refresh();
    expect(at.sessions).toHaveLength(1);
    list = [plugin({ hash: "new" })];
    void host.refresh();
    await vi.advanceTimersByTimeAsync(300);
    expect(at.sessions).toHaveLength(2);
    list = [];
    void host.refresh();
    await vi.advanceTimersByTimeAsync(300);
    expect(host.all).toEqual([]);
  });

  it("are told of again when the shop may have been started anew", async () => {
    const at = home();
    const host = new PluginHost(at, () => Promise.resolve([plugin()]));
    await host.refresh();
    at.sessions[0]?.session.opened();
    at.stage.events?.message("worker", { name: "plugin.info.request", version: 1, callbackId: "i", data: {} });
    expect(at.reports.map(({ state }) => state)).toEqual(["starting", "running"]);
    await host.refresh();
    expect(at.reports.map(({ state }) => state)).toEqual(["starting", "running", "running"]);
  });

  it("restart one by name although nothing of it changed", async () => {
    const at = home();
    const host = new PluginHost(at, () => Promise.resolve([plugin()]));
    await host.refresh();
    void host.refresh("points");
    await vi.advanceTimersByTimeAsync(300);
    expect(at.sessions).toHaveLength(2);
  });
});
