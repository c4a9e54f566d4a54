import { isObject } from "../client/decode";

/** A worker's message as it goes on: as text, whose length is what it costs, or as what stands for one that has none. */
export type Written = { readonly text: string } | { readonly text: ""; readonly envelope: unknown };

const LONGEST_NAME = 200;

/**
 * The message as JSON, which is what the shop gets of it in any case.
 *
 * What has no JSON is told by who asked, with the smallest thing that has none for the same reason: it is refused
 * with a reply, and whatever else it holds stays in the plugin's own process.
 */
export function written(data: unknown): Written {
  // No message: the relay counts it as such.
  if (!isObject(data)) return { text: "null" };
  try {
    return { text: JSON.stringify(data) };
  } catch (error) {
    const { name, version, callbackId } = data;
    return {
      text: "",
      envelope: {
        name: typeof name === "string" ? name.slice(0, LONGEST_NAME) : null,
        version: typeof version === "number" ? version : 1,
        callbackId: isShort(callbackId) ? callbackId : undefined,
        data: String(error).includes("BigInt") ? 0n : cycle(),
      },
    };
  }
}

function isShort(callbackId: unknown): boolean {
  return typeof callbackId === "number" || (typeof callbackId === "string" && callbackId.length <= LONGEST_NAME);
}

function cycle(): object {
  const itself: Record<string, unknown> = {};
  itself["itself"] = itself;
  return itself;
}
