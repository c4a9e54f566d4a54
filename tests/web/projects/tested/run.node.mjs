import assert from "node:assert/strict";
import { test } from "node:test";
import { play } from "./scenario.cjs";

test("scripted", () => play(assert.deepEqual));
