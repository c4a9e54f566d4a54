import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isObject, type Json } from "../../src/client/decode";
import { Relay } from "../../src/host/relay";
import { FakeSession } from "../fakes";

function relay() {
  const session = new FakeSession();
  const worker: Json[] = [];
  const tab: Json[] = [];
  const malformed: string[] = [];
  const stray: string[] = [];
  const made = new Relay(session, {
    began: () => undefined,
    malformed: (_, why) => malformed.push(why),
    stray: (_, name) => stray.push(name),
  });
  made.info = { id: "points", name: "points-sdk", version: "1.0", profile: "field" };
  made.attach("worker", (envelope) => isObject(envelope) && worker.push(envelope));
  made.attach("tab", (envelope) => isObject(envelope) && tab.push(envelope));
  const info = (kind: "worker" | "tab", callbackId = "i") =>
    made.take(kind, { name: "plugin.info.request", version: 1, callbackId, data: {} });
  return { made, session, worker, tab, malformed, stray, info };
}

const paid = (id: string) => ({ name: "payment.change.event", version: 1, seq: 1, data: { event: "paid", payment: { id } } });
const names = (envelopes: readonly Json[]) => envelopes.map(({ name }) => name);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("what reaches a plugin", () => {
  it("H-1: plugin info is answered at once and before anything else, without the shop", () => {
    const { made, session, worker, info } = relay();
    made.push({ name: "order.change.event", version: 1, seq: 1, data: {} });
    expect(worker).toEqual([]);
    info("worker", "a1");
    expect(worker[0]).toEqual({
      name: "plugin.info.response",
      version: 1,
      callbackId: "a1",
      data: { complete: true, id: "points", name: "points-sdk", version: "1.0", profile: "field" },
    });
    expect(names(worker)).toEqual(["plugin.info.response", "order.change.event"]);
    expect(session.asked).toEqual([]);
  });

  it("H-1: asked again it is answered again, under the new callbackId", () => {
    const { worker, info } = relay();
    info("worker", "a1");
    info("worker", "a2");
    expect(worker.map(({ callbackId }) => callbackId)).toEqual(["a1", "a2"]);
  });

  it("H-2: the callbackIds of worker and page never meet", () => {
    const { made, session, worker, tab } = relay();
    made.take("worker", { name: "merchant.info.request", version: 1, callbackId: "same", data: {} });
    made.take("tab", { name: "hall.list.request", version: 1, callbackId: "same", data: {} });
    session.asked[1]?.answered({ complete: true, halls: [] });
    session.asked[0]?.answered({ complete: true, merchant: {} });
    expect(worker).toMatchObject([{ callbackId: "same", data: { merchant: {} } }]);
    expect(tab).toMatchObject([{ callbackId: "same", data: { halls: [] } }]);
  });

  it("H-33: pushes go to both contexts, in order", () => {
    const { made, worker, tab, info } = relay();
    info("worker");
    info("tab");
    made.push(paid("1"));
    made.push(paid("2"));
    for (const context of [worker, tab])
      expect(context.slice(1).map(({ data }) => data)).toEqual([paid("1").data, paid("2").data]);
  });

  it("H-10: a reply to an earlier page does not reach the later one", () => {
    const { made, session, tab, info } = relay();
    info("tab");
    made.take("tab", { name: "hall.list.request", version: 1, callbackId: "x", data: {} });
    made.unload("tab", Date.now());
    session.asked[0]?.answered({ complete: true, halls: [] });
    expect(names(tab)).toEqual(["plugin.info.response"]);
  });
});

describe("what a plugin sends", () => {
  it("H-70: what is no message is dropped and told", () => {
    const { made, session, malformed } = relay();
    for (const value of [null, "text", 7, [], {}, { name: 5 }, { name: "x".repeat(101) }]) made.take("worker", value);
    expect(malformed).toHaveLength(7);
    expect(session.asked).toEqual([]);
  });

  it("H-10: a BigInt or a cycle is refused with a reply", () => {
    const { made, worker } = relay();
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const data of [{ price: 1n }, cycle]) made.take("worker", { name: "order.add.request", version: 1, callbackId: "b", data });
    expect(worker).toHaveLength(2);
    for (const envelope of worker)
      expect(envelope).toMatchObject({ callbackId: "b", data: { complete: false, error: { code: "INVALID_ARGUMENT" } } });
  });

  it("H-10: a callbackId that is no text is given back as it is", () => {
    const { made, session, worker } = relay();
    made.take("worker", { name: "hall.list.request", version: 1, callbackId: 7, data: {} });
    session.asked[0]?.answered({ complete: true });
    expect(worker).toMatchObject([{ callbackId: 7 }]);
  });

  it("H-73: notifications pass in any shape and are never answered", () => {
    const { made, session, worker } = relay();
    made.take("worker", { name: "log", data: "odd" });
    made.take("worker", { name: "alert.open", version: 1, callbackId: null, data: 5 });
    expect(session.told).toEqual(["log", "alert.open"]);
    expect(worker).toEqual([]);
  });
});

describe("what the shop asks of a plugin", () => {
  const pay = { name: "payment.method.event.request", version: 1, callbackId: "host:1", data: { event: "pay", id: "card" } };
  const veto = { name: "payment.event.request", version: 1, callbackId: "host:2", data: { event: "before-cancel" } };

  it("goes to the context that registered the method, and its answer back", () => {
    const { made, session, worker, tab, info } = relay();
    info("worker");
    info("tab");
    made.take("tab", { name: "payment.method.add", version: 1, data: { id: "card", paymentName: "Card" } });
    made.ask(pay, "host:1");
    expect(names(worker)).not.toContain(pay.name);
    expect(names(tab)).toContain(pay.name);
    const data = { event: "pay", id: "card", complete: true, paymentDto: { paymentKey: "k" } };
    made.take("tab", { name: "payment.method.event.response", version: 1, callbackId: "host:1", data });
    expect(session.answers).toEqual([{ callbackId: "host:1", data }]);
  });

  it("H-45: a second answer is dropped and told", () => {
    const { made, session, stray, info } = relay();
    info("worker");
    made.ask(pay, "host:1");
    const answer = { name: "payment.method.event.response", version: 1, callbackId: "host:1", data: { complete: true } };
    made.take("worker", answer);
    made.take("worker", answer);
    expect(session.answers).toHaveLength(1);
    expect(stray).toEqual(["payment.method.event.response"]);
    expect(session.asked).toEqual([]);
  });

  it("is not answered by the other context", () => {
    const { made, session, info } = relay();
    info("worker");
    info("tab");
    made.take("tab", { name: "payment.method.add", version: 1, data: { id: "card" } });
    made.ask(pay, "host:1");
    made.take("worker", { name: "payment.method.event.response", version: 1, callbackId: "host:1", data: { complete: true } });
    expect(session.answers).toEqual([]);
  });

  it("waits until the plugin runs", () => {
    const { made, worker, info } = relay();
    made.ask(pay, "host:1");
    expect(worker).toEqual([]);
    info("worker");
    expect(names(worker)).toEqual(["plugin.info.response", pay.name]);
  });

  it("PAY-8: a page that reloads in the middle of a payment leaves its result unknown, no refusal", () => {
    const { made, session, info } = relay();
    info("tab");
    made.take("tab", { name: "payment.method.add", version: 1, data: { id: "card" } });
    made.ask(pay, "host:1");
    made.unload("tab", Date.now());
    expect(session.answers).toHaveLength(1);
    expect(session.answers[0]?.data).not.toHaveProperty("complete");
    expect(session.answers[0]?.data).toMatchObject({ error: { code: "HOST_UNAVAILABLE" } });
  });

  it("H-46: one veto of two contexts is a veto", () => {
    const { made, session, info } = relay();
    info("worker");
    info("tab");
    made.ask(veto, "host:2");
    const say = (kind: "worker" | "tab", data: object) =>
      made.take(kind, { name: "payment.event.response", version: 1, callbackId: "host:2", data });
    say("worker", { complete: true });
    expect(session.answers).toEqual([]);
    say("tab", { complete: false, errorMessage: "spent" });
    expect(session.answers).toEqual([{ callbackId: "host:2", data: { complete: false, errorMessage: "spent" } }]);
  });

  it("H-47: for before-add the first answer that is no error counts", () => {
    const { made, session, info } = relay();
    info("worker");
    info("tab");
    made.ask({ name: "catalog-item.event.request", version: 1, callbackId: "host:3", data: { event: "before-add" } }, "host:3");
    const say = (kind: "worker" | "tab", data: object) =>
      made.take(kind, { name: "catalog-item.event.response", version: 1, callbackId: "host:3", data });
    say("worker", { complete: false, errorMessage: "legacy" });
    say("tab", { complete: true, payload: { initialValue: {} } });
    expect(session.answers.map(({ data }) => data)).toEqual([{ complete: true, payload: { initialValue: {} } }]);
  });
});

describe("H-37: payments while a page reloads", () => {
  it("H-37: reach the new page once, 3 s after its plugin info, marked; other pushes are gone", () => {
    const { made, tab, info } = relay();
    info("tab");
    made.unload("tab", Date.now());
    made.push(paid("1"));
    made.push({ name: "order.change.event", version: 1, seq: 2, data: {} });
    info("tab", "second");
    vi.advanceTimersByTime(2_999);
    expect(names(tab)).not.toContain("payment.change.event");
    vi.advanceTimersByTime(1);
    expect(tab.at(-1)).toEqual({ ...paid("1"), replayed: true });
    vi.advanceTimersByTime(60_000);
    expect(names(tab)).toEqual(["plugin.info.response", "plugin.info.response", "payment.change.event"]);
  });

  it("H-37: one that crossed with the page's leaving is not lost", () => {
    const { made, tab, info } = relay();
    info("tab");
    const leftAt = Date.now();
    made.push(paid("1"));
    made.unload("tab", leftAt);
    info("tab");
    vi.advanceTimersByTime(3_000);
    expect(tab.at(-1)).toMatchObject({ replayed: true });
  });

  it("H-37: one the old page had already is not given again", () => {
    const { made, tab, info } = relay();
    info("tab");
    made.push(paid("1"));
    vi.advanceTimersByTime(100);
    made.unload("tab", Date.now());
    info("tab");
    vi.advanceTimersByTime(3_000);
    expect(tab.filter((envelope) => "replayed" in envelope)).toEqual([]);
  });

  it("H-37: after ten minutes they are not delivered any more", () => {
    const { made, tab, info } = relay();
    info("tab");
    made.unload("tab", Date.now());
    made.push(paid("1"));
    vi.advanceTimersByTime(10 * 60_000);
    info("tab");
    vi.advanceTimersByTime(3_000);
    expect(names(tab)).not.toContain("payment.change.event");
  });

  it("H-37: a second reload within the 3 s loses nothing", () => {
    const { made, tab, info } = relay();
    info("tab");
    made.unload("tab", Date.now());
    made.push(paid("1"));
    info("tab");
    vi.advanceTimersByTime(1_000);
    made.unload("tab", Date.now());
    info("tab");
    vi.advanceTimersByTime(3_000);
    expect(tab.filter((envelope) => "replayed" in envelope)).toHaveLength(1);
  });

  it("H-37: the worker of the same plugin goes on hearing them at once", () => {
    const { made, worker, info } = relay();
    info("worker");
    info("tab");
    made.unload("tab", Date.now());
    made.push(paid("1"));
    expect(worker.at(-1)).toEqual(paid("1"));
  });
});
