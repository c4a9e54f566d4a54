/** What the floor, the waiting list and the reservations make of answers and pushes. */

import { describe, expect, it } from "vitest";
import type { Decode } from "../../src/client/decode";
import { ShopError } from "../../src/client/errors";
import { Clock } from "../../src/shop/clock";
import { Contact } from "../../src/shop/contact.svelte";
import { Floor } from "../../src/shop/floor.svelte";
import { Reservations } from "../../src/shop/reservations.svelte";
import type { Till } from "../../src/shop/till.svelte";
import { Waiting } from "../../src/shop/waiting.svelte";
import { table } from "../floor";

/** A till whose shop answers what the test says. */
class FakeTill {
  readonly clock = new Clock();
  readonly deviceId = "here";
  readonly contact = new Contact(() => 0);
  readonly asked: { readonly name: string; readonly data: unknown }[] = [];
  answers: Record<string, unknown> = {
    "table-status.list.request": { tables: [] },
    "hall.list.request": { halls: [] },
    "waiting.list.request": { parties: [], mode: "accept" },
    "reservation.list.request": { reservations: [] },
  };
  readonly #pushes = new Map<string, (data: unknown, seq?: number) => void>();
  readonly #opened: (() => void)[] = [];

  may = () => true;
  on = (name: string, handler: (data: unknown, seq?: number) => void) => void this.#pushes.set(name, handler);
  onOpen = (heard: () => void) => void this.#opened.push(heard);
  do = (name: string, data: unknown) => this.ask(name, data, () => undefined);

  ask = <T>(name: string, data: unknown, decode: Decode<T>): Promise<T> => {
    this.asked.push({ name, data });
    const answer = this.answers[name] ?? {};
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(decode(answer));
  };

  push(name: string, data: unknown, seq?: number): void {
    this.#pushes.get(name)?.(data, seq);
  }

  async open(): Promise<void> {
    for (const heard of this.#opened) heard();
    await settled();
  }

  named(name: string): unknown[] {
    return this.asked.filter((one) => one.name === name).map(({ data }) => data);
  }
}

const SEOUL = { day: { timeZone: "Asia/Seoul", dayCutoffHour: 4 } };
const settled = () => new Promise((done) => setTimeout(done));
const asTill = (fake: FakeTill) => fake as unknown as Till;
const moved = (from: number, to: number, event = "move") => ({ event, from: { table: { id: from } }, to: { table: { id: to } } });

async function floorOf(...tables: ReturnType<typeof table>[]): Promise<[Floor, FakeTill]> {
  const till = new FakeTill();
  till.answers["table-status.list.request"] = { tables };
  till.answers["hall.list.request"] = { halls: [{ id: 1, title: "홀", order: 1 }, { id: 2, title: "방", order: 2 }] };
  const floor = new Floor(asTill(till));
  await till.open();
  return [floor, till];
}

describe("tables", () => {
  it("change by pushes, and not back by a late one", async () => {
    const [floor, till] = await floorOf(table(1), table(2));
    till.push("table-status.change.event", { table: table(2, { status: "occupied", version: 3 }) });
    till.push("table-status.change.event", { table: table(2, { version: 2 }) });
    till.push("table-status.change.event", { table: { id: 1 } });
    expect(floor.tables.map(({ status }) => status)).toEqual(["empty", "occupied"]);
  });

  it("come and go with the plan", async () => {
    const [floor, till] = await floorOf(table(1), table(2));
    till.push("table-status.change.event", { table: table(3) });
    till.push("table.change.event", { event: "delete", table: { id: 1 } }, 8);
    expect(floor.tables.map(({ id }) => id)).toEqual([2, 3]);
  });

  it("are locked while another till takes the money, until its lease ends", async () => {
    const [floor, till] = await floorOf();
    till.clock.set("2026-02-02T12:00:00+09:00");
    const lock = (more: object) => table(1, { lock: { orderId: "o", by: "계산대 2", deviceId: "there", until: undefined, ...more } });
    expect(floor.isLocked(lock({}))).toBe(true);
    expect(floor.isLocked(lock({ deviceId: "here" }))).toBe(false);
    expect(floor.isLocked(lock({ until: "2026-02-02T12:00:59+09:00" }))).toBe(true);
    expect(floor.isLocked(lock({ until: "2026-02-02T11:59:59+09:00" }))).toBe(false);
  });
});

describe("a move", () => {
  it("made here can be undone by the number of its push", async () => {
    const [floor, till] = await floorOf(table(1, { status: "occupied" }), table(2));
    await floor.move(floor.tables[0] ?? table(1), 2);
    till.push("table.change.event", moved(1, 2), 41);
    till.push("table.change.event", moved(1, 2), 42);
    expect(floor.undoable).toEqual({ seq: 41, kind: "move", from: 1, to: 2 });
    await floor.undo();
    expect(till.named("table.undo.request")).toEqual([{ seq: 41 }]);
    expect(floor.undoable).toBeNull();
  });

  it("of somebody else is not ours to undo", async () => {
    const [floor, till] = await floorOf(table(1), table(2), table(3));
    till.push("table.change.event", moved(1, 2), 41);
    expect(floor.undoable).toBeNull();
    await floor.move(table(1), 2);
    till.push("table.change.event", moved(1, 2), 43);
    till.push("table.change.event", moved(2, 3), 44);
    expect(floor.undoable).toBeNull();
  });

  it("that joined several orders is not undone by one number", async () => {
    const [floor, till] = await floorOf(table(1), table(2));
    await floor.merge(table(1), 2, false);
    till.push("table.change.event", moved(1, 2, "merge"), 41);
    till.push("table.change.event", moved(1, 2), 42);
    expect(floor.undoable).toBeNull();
  });

  it("that was refused reads the floor anew", async () => {
    const [floor, till] = await floorOf(table(1), table(2));
    till.answers["table.move.request"] = new ShopError("2번 테이블에 손님이 있습니다", "CONFLICT", "TABLE_OCCUPIED");
    till.answers["table-status.list.request"] = { tables: [table(1), table(2, { status: "occupied" })] };
    await expect(floor.move(table(1), 2)).rejects.toThrow("손님이");
    expect(floor.byId(2)?.status).toBe("occupied");
    till.push("table.change.event", moved(1, 2), 41);
    expect(floor.undoable).toBeNull();
  });
});

describe("guests", () => {
  it("are counted on the order as it is now, when it had changed meanwhile", async () => {
    const order = (version: number) => ({ id: "o", number: "A-1", version, orderState: "OPENED", lineItems: [], paymentPrice: { paymentUnpaidValue: 0, paymentPaidValue: 0 } });
    const [floor, till] = await floorOf();
    till.answers["table-status.list.request"] = { tables: [{ ...table(1), orders: [order(1)] }] };
    await floor.refresh();
    till.answers["table-status.list.request"] = { tables: [{ ...table(1), orders: [order(2)] }] };
    till.answers["order.update.request"] = new ShopError("바뀐 주문입니다", "CONFLICT", "VERSION");
    const counting = floor.setGuests(1, 5);
    await expect(counting).rejects.toThrow("바뀐");
    expect(till.named("order.update.request")).toEqual([
      { id: "o", expectedVersion: 1, numGuests: 5 },
      { id: "o", expectedVersion: 2, numGuests: 5 },
    ]);
  });
});

describe("the plan", () => {
  const place = (x: number) => ({ x, y: 0, width: 100, height: 100, shape: "rect" as const });
  const layout = (x: number, version: number) => ({ table: { id: 1, hallId: 1, title: "1번", position: place(x), version } });

  it("shows a new place at once and takes it back when it is refused", async () => {
    const [floor, till] = await floorOf(table(1, { position: place(0) }));
    till.answers["table.update.request"] = new ShopError("바뀌었습니다", "CONFLICT", "VERSION");
    const edited = floor.edit(1, { position: place(40) });
    expect(floor.byId(1)?.position?.x).toBe(40);
    await expect(edited).rejects.toThrow();
    expect(floor.byId(1)?.position?.x).toBe(0);
  });

  it("builds each edit on the version the one before it made", async () => {
    const [floor, till] = await floorOf(table(1, { position: place(0) }));
    till.answers["table.update.request"] = layout(40, 2);
    await Promise.all([floor.edit(1, { position: place(20) }), floor.edit(1, { position: place(40) })]);
    expect(till.named("table.update.request")).toMatchObject([{ expectedVersion: 1 }, { expectedVersion: 2 }]);
    expect(floor.byId(1)?.position?.x).toBe(40);
  });

  it("sorts halls by numbering those that moved", async () => {
    const [floor, till] = await floorOf();
    await floor.sortHall(2, -1);
    expect(till.named("hall.update.request")).toEqual([{ hall: { id: 2, order: 1 } }, { hall: { id: 1, order: 2 } }]);
  });
});

describe("the waiting list", () => {
  const party = (id: string, more = {}) => ({ id, number: 1, numGuests: 2, state: "waiting", since: "2026-02-02T12:00:00+09:00", deferrals: 0, ...more });

  it("keeps who is in line, and reads the line anew when somebody steps back", async () => {
    const till = new FakeTill();
    const waiting = new Waiting(asTill(till));
    till.answers["waiting.list.request"] = { parties: [party("a"), party("b")], mode: "accept" };
    await till.open();
    till.push("waiting.change.event", { party: party("c") });
    till.push("waiting.change.event", { party: party("a", { state: "seated" }) });
    expect(waiting.parties.map(({ id }) => id)).toEqual(["b", "c"]);
    till.answers["waiting.list.request"] = { parties: [party("c"), party("b", { deferrals: 1 })], mode: "accept" };
    till.push("waiting.change.event", { party: party("b", { deferrals: 1 }) });
    await settled();
    expect(waiting.parties.map(({ id }) => id)).toEqual(["c", "b"]);
  });

  it("is paused no longer than it was said to be", () => {
    const till = new FakeTill();
    const waiting = new Waiting(asTill(till));
    till.clock.set("2026-02-02T12:00:00+09:00");
    till.push("waiting-mode.change.event", { mode: "paused", until: "2026-02-02T12:30:00+09:00" });
    expect(waiting.mode).toBe("paused");
    till.clock.set("2026-02-02T12:30:00+09:00");
    expect(waiting.mode).toBe("accept");
    till.push("waiting-mode.change.event", { mode: "closed" });
    expect(waiting.mode).toBe("closed");
  });
});

describe("reservations", () => {
  const booked = (id: string, at: string, more = {}) => ({ id, name: id, numGuests: 2, at, tableIds: [3], state: "booked", ...more });

  it("are those of the day on screen, by time", async () => {
    const till = new FakeTill();
    till.clock.set("2026-02-02T12:00:00+09:00");
    const reservations = new Reservations(asTill(till), SEOUL);
    await till.open();
    till.push("reservation.change.event", { reservation: booked("late", "2026-02-02T19:00:00+09:00") });
    till.push("reservation.change.event", { reservation: booked("early", "2026-02-02T18:00:00+09:00") });
    till.push("reservation.change.event", { reservation: booked("other", "2026-02-03T18:00:00+09:00") });
    expect(reservations.all.map(({ id }) => id)).toEqual(["early", "late"]);
    till.push("reservation.change.event", { reservation: booked("early", "2026-02-02T18:00:00+09:00", { state: "cancelled" }) });
    expect(reservations.at(3).map(({ id }) => id)).toEqual(["late"]);
  });

  it("of today alone are at the tables, whatever day somebody leafs to", async () => {
    const till = new FakeTill();
    till.clock.set("2026-02-02T12:00:00+09:00");
    const reservations = new Reservations(asTill(till), SEOUL);
    await till.open();
    till.answers["reservation.list.request"] = { reservations: [booked("tomorrow", "2026-02-03T18:00:00+09:00")] };
    await reservations.show("2026-02-03");
    expect(reservations.all.map(({ id }) => id)).toEqual(["tomorrow"]);
    expect(reservations.coming).toEqual([]);
    till.push("reservation.change.event", { reservation: booked("tonight", "2026-02-02T19:00:00+09:00") });
    expect(reservations.at(3).map(({ id }) => id)).toEqual(["tonight"]);
    expect(reservations.day).toBe("2026-02-03");
  });

  it("are those of the new day at a till that is left on over midnight", async () => {
    const till = new FakeTill();
    till.clock.set("2026-02-02T23:59:00+09:00");
    const reservations = new Reservations(asTill(till), SEOUL);
    await till.open();
    expect(reservations.day).toBe("2026-02-02");
    till.clock.set("2026-02-03T00:00:01+09:00");
    till.answers["reservation.list.request"] = { reservations: [booked("lunch", "2026-02-03T12:00:00+09:00")] };
    till.contact.heard({ seq: 1, serverTime: "2026-02-03T00:00:01+09:00" });
    await settled();
    expect(reservations.day).toBe("2026-02-03");
    expect(reservations.at(3).map(({ id }) => id)).toEqual(["lunch"]);
  });
});
