/** The pages' own source, taken apart: what is written in it for people. */

import { parse } from "svelte/compiler";
import { isObject, type Json } from "../../src/client/decode";

const FILES = import.meta.glob<string>(["../../src/**/*.{ts,svelte}", "!**/*.generated.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** A node of the syntax tree. */
export type Node = Json & { readonly type: string };

/** What leads away from the tree, or says nothing of it. */
const SIDEWAYS = new Set(["comments", "leadingComments", "trailingComments", "loc", "metadata", "parent"]);

/** One file: where it lies below `src`, its script and, of a component, its template. */
export interface Source {
  readonly path: string;
  readonly tree: Node;
}

/** Every file that is built into a page, except what is generated. */
export function sources(): readonly Source[] {
  return Object.entries(FILES).map(([file, text]) => {
    const path = file.replace("../../src/", "");
    // One parser for both: a module is the script of a component without a template.
    const whole = path.endsWith(".svelte") ? text : `<script lang="ts">\n${text}\n</script>`;
    const tree: unknown = parse(whole, { modern: true });
    if (!isNode(tree)) throw new Error(`${path} has no syntax tree`);
    return { path, tree };
  });
}

export function isNode(value: unknown): value is Node {
  return isObject(value) && typeof value["type"] === "string";
}

/** The nodes right below one. */
export function within(node: Json): readonly Node[] {
  return Object.entries(node)
    .filter(([key]) => !SIDEWAYS.has(key))
    .flatMap(([, value]): readonly unknown[] => (Array.isArray(value) ? value : [value]))
    .flatMap((value) => (isNode(value) ? [value] : isObject(value) ? within(value) : []));
}

/** A node and everything below it; what `skip` says yes to is left out with all it holds. */
export function* walk(node: Node, skip: (node: Node) => boolean = () => false): Generator<Node> {
  if (skip(node)) return;
  yield node;
  for (const inner of within(node)) yield* walk(inner, skip);
}

/** What a literal says, `{}` where a template has a value; null of anything else. */
export function said(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : null;
  if (node.type !== "TemplateLiteral" || !Array.isArray(node["quasis"])) return null;
  return node["quasis"].map((quasi: { value: { cooked: string } }) => quasi.value.cooked).join("{}");
}
