import { describe, expect, it } from "vitest";
import type { KitchenTicket, TicketLine } from "../../src/client/kitchen";
import { ageing, ageMs, asksFor, bumped, clock, dishesOf, inBoardOrder, isOnScreen, withTicket } from "../../src/shop/tickets";
import { cookingEntries, readyEntries, withLeaving } from "../../src/screens/kitchen/entries";

function line(given: Partial<TicketLine> = {}): TicketLine {
  return {
    id: "l1",
    itemId: "311",
    title: "칼국수",
    diningOption: "HERE",
    memo: "",
    optionChoices: [],
    quantity: { previous: 0, current: 1 },
    remaining: 1,
    done: false,
    seat: undefined,
    ...given,
  };
}

function ticket(id: string, given: Partial<KitchenTicket> = {}): KitchenTicket {
  return {
    id,
    state: "OPENED",
    order: {
      id: `o-${id}`,
      number: "",
      source: "POS",
      channel: undefined,
      table: undefined,
      memo: "",
      lineItems: [],
      requestedInfo: undefined,
    },
    lineItems: [line()],
    diningOption: "HERE",
    orderRequestType: "NEW",
    createdAt: "2026-02-02T12:00:00+09:00",
    updatedAt: "2026-02-02T12:00:00+09:00",
    completedAt: undefined,
    pinned: false,
    remake: false,
    reason: undefined,
    scheduledFor: undefined,
    ...given,
  };
}

const ids = (tickets: readonly { readonly id: string }[]) => tickets.map(({ id }) => id);

describe("the order of a board (rulebook §5.4)", () => {
  it("is pinned first, then the oldest, then the id", () => {
    const tickets = [
      ticket("c"),
      ticket("b"),
      ticket("late", { createdAt: "2026-02-02T12:05:00+09:00" }),
      ticket("elsewhere", { createdAt: "2026-02-02T02:59:59Z" }),
      ticket("pinned", { createdAt: "2026-02-02T12:09:00+09:00", pinned: true }),
    ];
    expect(ids(inBoardOrder(tickets))).toEqual(["pinned", "elsewhere", "b", "c", "late"]);
  });

  it("does not touch the list it is given", () => {
    const tickets = Object.freeze([ticket("b"), ticket("a")]);
    expect(ids(inBoardOrder(tickets))).toEqual(["a", "b"]);
    expect(ids(tickets)).toEqual(["b", "a"]);
  });
});

describe("a push", () => {
  it("puts a ticket in its place, once, also when it comes twice", () => {
    const once = withTicket([ticket("a"), ticket("c")], ticket("b"));
    expect(ids(withTicket(once, ticket("b")))).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["was cancelled", { state: "CANCELLED" as const }],
    ["is cooked", { state: "COMPLETED" as const }],
    ["has nothing left to do here", { lineItems: [line({ done: true })] }],
  ])("takes a ticket off that %s", (_, given) => {
    expect(ids(withTicket([ticket("a"), ticket("b")], ticket("a", given)))).toEqual(["b"]);
  });
});

describe("identical lines", () => {
  const hot = [{ id: 3, title: "매운맛", quantity: 1 }];

  it("are one when options, memo and seat are the same", () => {
    const [dish, ...others] = dishesOf([
      line({ id: "1", optionChoices: hot }),
      line({ id: "2", optionChoices: hot, quantity: { previous: 0, current: 2 }, remaining: 2 }),
    ]);
    expect(others).toEqual([]);
    expect(dish).toMatchObject({ ids: ["1", "2"], previous: 0, current: 3, remaining: 3 });
  });

  it.each([
    ["options", { optionChoices: hot }],
    ["a memo", { memo: "땅콩 알레르기" }],
    ["a seat", { seat: 2 }],
    ["being done", { done: true }],
    ["going away", { quantity: { previous: 2, current: 0 } }],
  ])("are two when they differ in %s", (_, given) => {
    expect(dishesOf([line({ id: "1" }), line({ id: "2", ...given })])).toHaveLength(2);
  });

  it("do not mind in which order options were chosen", () => {
    const cold = [{ id: 1, title: "차갑게", quantity: 1 }];
    expect(dishesOf([line({ id: "1", optionChoices: [...hot, ...cold] }), line({ id: "2", optionChoices: [...cold, ...hot] })])).toHaveLength(1);
  });
});

describe("age", () => {
  const station = { cautionMin: 5, lateMin: 10 };

  it.each([
    [4 * 60_000 + 59_999, "fresh"],
    [5 * 60_000, "caution"],
    [10 * 60_000 - 1, "caution"],
    [10 * 60_000, "late"],
  ])("of %i ms is %s", (ms, tone) => expect(ageing(ms, station)).toBe(tone));

  it.each([
    [0, "0:00"],
    [61_999, "1:01"],
    [59 * 60_000 + 59_000, "59:59"],
    [3_600_000, "1:00:00"],
  ])("of %i ms is written %s", (ms, text) => expect(clock(ms)).toBe(text));

  it("is counted on the shop's clock and never negative", () => {
    const at = Date.parse("2026-02-02T03:00:00Z");
    expect(ageMs(ticket("a"), at + 5_000)).toBe(5_000);
    expect(ageMs(ticket("a"), at - 5_000)).toBe(0);
    expect(ageMs(ticket("a", { createdAt: "?" }), at)).toBe(0);
  });
});

describe("a bump shown in advance", () => {
  it("takes the ticket off only when every line is done", () => {
    const both = ticket("a", { lineItems: [line({ id: "1" }), line({ id: "2" })] });
    expect(isOnScreen(bumped(both, ["1"]))).toBe(true);
    expect(isOnScreen(bumped(bumped(both, ["1"]), ["2"]))).toBe(false);
    expect(isOnScreen(bumped(both))).toBe(false);
  });
});

it("a count's tickets are those that still have it to cook, with its options", () => {
  const hot = [{ id: 3, title: "매운맛", quantity: 1 }];
  const dish = { itemId: 311, optionChoices: hot };
  expect(asksFor(ticket("a", { lineItems: [line({ optionChoices: hot })] }), dish)).toBe(true);
  expect(asksFor(ticket("a"), dish)).toBe(false);
  expect(asksFor(ticket("a", { lineItems: [line({ optionChoices: hot, done: true })] }), dish)).toBe(false);
});

describe("what stands on the board", () => {
  it("has the ready tickets of an order as one", () => {
    const order = ticket("x").order;
    const entries = readyEntries([ticket("a", { order }), ticket("b"), ticket("c", { order })]);
    expect(entries.map(({ key, tickets }) => [key, ids(tickets)])).toEqual([
      ["ready o-x", ["a", "c"]],
      ["ready o-b", ["b"]],
    ]);
  });

  it("keeps what leaves at its place for a moment", () => {
    const before = cookingEntries([ticket("a"), ticket("b"), ticket("c")]);
    const now = cookingEntries([ticket("a"), ticket("c"), ticket("d")]);
    const keys = (leaving: string[]) => withLeaving(now, before, new Set(leaving)).map(({ key }) => key);
    expect(keys(["b"])).toEqual(["a", "b", "c", "d"]);
    expect(keys([])).toEqual(["a", "c", "d"]);
    // Taken back: it is there again and stands once.
    expect(keys(["c"])).toEqual(["a", "c", "d"]);
  });
});
