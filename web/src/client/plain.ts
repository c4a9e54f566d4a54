import { isObject, type Json } from "./decode";

/** Whether it is an object literal: no Map, Date or the like, whose JSON is not their keys. */
export function isPlain(value: unknown): value is Json {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
