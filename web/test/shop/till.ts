import { ShopError } from "../../src/client/errors";
import type { Decode } from "../../src/client/decode";
import type { Till } from "../../src/shop/till.svelte";

interface Asked {
  readonly name: string;
  readonly data: unknown;
  answer(reply: unknown): Promise<void>;
  refuse(message: string, code?: string, reason?: string, data?: Readonly<Record<string, unknown>>): Promise<void>;
}

/** A till whose shop says what a test has it say. */
export class FakeTill {
  state = "open";
  person: { readonly id: string } | null = null;
  readonly asked: Asked[] = [];
  readonly #heard = new Map<string, (data: unknown) => void>();

  get till(): Till {
    return this as unknown as Till;
  }

  may(): boolean {
    return true;
  }

  on(name: string, handler: (data: unknown) => void) {
    this.#heard.set(name, handler);
    return () => undefined;
  }

  onOpen() {
    return () => undefined;
  }

  push(name: string, data: unknown): void {
    this.#heard.get(name)?.(data);
  }

  ask<T>(name: string, data: unknown, decode: Decode<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.asked.push({
        name,
        data,
        answer: async (reply) => {
          resolve(decode(reply));
          await settled();
        },
        refuse: async (message, code = "INVALID_STATE", reason = "", more = {}) => {
          reject(new ShopError(message, code, reason, more));
          await settled();
        },
      });
    });
  }

  /** A request whose answer says nothing. */
  do(name: string, data: unknown): Promise<void> {
    return this.ask(name, data, () => undefined);
  }

  /** The question at this place, from the end when below 0. */
  at(place: number): Asked {
    const found = this.asked.at(place);
    if (found === undefined) throw new Error(`nothing was asked at ${String(place)}`);
    return found;
  }
}

/** Lets everything that waits for an answer go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
