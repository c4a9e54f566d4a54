/** The geometry of a hall's plan: where tables stand, how large it is drawn, what lies beside what. */

import type { Position, TableStatus } from "../../client/table";

export type Direction = "left" | "right" | "up" | "down";
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What tables are moved and sized by, in units of the plan. */
export const GRID = 20;
const MARGIN = 20;
const SIDE = 100;
/** Tables without a place stand in rows of so many. */
const ROW = 5;
/** Small halls are not blown up beyond this. */
const LARGEST_SCALE = 1.6;
/** A table is never drawn smaller than a thumb and its figures need, in CSS pixels. */
const LEAST_SIDE_PX = 92;
/** How much a step sideways counts against one in the wanted direction. */
const ASIDE = 2;

const STEPS: Readonly<Record<Direction, readonly [x: number, y: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

export function directionOf(key: string): Direction | undefined {
  const arrows: Readonly<Record<string, Direction>> = {
    ArrowLeft: "left",
    ArrowRight: "right",
    ArrowUp: "up",
    ArrowDown: "down",
  };
  return arrows[key];
}

/** A place for every table: its own, or one in rows below all others. */
export function placed(tables: readonly Pick<TableStatus, "id" | "position">[]): ReadonlyMap<number, Position> {
  const places = new Map<number, Position>();
  for (const { id, position } of tables) if (position !== undefined) places.set(id, position);
  const { x, y, height } = extent([...places.values()]);
  const [left, below] = places.size === 0 ? [0, 0] : [x + MARGIN, y + height];
  const homeless = tables.filter(({ position }) => position === undefined);
  for (const [at, { id }] of homeless.entries())
    places.set(id, {
      x: left + (at % ROW) * (SIDE + GRID),
      y: below + Math.floor(at / ROW) * (SIDE + GRID),
      width: SIDE,
      height: SIDE,
      shape: "rect",
    });
  return places;
}

/** The smallest box around all of them, with a margin. */
export function extent(places: readonly Position[]): Box {
  if (places.length === 0) return { x: 0, y: 0, width: 6 * SIDE, height: 4 * SIDE };
  const x = Math.min(...places.map((place) => place.x)) - MARGIN;
  const y = Math.min(...places.map((place) => place.y)) - MARGIN;
  const right = Math.max(...places.map((place) => place.x + place.width)) + MARGIN;
  const bottom = Math.max(...places.map((place) => place.y + place.height)) + MARGIN;
  return { x, y, width: right - x, height: bottom - y };
}

/** CSS pixels per unit: the whole plan fits into `room`, unless its tables would get too small to press. */
export function scaleFor(places: readonly Position[], room: { readonly width: number; readonly height: number }): number {
  const { width, height } = extent(places);
  const smallest = Math.min(SIDE, ...places.flatMap((place) => [place.width, place.height]));
  const fitting = Math.min(room.width / width, room.height / height, LARGEST_SCALE);
  return Math.max(fitting, LEAST_SIDE_PX / smallest);
}

/** The table an arrow key leads to from `from`: the nearest in that direction, straight ahead before aside. */
export function neighbour(places: ReadonlyMap<number, Position>, from: number, direction: Direction): number | null {
  const here = places.get(from);
  if (here === undefined) return null;
  const [stepX, stepY] = STEPS[direction];
  let best: number | null = null;
  let least = Infinity;
  for (const [id, place] of places) {
    const [x, y] = [middle(place).x - middle(here).x, middle(place).y - middle(here).y];
    const ahead = x * stepX + y * stepY;
    const aside = Math.abs(x * stepY) + Math.abs(y * stepX);
    const far = ahead + ASIDE * aside;
    if (id === from || ahead <= 0 || far >= least) continue;
    [best, least] = [id, far];
  }
  return best;
}

/** Tables in reading order: rows from the top, each from the left. */
export function inReadingOrder(places: ReadonlyMap<number, Position>): readonly number[] {
  const row = (place: Position) => Math.round(middle(place).y / SIDE);
  return [...places]
    .sort(([, one], [, other]) => row(one) - row(other) || one.x - other.x)
    .map(([id]) => id);
}

/** One step of the grid. */
export function nudged(place: Position, direction: Direction): Position {
  const [x, y] = STEPS[direction];
  return snapped({ ...place, x: place.x + x * GRID, y: place.y + y * GRID });
}

/** One step of the grid wider or narrower, higher or lower, never smaller than two steps. */
export function resized(place: Position, direction: Direction): Position {
  const [x, y] = STEPS[direction];
  return sized(place, place.width + x * GRID, place.height + y * GRID);
}

export function sized(place: Position, width: number, height: number): Position {
  return { ...place, width: Math.max(2 * GRID, onGrid(width)), height: Math.max(2 * GRID, onGrid(height)) };
}

export function snapped(place: Position): Position {
  return { ...place, x: onGrid(place.x), y: onGrid(place.y) };
}

/** A free place for one more table: beside or below those that stand there. */
export function freePlace(places: readonly Position[]): Position {
  const { x, y, width, height } = extent(places);
  const left = places.length === 0 ? 2 * GRID : onGrid(x + MARGIN);
  const top = places.length === 0 ? 2 * GRID : onGrid(y + MARGIN);
  const size = { width: SIDE, height: SIDE, shape: "rect" } as const;
  for (let down = top; down < y + height; down += GRID)
    for (let along = left; along + SIDE <= x + width - MARGIN; along += GRID) {
      const place: Position = { x: along, y: down, ...size };
      if (down + SIDE <= y + height - MARGIN && !places.some((other) => touches(place, other))) return place;
    }
  return { x: left, y: places.length === 0 ? top : onGrid(y + height), ...size };
}

function touches(one: Position, other: Position): boolean {
  return (
    one.x < other.x + other.width + GRID &&
    other.x < one.x + one.width + GRID &&
    one.y < other.y + other.height + GRID &&
    other.y < one.y + one.height + GRID
  );
}

function middle({ x, y, width, height }: Position): { readonly x: number; readonly y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

function onGrid(units: number): number {
  return Math.round(units / GRID) * GRID;
}
