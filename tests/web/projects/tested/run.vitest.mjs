import { expect, test } from "vitest";
import { PluginTester, createWebpackConfig } from "@tossplace/pos-plugin-test";
import { play } from "./scenario.cjs";

test("scripted", () => play((value, wanted) => expect(value).toEqual(wanted)), 60_000);

test("without the jumak command", async () => {
  expect(typeof createWebpackConfig).toBe("function");
  await expect(new PluginTester({ command: "no-such-jumak" }).start()).rejects.toThrow("JUMAK_COMMAND");
});
