/**
 * What reaches a plugin first: the answer to its `plugin.info.request` (wire E-1). Pushes and host
 * requests wait until that has been asked for and answered, five seconds at most.
 */

export const LONGEST_WAIT_MS = 5000;

const INFO = '"plugin.info.request"';

/**
 * @param {(line: string) => void} deliver to the plugin
 * @returns {{sent: (line: string) => void, arrived: (line: string) => void, open: () => void}}
 *   sent: the plugin wrote this line. arrived: this line is for it. open: hold nothing from now on.
 */
export function infoFirst(deliver) {
  /** @type {string[]} */
  const held = [];
  /** @type {Set<unknown>} callback ids the plugin asked for its info with */
  const asked = new Set();
  let isOpen = false;

  function open() {
    isOpen = true;
    for (const line of held.splice(0)) deliver(line);
  }

  return {
    open,
    sent(line) {
      if (isOpen || !line.includes(INFO)) return;
      const envelope = JSON.parse(line);
      if (envelope?.name === 'plugin.info.request') asked.add(envelope.callbackId);
    },
    arrived(line) {
      if (isOpen) {
        deliver(line);
        return;
      }
      const envelope = JSON.parse(line);
      if (asked.has(envelope.callbackId)) {
        deliver(line);
        open();
      } else if (asked.size === 0 && String(envelope.name).endsWith('.response')) {
        deliver(line); // it asks other things first: that is its own order
      } else {
        held.push(line);
      }
    },
  };
}
