/** One page at a time, in the order they asked, also when one gives up before its turn came. */

import { expect, test } from "vitest";
import { Turn } from "../../src/host/turn";

/** The browser's lock as the pages of one browser see it. */
class FakeLocks {
  #last: Promise<unknown> = Promise.resolve();

  readonly request = (async (_name: string, { signal }: LockOptions, held: LockGrantedCallback<unknown>) => {
    const before = this.#last;
    const asked = before.then(() => {
      if (signal?.aborted === true) throw new DOMException("given back", "AbortError");
      return held({ name: _name, mode: "exclusive" });
    });
    this.#last = asked.catch(() => undefined);
    return asked;
  }) as LockManager["request"];
}

const soon = () => new Promise((resolve) => setTimeout(resolve));

test("the first page has the turn, the next one gets it when the first gives it back", async () => {
  const locks = new FakeLocks();
  const [one, two] = [new Turn(locks), new Turn(locks)];
  const begun: string[] = [];
  one.take(() => begun.push("one"));
  one.take(() => begun.push("one again"));
  two.take(() => begun.push("two"));
  await soon();
  expect([begun, one.has, two.has]).toEqual([["one"], true, false]);
  one.give();
  await soon();
  expect([begun, one.has, two.has]).toEqual([["one", "two"], false, true]);
});

test("who gives up before its turn keeps nobody waiting, and may ask again", async () => {
  const locks = new FakeLocks();
  const [one, two, three] = [new Turn(locks), new Turn(locks), new Turn(locks)];
  const begun: string[] = [];
  one.take(() => begun.push("one"));
  two.take(() => begun.push("two"));
  two.give();
  three.take(() => begun.push("three"));
  one.give();
  await soon();
  two.take(() => begun.push("two"));
  three.give();
  await soon();
  expect([begun, two.has, three.has]).toEqual([["three", "two"], true, false]);
});
