/** Sounds made of tones. A browser keeps a page silent until it is touched once. */

/** at, s: when it begins and how long it lasts, seconds. */
export interface Tone {
  readonly hz: number;
  readonly at: number;
  readonly s: number;
}

let audio: AudioContext | null = null;

export function play(tones: readonly Tone[]): void {
  audio ??= new AudioContext();
  for (const { hz, at, s } of tones) {
    const from = audio.currentTime + at;
    const tone = new OscillatorNode(audio, { frequency: hz, type: "triangle" });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.linearRampToValueAtTime(0.25, from + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.001, from + s);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + s);
  }
}

/** Whether sounds are heard. Tried here, and again in the handler of a touch or a key. */
export async function unlock(): Promise<boolean> {
  audio ??= new AudioContext();
  if (audio.state !== "running") {
    // Without a touch it neither resolves nor fails.
    await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 300))]).catch(() => undefined);
  }
  return isRunning(audio);
}

function isRunning({ state }: AudioContext): boolean {
  return state === "running";
}
