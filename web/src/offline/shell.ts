/** What of the shop's pages is kept for when the server is gone: the shell, and nothing the shop ever said. */

/** One build of the pages. version: of their contents.  pages: their paths.  assets: whatever they load, by path. */
export interface Shell {
  readonly version: string;
  readonly pages: readonly string[];
  readonly assets: readonly string[];
}

const PREFIX = "jumak-shell-";

/** Where a build is kept. */
export function cacheOf({ version }: Shell): string {
  return PREFIX + version;
}

/** Whether a cache holds another build than this one. */
export function isOutdated(name: string, shell: Shell): boolean {
  return name.startsWith(PREFIX) && name !== cacheOf(shell);
}

/**
 * How a request is answered.
 *
 * page: from the server while it answers, else from the cache; of every address of a page the path alone counts.
 * asset: from the cache, which holds it as it was built.  null: not by us: the API, plugins, other servers.
 */
export function answerOf(
  { method, url }: { readonly method: string; readonly url: string },
  origin: string,
  { pages, assets }: Shell,
): { readonly kind: "page" | "asset"; readonly path: string } | null {
  const at = new URL(url);
  if (method !== "GET" || at.origin !== origin) return null;
  const path = at.pathname === "/" ? "/" : at.pathname.replace(/\/$/, "");
  if (pages.includes(path)) return { kind: "page", path };
  return assets.includes(path) ? { kind: "asset", path } : null;
}
