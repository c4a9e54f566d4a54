import { expect, test } from "vitest";
import { tellLines } from "../../src/plugin/lines";

function consoleOf(written: unknown[][]): Console {
  const write = (...what: unknown[]) => void written.push(what);
  return { ...console, debug: write, log: write, info: write, warn: write, error: write };
}

test("H-73: what a plugin writes with console stands in its console too, with its level", () => {
  const written: unknown[][] = [];
  const told: string[] = [];
  const plugin = consoleOf(written);
  tellLines(plugin, (level, text) => told.push(`${level} ${text}`));
  plugin.log("categories", 3, { name: "주막" });
  plugin.warn("late");
  expect(told).toEqual(['info categories 3 {"name":"주막"}', "warn late"]);
  expect(written).toEqual([["categories", 3, { name: "주막" }], ["late"]]);
});

test("H-77: a plugin that writes without end is told of up to a limit, and its page keeps its own console", () => {
  const written: unknown[][] = [];
  let told = 0;
  const plugin = consoleOf(written);
  tellLines(plugin, () => (told += 1));
  for (let line = 0; line < 5_000; line += 1) plugin.info(line);
  expect(written).toHaveLength(5_000);
  expect(told).toBeLessThan(1_000);
});
