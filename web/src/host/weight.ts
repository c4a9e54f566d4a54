/** How much a message weighs, before anything is done with it. */

/** Of anything: a number, an entry, an empty object. */
const LEAST = 8;
/** What is no data of a plugin's protocol may hold anything: images, files, streams. */
const UNKNOWN = 1_000_000;

/**
 * About as many bytes as the value holds; counting stops beyond `most`, so that it costs no more than what is allowed.
 * Strings weigh their letters, buffers their bytes, what is there twice weighs once.
 */
export function weight(value: unknown, most: number): number {
  const seen = new Set<object>();
  const left: unknown[] = [value];
  let sum = 0;
  while (left.length > 0 && sum <= most) {
    const one = left.pop();
    sum += LEAST;
    if (typeof one === "string") sum += one.length;
    else if (typeof one === "bigint") sum += one.toString(16).length;
    else if (typeof one === "object" && one !== null && !seen.has(one)) {
      seen.add(one);
      sum += within(one, left);
    }
  }
  return sum;
}

/** What an object weighs by itself; what it holds is put on the heap. */
function within(one: object, heap: unknown[]): number {
  if (ArrayBuffer.isView(one)) return push(heap, [one.buffer]);
  if (one instanceof ArrayBuffer) return one.byteLength;
  if (one instanceof Map) return push(heap, [...one.keys(), ...one.values()]);
  if (one instanceof Set || Array.isArray(one)) return push(heap, one);
  if (one instanceof Error) return push(heap, [one.message, one.stack]);
  if (Object.getPrototypeOf(one) !== Object.prototype) return one instanceof Date ? 0 : UNKNOWN;
  let keys = 0;
  for (const [key, value] of Object.entries(one)) {
    keys += key.length;
    heap.push(value);
  }
  return keys;
}

function push(heap: unknown[], values: Iterable<unknown>): number {
  // One by one: there may be more of them than a call takes arguments.
  for (const value of values) heap.push(value);
  return 0;
}
