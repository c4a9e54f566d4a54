/**
 * Reading values nobody vouches for: what the shop answers, what a plugin posts. The one place where
 * something unknown becomes a type; a value of another shape raises `ShapeError` with its path.
 */

export type Json = Readonly<Record<string, unknown>>;
export type Decode<T> = (value: unknown, path?: string) => T;
export type Decoded<D> = D extends Decode<infer T> ? T : never;

/** What arrived has not the shape it should have. */
export class ShapeError extends Error {
  constructor(
    readonly path: string,
    expected: string,
  ) {
    super(`${path}: expected ${expected}`);
    this.name = "ShapeError";
  }
}

/** Whether it is an object with keys: no array, no null. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of JSON text, or undefined when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export const anything: Decode<unknown> = (value) => value;

export const text: Decode<string> = (value, path = "$") => {
  if (typeof value !== "string") throw new ShapeError(path, "text");
  return value;
};

export const number: Decode<number> = (value, path = "$") => {
  if (typeof value !== "number") throw new ShapeError(path, "a number");
  return value;
};

export const flag: Decode<boolean> = (value, path = "$") => {
  if (typeof value !== "boolean") throw new ShapeError(path, "true or false");
  return value;
};

export const object: Decode<Json> = (value, path = "$") => {
  if (!isObject(value)) throw new ShapeError(path, "an object");
  return value;
};

/** Nothing is read: for replies of which only the success matters. */
export const nothing: Decode<undefined> = () => undefined;

/** Absent and null are the same (contract, README §4.4). */
export function maybe<T>(inner: Decode<T>): Decode<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : inner(value, path));
}

/** `otherwise` stands for an absent value. */
export function orElse<T>(inner: Decode<T>, otherwise: T): Decode<T> {
  return (value, path) => (value === undefined || value === null ? otherwise : inner(value, path));
}

export function list<T>(item: Decode<T>): Decode<readonly T[]> {
  return (value, path = "$") => {
    if (!Array.isArray(value)) throw new ShapeError(path, "a list");
    return value.map((one, index) => item(one, `${path}[${String(index)}]`));
  };
}

/** A list without the entries that have another shape: for what plugins wrote. */
export function readable<T>(item: Decode<T>): Decode<readonly T[]> {
  return (value) =>
    !Array.isArray(value)
      ? []
      : value.flatMap((one) => {
          try {
            return [item(one)];
          } catch {
            return [];
          }
        });
}

export function record<T>(inner: Decode<T>): Decode<Readonly<Record<string, T>>> {
  return (value, path = "$") =>
    Object.fromEntries(Object.entries(object(value, path)).map(([key, one]) => [key, inner(one, `${path}.${key}`)]));
}

/** An object with these keys; others are left out. */
export function fields<S extends Readonly<Record<string, Decode<unknown>>>>(
  shape: S,
): Decode<{ readonly [K in keyof S]: Decoded<S[K]> }> {
  return (value, path = "$") => {
    const from = object(value, path);
    const read = Object.entries(shape).map(([key, inner]) => [key, inner(from[key], `${path}.${key}`)] as const);
    return Object.fromEntries(read) as { readonly [K in keyof S]: Decoded<S[K]> };
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Decode<T> {
  return (value, path = "$") => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new ShapeError(path, words.join(" or "));
    return found;
  };
}

/** The value, or null when it has another shape. */
export function attempt<T>(decode: Decode<T>, value: unknown): T | null {
  try {
    return decode(value);
  } catch {
    return null;
  }
}
