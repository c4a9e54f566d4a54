/** The geometry of a hall: what fits, what lies beside what. */

import { describe, expect, it } from "vitest";
import type { Position } from "../../../src/client/table";
import {
  type Direction,
  extent,
  freePlace,
  GRID,
  inReadingOrder,
  neighbour,
  nudged,
  placed,
  resized,
  scaleFor,
  snapped,
} from "../../../src/screens/tables/plan";

const at = (x: number, y: number, width = 100, height = 100): Position => ({ x, y, width, height, shape: "rect" });

/** Ten tables in three rows, as the demo shop's first floor. */
const HALL: ReadonlyMap<number, Position> = new Map(
  Array.from({ length: 10 }, (_, n) => [n + 1, at(40 + 160 * (n % 4), 40 + 160 * Math.floor(n / 4), 110)]),
);

describe("arrow keys", () => {
  it("lead to the nearest table in their direction", () => {
    expect(neighbour(HALL, 1, "right")).toBe(2);
    expect(neighbour(HALL, 1, "down")).toBe(5);
    expect(neighbour(HALL, 6, "up")).toBe(2);
    expect(neighbour(HALL, 6, "left")).toBe(5);
  });

  it("lead nowhere from the edge of the hall", () => {
    expect(neighbour(HALL, 1, "left")).toBeNull();
    expect(neighbour(HALL, 2, "up")).toBeNull();
    expect(neighbour(HALL, 99, "up")).toBeNull();
  });

  it("prefer what lies straight ahead to what is nearer aside", () => {
    const places = new Map([
      [1, at(0, 0)],
      [2, at(400, 0)],
      [3, at(160, 260)],
    ]);
    expect(neighbour(places, 1, "right")).toBe(2);
  });

  it("reach every table of a hall in rows", () => {
    const reached = new Set([1]);
    for (const id of reached)
      for (const direction of ["left", "right", "up", "down"] satisfies Direction[]) {
        const next = neighbour(HALL, id, direction);
        if (next !== null) reached.add(next);
      }
    expect(reached.size).toBe(HALL.size);
  });
});

describe("scale", () => {
  it("fits the whole hall into its room", () => {
    const places = [...HALL.values()];
    const scale = scaleFor(places, { width: 800, height: 600 });
    const { width, height } = extent(places);
    expect(width * scale).toBeLessThanOrEqual(800);
    expect(height * scale).toBeLessThanOrEqual(600);
    expect(Math.max((width * scale) / 800, (height * scale) / 600)).toBeCloseTo(1);
  });

  it("keeps tables large enough to press, so that the plan scrolls when it must", () => {
    const scale = scaleFor([...HALL.values()], { width: 300, height: 300 });
    expect(100 * scale).toBeGreaterThanOrEqual(52);
    expect(extent([...HALL.values()]).width * scale).toBeGreaterThan(300);
  });

  it("does not blow a small hall up", () => {
    expect(scaleFor([at(0, 0)], { width: 2_000, height: 2_000 })).toBeLessThan(2);
  });
});

describe("places", () => {
  it("are given below the others to tables that have none", () => {
    const places = placed([
      { id: 1, position: at(40, 40) },
      { id: 2, position: undefined },
      { id: 3, position: undefined },
    ]);
    const [first, second, third] = [places.get(1), places.get(2), places.get(3)];
    expect(first).toEqual(at(40, 40));
    expect(second?.y).toBeGreaterThanOrEqual(140);
    expect(third?.x).toBeGreaterThanOrEqual((second?.x ?? 0) + 100);
  });

  it("for a new table touch no other", () => {
    const places = [...HALL.values()];
    const free = freePlace(places);
    for (const { x, y, width, height } of places)
      expect(free.x >= x + width || free.x + free.width <= x || free.y >= y + height || free.y + free.height <= y).toBe(true);
    expect(freePlace([])).toEqual(at(2 * GRID, 2 * GRID));
  });

  it("are read row by row", () => {
    expect(inReadingOrder(HALL)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe("the grid", () => {
  it("is what tables are moved and sized by", () => {
    expect(nudged(at(40, 40), "right")).toEqual(at(60, 40));
    expect(nudged(at(43, 40), "up")).toEqual(at(40, 20));
    expect(resized(at(0, 0), "right").width).toBe(120);
    expect(resized(at(0, 0, 2 * GRID, 2 * GRID), "left").width).toBe(2 * GRID);
    expect(snapped(at(31, 29))).toEqual(at(40, 20));
  });
});
