/** What the kitchen hears: each kind of news told apart without a look at the screen (§5.4). */

import type { Arrival } from "../../shop/board.svelte";
import { play, type Tone } from "../../surfaces/tones";

const SOUNDS: Readonly<Record<Arrival | "request", readonly Tone[]>> = {
  // Two rising notes.
  new: [
    { hz: 784, at: 0, s: 0.18 },
    { hz: 1047, at: 0.18, s: 0.35 },
  ],
  // One note three times.
  change: [
    { hz: 880, at: 0, s: 0.12 },
    { hz: 880, at: 0.18, s: 0.12 },
    { hz: 880, at: 0.36, s: 0.2 },
  ],
  // Falling, low and long.
  cancel: [
    { hz: 523, at: 0, s: 0.25 },
    { hz: 392, at: 0.25, s: 0.25 },
    { hz: 262, at: 0.5, s: 0.6 },
  ],
  // A high bell.
  ready: [{ hz: 1568, at: 0, s: 0.7 }],
  // A telephone.
  request: [0, 0.15, 0.3, 0.7, 0.85, 1].map((at, ring) => ({ hz: ring % 2 === 0 ? 1319 : 1109, at, s: 0.14 })),
};

/** How often a request is heard until somebody answers it. */
export const REQUEST_EVERY_MS = 5_000;

export function sound(name: Arrival | "request"): void {
  play(SOUNDS[name]);
}
