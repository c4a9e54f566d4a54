/** Built-in sounds, made of tones: no file, nothing to load (contract, ui §4). */

import { isObject } from "../client/decode";
import { play, type Tone } from "./tones";

const SOUNDS: Readonly<Record<string, readonly Tone[]>> = {
  notification: [
    { hz: 880, at: 0, s: 0.14 },
    { hz: 1175, at: 0.14, s: 0.22 },
  ],
  success: [
    { hz: 659, at: 0, s: 0.12 },
    { hz: 784, at: 0.12, s: 0.12 },
    { hz: 1047, at: 0.24, s: 0.3 },
  ],
  error: [
    { hz: 330, at: 0, s: 0.2 },
    { hz: 247, at: 0.22, s: 0.35 },
  ],
};

/** Which sound was meant: an address to play, or the name of a built-in one, `notification` for all else. */
export function soundOf(sound: unknown): { readonly url: string } | { readonly name: string } {
  const { url, name } = isObject(sound) ? sound : { url: undefined, name: sound };
  if (typeof url === "string" && url !== "") return { url };
  return { name: typeof name === "string" && Object.hasOwn(SOUNDS, name) ? name : "notification" };
}

export function playTones(name: string): void {
  play(SOUNDS[name] ?? []);
}
