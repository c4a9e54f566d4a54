import { beforeEach, describe, expect, it, vi } from "vitest";
import { ShopError } from "../../src/client/errors";
import type { Decode, Json } from "../../src/client/decode";
import type { Till } from "../../src/shop/till.svelte";
import type { Board as BoardType } from "../../src/shop/board.svelte";
import { Contact } from "../../src/shop/contact.svelte";

const AT = "2026-02-02T12:00:00+09:00";

function ticket(id: string, given: Json = {}): Json {
  const line = { id: `l-${id}`, itemId: "1", title: "칼국수", quantity: { previous: 0, current: 1 }, remaining: 1 };
  return {
    id,
    state: "OPENED",
    order: { id: `o-${id}`, lineItems: [] },
    lineItems: [line],
    orderRequestType: "NEW",
    createdAt: AT,
    updatedAt: AT,
    ...given,
  };
}

function bumpedTicket(id: string): Json {
  const done = ticket(id, { state: "COMPLETED" });
  return { ...done, lineItems: (done["lineItems"] as Json[]).map((line) => ({ ...line, done: true })) };
}

function view(seq: number, tickets: readonly Json[], given: Json = {}): Json {
  return { tickets, allDay: [], finished: [], ready: [], scheduled: [], requested: 0, seq, ...given };
}

/** A till whose shop is the test: it answers what is asked, one after the other, and pushes. */
class FakeTill {
  readonly contact = new Contact(() => 0);
  readonly asked: { readonly name: string; readonly data: unknown; answer(reply: unknown): void; refuse(error: Error): void }[] = [];
  readonly #pushes = new Map<string, (data: unknown) => void>();
  #opened: () => void = () => undefined;

  may = () => true;
  on = (name: string, handler: (data: unknown) => void) => {
    this.#pushes.set(name, handler);
    return () => undefined;
  };
  onOpen = (heard: () => void) => {
    this.#opened = heard;
    return () => undefined;
  };
  ask = <T>(name: string, data: unknown, decode: Decode<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      this.asked.push({ name, data, answer: (reply) => resolve(decode(reply)), refuse: reject });
    });
  do = (name: string, data: unknown): Promise<void> => this.ask(name, data, () => undefined);

  open(): void {
    this.#opened();
  }

  push(one: Json, stationId = "hot"): void {
    this.#pushes.get("kds-board.change.event")?.({ stationId, ticket: one });
  }

  alive(seq: number): void {
    this.contact.heard({ seq, serverTime: AT });
  }

  /** What was asked under a name and has no answer yet. */
  waiting(name: string) {
    return this.asked.filter((one) => one.name === `${name}.request`);
  }

  async answer(name: string, reply: unknown): Promise<void> {
    const at = this.asked.findIndex((one) => one.name === `${name}.request`);
    if (at < 0) throw new Error(`${name} was not asked; waiting: ${this.asked.map((one) => one.name).join()}`);
    this.asked.splice(at, 1)[0]?.answer(reply);
    await passed();
  }
}

const passed = () => new Promise((done) => setTimeout(done, 0));
const stations = { stations: [{ id: "hot", name: "주방", isDefault: true, cautionMin: 5, lateMin: 10 }] };

let till: FakeTill;
let board: BoardType;
let heard: string[];
const shown = () => board.tickets.map(({ id }) => id);

async function made(stationId: string): Promise<void> {
  const kept = new Map([["jumak.station", stationId]]);
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  vi.stubGlobal("document", { visibilityState: "visible", documentElement: {} });
  const { Board } = await import("../../src/shop/board.svelte");
  till = new FakeTill();
  board = new Board(till as unknown as Till);
  heard = [];
  board.onArrival((arrival) => heard.push(arrival));
  till.open();
  await till.answer("kds-station.list", stations);
}

describe("a station's board (extensions §8)", () => {
  beforeEach(async () => {
    await made("hot");
    await till.answer("kds-board.get", view(10, [ticket("a")]));
  });

  it("hears nothing of what was there before, and tells the shop what it shows", () => {
    expect(shown()).toEqual(["a"]);
    expect(heard).toEqual([]);
    expect(till.waiting("kds-order-item.acknowledge").map(({ data }) => data)).toEqual([{ ids: ["a"], stationId: "hot" }]);
  });

  it("shows a pushed ticket at once, hears it once, and reads the rest after", async () => {
    till.push(ticket("b"));
    till.push(ticket("b"));
    expect(shown()).toEqual(["a", "b"]);
    expect(heard).toEqual(["new"]);
    expect(till.waiting("kds-board.get")).toHaveLength(1);
    await till.answer("kds-board.get", view(11, [ticket("a"), ticket("b")]));
    expect(heard).toEqual(["new"]);
  });

  it("leaves a push that comes late, and those of other stations", () => {
    till.push(ticket("a", { state: "COMPLETED", updatedAt: "2026-02-02T11:59:59+09:00" }));
    till.push(ticket("x"), "bar");
    expect(shown()).toEqual(["a"]);
  });

  it("knows from the push what was bumped last, and that it came back, before the board is read (KDS-5)", async () => {
    const finished = () => board.view?.finished.map(({ id }) => id);
    await till.answer("kds-order-item.acknowledge", {});
    till.push(bumpedTicket("a"));
    expect(shown()).toEqual([]);
    expect(finished()).toEqual(["a"]);
    till.push(ticket("a"));
    expect(shown()).toEqual(["a"]);
    expect(finished()).toEqual([]);
    till.push(ticket("a", { state: "CANCELLED" }));
    expect(finished()).toEqual([]);
  });

  it("reads again when the journal went on without a push", async () => {
    till.alive(10);
    expect(till.waiting("kds-board.get")).toHaveLength(0);
    till.alive(12);
    await till.answer("kds-board.get", view(12, [ticket("b")]));
    expect(shown()).toEqual(["b"]);
  });

  it("leaves an answer that is older than what it knows", async () => {
    till.alive(12);
    await till.answer("kds-board.get", view(9, []));
    expect(shown()).toEqual(["a"]);
  });

  it("hears of several the one that saves most food", () => {
    till.push(ticket("c", { orderRequestType: "CANCELLED" }));
    till.push(ticket("d", { orderRequestType: "CHANGED" }));
    expect(heard).toEqual(["cancel", "change"]);
  });

  it("bumps in advance, and not twice on screen once the shop has it", async () => {
    const [one] = board.tickets;
    if (one === undefined) throw new Error("nothing to bump");
    const done = board.bump(one);
    expect(shown()).toEqual([]);
    expect(till.waiting("kds-order-item.bump")[0]?.data).toEqual({ id: "a", stationId: "hot" });
    await till.answer("kds-order-item.bump", {});
    expect(shown()).toEqual([]);
    await till.answer("kds-board.get", view(11, []));
    await done;
    expect(shown()).toEqual([]);
  });

  it("takes a refused bump back", async () => {
    const [one] = board.tickets;
    if (one === undefined) throw new Error("nothing to bump");
    const done = board.bump(one, ["l-a"]);
    expect(shown()).toEqual([]);
    till.waiting("kds-order-item.bump")[0]?.refuse(new ShopError("이미 끝난 주문서입니다", "INVALID_STATE"));
    await expect(done).rejects.toThrow("이미 끝난");
    expect(shown()).toEqual(["a"]);
  });

  it("tells again what the shop did not take", async () => {
    till.waiting("kds-order-item.acknowledge")[0]?.refuse(new ShopError("", "HOST_UNAVAILABLE"));
    till.asked.length = 0;
    await passed();
    till.push(ticket("b"));
    expect(till.waiting("kds-order-item.acknowledge")[0]?.data).toEqual({ ids: ["a", "b"], stationId: "hot" });
  });
});

describe("the expo's board", () => {
  it("is read whole when any station's ticket changes, and hears what is ready", async () => {
    await made("");
    await till.answer("kds-board.get", view(10, [ticket("a")]));
    expect(till.waiting("kds-order-item.acknowledge")).toEqual([]);
    till.push(ticket("a", { state: "COMPLETED" }), "bar");
    expect(shown()).toEqual(["a"]);
    await till.answer("kds-board.get", view(11, [], { ready: [ticket("a", { state: "COMPLETED" })] }));
    expect(shown()).toEqual([]);
    expect(heard).toEqual(["ready"]);
  });
});

it("a station that was closed is chosen anew", async () => {
  await made("gone");
  expect(board.stationId).toBeNull();
  expect(till.waiting("kds-board.get")).toEqual([]);
});
