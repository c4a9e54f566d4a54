/** Origins a plugin was refused because they are not on its allow-list, newest first. */

import { decodeLog } from "../../client/shapes";
import type { Till } from "../../shop/till.svelte";

const ORIGIN = /\b(?:https?|wss?):\/\/[^\s/"'<>()]+/i;
const LOOKED_AT = 500;
const SHOWN = 3;

/** Read from the plugin's console: there a refusal names the origin to add. */
export async function deniedOrigins(till: Till, pluginId: string): Promise<readonly string[]> {
  const asked = { pluginId, limit: LOOKED_AT, kinds: ["log", "trace"] };
  const { entries } = await till.ask("plugin-log.list.request", asked, decodeLog).catch(() => ({ entries: [] }));
  const refused = entries.filter(({ text, trace }) => trace?.code === "ACL_DENIED" || text.includes("ACL_DENIED"));
  const origins = refused.flatMap(({ text, trace }) => ORIGIN.exec(`${trace?.body ?? ""} ${text}`)?.[0] ?? []);
  return [...new Set(origins.reverse())].slice(0, SHOWN);
}
