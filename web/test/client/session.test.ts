import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Session } from "../../src/client/session";
import type { Envelope } from "../../src/client/envelope";
import { LONGEST_FRAME } from "../../src/client/messages.generated";
import { FakeDoor } from "../fakes";

function session(token: () => Promise<string> = () => Promise.resolve("secret")) {
  const door = new FakeDoor();
  const pushes: Envelope[] = [];
  const asks: string[] = [];
  const refused: string[] = [];
  const made = new Session(
    { connect: door.connect, token, client: { name: "test", version: "1" } },
    {
      opened: () => undefined,
      push: (envelope) => pushes.push(envelope),
      ask: (envelope) => asks.push(envelope.name),
      lost: () => undefined,
      refused: (error) => refused.push(error.code),
    },
  );
  made.start();
  return { made, door, pushes, asks, refused };
}

async function open() {
  const all = session();
  await vi.advanceTimersByTimeAsync(0);
  all.door.last.welcome();
  await vi.advanceTimersByTimeAsync(0);
  return all;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a session", () => {
  it("opens with its token first, and sends what waited after that (wire §9)", async () => {
    const { made, door } = session();
    const replies: Envelope[] = [];
    made.ask({ name: "order.get.request", data: { id: "1" } }, (reply) => replies.push(reply));
    await vi.advanceTimersByTimeAsync(0);
    door.last.welcome();
    await vi.advanceTimersByTimeAsync(0);
    expect(door.last.sent.map(({ name }) => name)).toEqual(["session.open.request", "order.get.request"]);
    door.last.reply(door.last.asked("order.get.request")[0], { order: {} });
    expect(replies.map(({ data }) => data)).toEqual([{ complete: true, order: {} }]);
  });

  it("H-60: sends data as JSON.stringify has it, in one piece and in order", async () => {
    const { made, door } = await open();
    const payload = { b: 1.0, 가: "나🙂", a: undefined, nested: { z: [1, undefined, null] } };
    made.ask({ name: "http.request", data: { url: "https://a", payload } }, () => undefined);
    expect(door.last.texts.at(-1)).toContain(`"payload":${JSON.stringify(payload)}`);
  });

  it("PAY-7: gives every write a commandId, under which it is asked again after a loss", async () => {
    const { made, door } = await open();
    const replies: unknown[] = [];
    made.ask({ name: "order.add.request", data: { order: {} } }, ({ data }) => replies.push(data));
    const [first] = door.last.asked("order.add.request");
    door.last.lose();
    await vi.advanceTimersByTimeAsync(500);
    door.last.welcome({ resumed: true });
    await vi.advanceTimersByTimeAsync(0);
    const [again] = door.last.asked("order.add.request");
    expect(again).toEqual(first);
    expect(first?.data).toHaveProperty("commandId");
    expect(replies).toEqual([]);
    door.last.reply(again);
    expect(replies).toEqual([{ complete: true }]);
  });

  it("keeps a commandId its sender chose", async () => {
    const { made, door } = await open();
    made.ask({ name: "order.add.request", data: { order: {}, commandId: "mine" } }, () => undefined);
    expect(door.last.asked("order.add.request")[0]?.data).toHaveProperty("commandId", "mine");
  });

  it("H-10: answers HOST_UNAVAILABLE to what may not be asked twice when the connection is lost", async () => {
    const { made, door } = await open();
    const codes: unknown[] = [];
    made.ask({ name: "http.request", data: { url: "https://a", method: "POST" } }, ({ data }) => codes.push(data));
    door.last.lose();
    expect(codes).toEqual([expect.objectContaining({ complete: false, error: expect.objectContaining({ code: "HOST_UNAVAILABLE" }) })]);
  });

  it("asks reads again, in the old order", async () => {
    const { made, door } = await open();
    for (const id of ["1", "2"]) made.ask({ name: "order.get.request", data: { id } }, () => undefined);
    door.last.lose();
    await vi.advanceTimersByTimeAsync(500);
    door.last.welcome({ resumed: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(door.last.asked("order.get.request").map(({ data }) => data)).toEqual([{ id: "1" }, { id: "2" }]);
  });

  it("H-12: refuses with TIMEOUT what is not answered in time, once", async () => {
    const { made } = await open();
    const replies: unknown[] = [];
    made.ask({ name: "table.list.request", data: {} }, ({ data }) => replies.push(data));
    await vi.advanceTimersByTimeAsync(36_000);
    expect(replies).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: "TIMEOUT" }) })]);
  });

  it("H-10: refuses what is too long for the shop instead of losing it", async () => {
    const { made, door } = await open();
    const replies: unknown[] = [];
    made.ask({ name: "storage.set.request", data: { value: "x".repeat(LONGEST_FRAME) } }, ({ data }) => replies.push(data));
    expect(replies).toEqual([expect.objectContaining({ error: expect.objectContaining({ code: "INVALID_ARGUMENT" }) })]);
    expect(door.last.asked("storage.set.request")).toEqual([]);
  });

  it("OFF-9: hands a store event over once, and resumes after the last one", async () => {
    const { door, pushes } = await open();
    door.last.say({ name: "order.change.event", version: 1, seq: 11, data: {} });
    door.last.say({ name: "order.change.event", version: 1, seq: 11, data: {} });
    door.last.lose();
    await vi.advanceTimersByTimeAsync(500);
    door.last.connect();
    expect(door.last.sent[0]?.data).toHaveProperty("resumeAfter", 11);
    expect(pushes.map(({ seq }) => seq)).toEqual([11]);
  });

  it("comes back after 0.5 s, then after twice as long each time", async () => {
    const { door } = await open();
    door.last.lose();
    await vi.advanceTimersByTimeAsync(499);
    expect(door.sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    door.last.lose();
    await vi.advanceTimersByTimeAsync(999);
    expect(door.sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(door.sockets).toHaveLength(3);
  });

  it("leaves a connection that answers no ping", async () => {
    const { door } = await open();
    const [first] = door.sockets;
    await vi.advanceTimersByTimeAsync(50_000);
    expect(first?.closed).toBe(true);
  });

  it("ends when the shop does not know its token", async () => {
    const { door, refused } = session();
    await vi.advanceTimersByTimeAsync(0);
    door.last.connect();
    const data = { complete: false, errorMessage: "no", error: { code: "UNAUTHENTICATED" } };
    door.last.say({ name: "session.open.response", version: 1, callbackId: "open", data });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(refused).toEqual(["UNAUTHENTICATED"]);
    expect(door.sockets).toHaveLength(1);
  });

  it("takes a host request for what it is, and answers it", async () => {
    const { made, door, asks } = await open();
    door.last.say({ name: "popup.open.request", version: 1, callbackId: "host:1", data: {} });
    made.answer("host:1", "popup.open.response", { complete: true });
    expect(asks).toEqual(["popup.open.request"]);
    expect(door.last.sent.at(-1)).toMatchObject({ callbackId: "host:1", data: { complete: true } });
  });

  it("H-45: keeps an answer that comes while the connection is down", async () => {
    const { made, door } = await open();
    door.last.lose();
    made.answer("host:1", "payment.method.event.response", { complete: true });
    await vi.advanceTimersByTimeAsync(500);
    door.last.welcome({ resumed: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(door.last.asked("payment.method.event.response")).toMatchObject([{ callbackId: "host:1" }]);
  });

  it("H-77: keeps only so much of what waits for a connection, the newest notifications, and refuses requests", async () => {
    const { made, door } = session();
    const large = "x".repeat(1_500_000);
    for (let n = 0; n < 5; n += 1) made.tell({ name: "log", data: { n, large } });
    const replies: unknown[] = [];
    for (let n = 0; n < 60; n += 1) made.ask({ name: "order.get.request", data: { large } }, ({ data }) => replies.push(data));
    expect(replies.length).toBeGreaterThan(10);
    expect(replies[0]).toMatchObject({ complete: false, error: { code: "HOST_UNAVAILABLE" } });
    await vi.advanceTimersByTimeAsync(0);
    door.last.welcome();
    await vi.advanceTimersByTimeAsync(0);
    expect(door.last.asked("log").map(({ data }) => data)).toMatchObject([{ n: 3 }, { n: 4 }]);
    const asked = door.last.asked("order.get.request");
    expect(asked.length + replies.length).toBe(60);
    for (const each of asked) door.last.reply(each);
    made.ask({ name: "order.get.request", data: { large } }, () => undefined);
    expect(door.last.asked("order.get.request")).toHaveLength(asked.length + 1);
  });

  it("keeps notifications while the connection is down", async () => {
    const { made, door } = session();
    made.tell({ name: "log", data: { n: 1 } });
    await vi.advanceTimersByTimeAsync(0);
    door.last.welcome();
    await vi.advanceTimersByTimeAsync(0);
    expect(door.last.asked("log")).toHaveLength(1);
  });
});

describe("answers to the shop's questions", () => {
  const APPROVED = { complete: true, paymentDto: { paymentKey: "k" } };
  const answers = (door: FakeDoor) => door.last.asked("payment.method.event.response").map(({ callbackId }) => callbackId);
  const again = async (door: FakeDoor) => {
    door.last.lose();
    await vi.advanceTimersByTimeAsync(15_000);
    door.last.welcome({ resumed: true });
    await vi.advanceTimersByTimeAsync(0);
  };

  it("PAY-8, NET-1: an approval written into a connection that was dead is sent by each later one", async () => {
    const { made, door } = await open();
    made.answer("host:pay:1", "payment.method.event.response", APPROVED);
    expect(answers(door)).toEqual(["host:pay:1"]);
    for (let loss = 0; loss < 2; loss += 1) {
      await again(door);
      expect(door.last.asked("payment.method.event.response")[0]?.data).toEqual(APPROVED);
    }
  });

  it("PAY-8: one that was given while there was none too, before what else waited", async () => {
    const { made, door } = await open();
    door.last.lose();
    made.ask({ name: "order.get.request", data: {} }, () => undefined);
    made.answer("host:back:1", "payment.method.event.response", { complete: true });
    await vi.advanceTimersByTimeAsync(500);
    door.last.welcome();
    await vi.advanceTimersByTimeAsync(0);
    expect(door.last.sent.map(({ name }) => name).slice(1)).toEqual(["payment.method.event.response", "order.get.request"]);
    await again(door);
    expect(answers(door)).toEqual(["host:back:1"]);
  });

  it("is not sent again once the shop replied to what was asked after it", async () => {
    const { made, door } = await open();
    made.ask({ name: "order.get.request", data: { id: "before" } }, () => undefined);
    made.answer("host:pay:1", "payment.method.event.response", APPROVED);
    door.last.reply(door.last.asked("order.get.request")[0]);
    await again(door);
    expect(answers(door)).toEqual(["host:pay:1"]);
    made.ask({ name: "order.get.request", data: { id: "after" } }, () => undefined);
    door.last.reply(door.last.asked("order.get.request")[0]);
    await again(door);
    expect(answers(door)).toEqual([]);
  });

  it("is not sent again once the same is asked anew", async () => {
    const { made, door, asks } = await open();
    made.answer("host:back:1", "payment.method.event.response", { complete: false });
    door.last.say({ name: "payment.method.event.request", version: 1, callbackId: "host:back:1", data: {} });
    expect(asks).toHaveLength(1);
    await again(door);
    expect(answers(door)).toEqual([]);
  });

  it("other answers are sent once", async () => {
    const { made, door } = await open();
    made.answer("host:1", "payment.event.response", { complete: true });
    door.last.lose();
    made.answer("host:2", "payment.event.response", { complete: true });
    await vi.advanceTimersByTimeAsync(500);
    door.last.welcome();
    await vi.advanceTimersByTimeAsync(0);
    expect(door.last.asked("payment.event.response").map(({ callbackId }) => callbackId)).toEqual(["host:2"]);
    await again(door);
    expect(door.last.asked("payment.event.response")).toEqual([]);
  });
});
