/**
 * Lines in and out of the process. A line is an envelope of the plugin, or, marked with `!`, a message
 * between the runner and the server that the plugin neither sees nor can write.
 */

export const PRIVATE = '!';

/**
 * Reads lines from a stream of bytes.
 * @param {import('node:stream').Readable} stream
 * @param {(line: string) => void} take
 */
export function readLines(stream, take) {
  /** @type {Buffer[]} */
  let parts = [];
  stream.on('data', (/** @type {Buffer} */ chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      const line = parts.length ? Buffer.concat([...parts, last]) : last;
      parts = [];
      from = end + 1;
      if (line.length) take(line.toString('utf8'));
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  });
}

/**
 * Whether a text from the worker may leave as an envelope: one line, and none of the runner's own.
 * @param {unknown} text
 * @returns {text is string}
 */
export function isOneLine(text) {
  return typeof text === 'string' && !text.startsWith(PRIVATE) && !text.includes('\n');
}
