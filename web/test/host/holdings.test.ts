import { beforeEach, afterEach, describe, expect, it, vi } from "vitest";
import { Relay } from "../../src/host/relay";
import { Session } from "../../src/client/session";
import type { Envelope } from "../../src/client/envelope";
import { isObject, type Json } from "../../src/client/decode";
import { FakeDoor } from "../fakes";

/** A relay on a real session, the test playing the shop and the plugin's worker. */
async function relayed() {
  const door = new FakeDoor();
  const worker: Json[] = [];
  const session: Session = new Session(
    { connect: door.connect, token: () => Promise.resolve("secret"), client: { name: "test", version: "1" } },
    {
      opened: () => relay.opened(),
      push: (envelope) => relay.push(envelope),
      ask: (envelope, callbackId) => relay.ask(envelope, callbackId),
      lost: () => undefined,
      refused: () => undefined,
    },
  );
  const relay = new Relay(session, { began: () => undefined, malformed: () => undefined, stray: () => undefined });
  relay.info = { id: "points", name: "points-sdk", version: "1.0", profile: "field" };
  relay.attach("worker", (envelope) => isObject(envelope) && worker.push(envelope));
  const opens = async () => {
    await vi.advanceTimersByTimeAsync(500);
    door.last.welcome();
    await vi.advanceTimersByTimeAsync(0);
  };
  const says = (name: string, data: Json, callbackId?: string) =>
    relay.take("worker", callbackId === undefined ? { name, version: 1, data } : { name, version: 1, callbackId, data });
  /** Asks, and has the shop agree. */
  const asks = (name: string, data: Json = {}, reply: Json = {}) => {
    says(name, data, "c");
    door.last.reply(door.last.asked(name).at(-1), reply);
  };
  session.start();
  await opens();
  says("plugin.info.request", {}, "i");
  /** What the newest session was told and asked, its opening left out. */
  const heard = (): readonly (readonly [string, unknown])[] =>
    door.last.sent.slice(1).map(({ name, data }: Envelope) => [name, data] as const);
  return { door, worker, opens, says, asks, heard };
}

const CARD = { id: "card", image: "", paymentName: "카드" };
const POINTS = { id: "points", image: "", paymentName: "포인트" };
const URL = "wss://live.example/a";
const event = (what: string, url = URL) => ({ name: "websocket.event", version: 1, data: { url, event: what } });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("what a plugin holds when its connection is lost", () => {
  it("H-8: its payment methods are added again, with what they were last", async () => {
    const { door, opens, says, heard } = await relayed();
    for (const method of [CARD, POINTS]) says("payment.method.add", method);
    says("payment.method.add", { ...CARD, paymentName: "새 카드" });
    says("payment.method.remove", { id: "points" });
    for (let blip = 0; blip < 2; blip += 1) {
      door.last.lose();
      await opens();
      expect(heard()).toEqual([["payment.method.add", { ...CARD, paymentName: "새 카드" }]]);
    }
  });

  it("H-8: what it does while the connection is down comes after what is given back", async () => {
    const { door, opens, says, asks, heard } = await relayed();
    for (const method of [CARD, POINTS]) says("payment.method.add", method);
    asks("power-saver.start-blocking.request");
    door.last.lose();
    says("payment.method.remove", { id: "card" });
    says("power-saver.stop-blocking.request", {}, "s");
    await opens();
    expect(heard().map(([name]) => name)).toEqual([
      "payment.method.add",
      "power-saver.start-blocking.request",
      "payment.method.remove",
      "power-saver.stop-blocking.request",
    ]);
    door.last.reply(door.last.asked("power-saver.stop-blocking.request")[0]);
    door.last.lose();
    await opens();
    expect(heard()).toEqual([["payment.method.add", POINTS]]);
  });

  it("its screen stays awake as often as it asked for, and the plugin hears nothing of it", async () => {
    const { door, worker, opens, asks, says, heard } = await relayed();
    for (let count = 0; count < 3; count += 1) asks("power-saver.start-blocking.request");
    asks("power-saver.stop-blocking.request");
    asks("power-saver.start-blocking.request", {}, { complete: false });
    const before = worker.length;
    door.last.lose();
    await opens();
    expect(heard()).toEqual([0, 1].map(() => ["power-saver.start-blocking.request", {}]));
    for (const asked of door.last.asked("power-saver.start-blocking.request")) door.last.reply(asked);
    expect(worker).toHaveLength(before);
    says("power-saver.stop-blocking.request", {}, "s");
    expect(heard()).toHaveLength(3);
  });

  it("H-64: of sockets that were open it is told that they broke, once, and of no other", async () => {
    const { door, worker, opens, asks } = await relayed();
    const [closed, refused] = ["wss://live.example/closed", "wss://live.example/refused"];
    for (const url of [URL, closed]) {
      asks("websocket.connect.request", { url });
      door.last.say(event("open", url));
    }
    asks("websocket.connect.request", { url: refused }, { complete: false });
    door.last.say(event("close", closed));
    const broken = { ...event("close"), data: { url: URL, event: "close", code: "1006" } };
    worker.length = 0;
    for (let blip = 0; blip < 2; blip += 1) {
      door.last.lose();
      await opens();
      expect(worker).toEqual([broken]);
    }
  });
});
