import { describe } from "./describe";

/** As they stand in a plugin's console on the server. */
export type Level = "debug" | "info" | "warn" | "error";

const LEVELS: readonly (readonly [method: "debug" | "log" | "info" | "warn" | "error", level: Level])[] = [
  ["debug", "debug"],
  ["log", "info"],
  ["info", "info"],
  ["warn", "warn"],
  ["error", "error"],
];
const LINES_PER_S = 200;

/** Tells what a plugin writes with `console`, which goes on writing to the browser's own as well. */
export function tellLines(from: Console, tell: (level: Level, text: string) => void): void {
  let second = 0;
  let lines = 0;
  for (const [method, level] of LEVELS) {
    const write = from[method].bind(from);
    from[method] = (...what: unknown[]) => {
      write(...what);
      const now = Math.floor(performance.now() / 1_000);
      if (now !== second) [second, lines] = [now, 0];
      lines += 1;
      if (lines <= LINES_PER_S) tell(level, what.map((each) => describe(each)).join(" "));
    };
  }
}
