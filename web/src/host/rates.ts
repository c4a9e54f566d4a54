/** What a plugin may post: to the page by its page, to its own watcher by its worker. Beyond it, it floods. */

export const MESSAGES_PER_S = 2_000;
/** Letters and bytes alike; text in a browser is mostly one byte a letter. */
export const BYTES_PER_S = 8_000_000;
/** As much as the shop holds of one plugin's calls to other servers, six of the largest bodies. */
export const BYTES_AT_ONCE = 64_000_000;

export const TOO_HEAVY = `it posts more than ${String(BYTES_PER_S / 1_000_000)} MB a second`;
