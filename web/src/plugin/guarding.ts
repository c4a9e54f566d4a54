/**
 * Which messages a plugin's page hears.
 *
 * All plugins' frames hang side by side below the till's page, so any of them can post to any other:
 * frames are reached by their number, whatever their origin. A plugin's page takes what arrives for
 * the till's word, because where it was built for nobody else could speak to it. Here the browser's
 * own statement of who spoke decides (H-2, E-2).
 */

/** The part of a message event that says who spoke. */
export interface Spoken {
  readonly isTrusted: boolean;
  readonly origin: string;
  readonly source: unknown;
  stopImmediatePropagation(): void;
}

/** The part of a page's window that the guard touches. */
export interface Guarded {
  readonly parent: unknown;
  readonly location: { readonly origin: string };
  addEventListener(type: "message", listener: (event: Spoken) => void, capture: true): void;
}

/**
 * Lets through what the till, the plugin's own pages and frames below this page say, and nothing else.
 *
 * It has to be the page's first listener: a listener at the window itself cannot come before one that
 * was there already, and `onmessage` takes its place when it is first set.
 */
export function guard(page: Guarded): void {
  // Kept now: a page may give `parent`, a name that can be taken, another meaning.
  const { parent } = page;
  const own = page.location.origin;
  page.addEventListener(
    "message",
    (event) => {
      if (!isWelcome(event, page, parent, own)) event.stopImmediatePropagation();
    },
    true,
  );
}

function isWelcome({ isTrusted, origin, source }: Spoken, page: Guarded, parent: unknown, own: string): boolean {
  // Only code that can touch this window makes events of its own.
  if (!isTrusted) return true;
  // By origin and not by source: a frame that posts and is taken away at once leaves no source.
  if (origin === own) return true;
  // The policy's `frame-ancestors` says who can be above: the till, or another page of this plugin.
  return source !== null && (source === parent || isBelow(source, page));
}

/** A frame the page made without giving it an origin. Who is above a window is told across origins, and cannot be changed. */
function isBelow(source: unknown, page: Guarded): boolean {
  for (let frame = source, above = parentOf(frame); above !== null && above !== frame; frame = above, above = parentOf(frame))
    if (above === page) return true;
  return false;
}

function parentOf(frame: unknown): unknown {
  return typeof frame === "object" && frame !== null && "parent" in frame ? frame.parent : null;
}
