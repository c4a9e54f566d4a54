/** The thread's way out. The port itself stays in here: the plugin reaches `postMessage` alone. */

import { CONTROL, ENVELOPE, HANDLED, MESSAGE, PER_MESSAGE } from '../port.mjs';

/** Characters that may be under way; who sends more waits, as the pipe is not read faster. */
const MAX_WAITING = 8_000_000;
const TELL_AFTER = 64_000;

/**
 * @typedef {ReturnType<typeof makeLink>} Link
 * @typedef {{name: string, id?: number | undefined, [key: string]: any}} Message of the runner and the server
 */

/** @param {import('../boot.mjs').Host} host */
export function makeLink(host) {
  const { post, waiting } = host;
  const { parse, stringify } = JSON;
  const { add, load, wait } = Atomics;
  const clone = structuredClone;
  /** @type {Map<string, (message: Message) => void>} */
  const takers = new Map();
  let handled = 0;

  /** @param {number} kind @param {string} text */
  function send(kind, text) {
    post([kind, text]);
    let size = add(waiting, 0, text.length + PER_MESSAGE) + text.length + PER_MESSAGE;
    while (size > MAX_WAITING) {
      wait(waiting, 0, size, 100);
      size = load(waiting, 0);
    }
  }

  /** @param {Message} message */
  function tell(message) {
    send(MESSAGE, stringify(message));
  }

  /**
   * `self.postMessage`: a structured clone, which becomes JSON on its way; keys that are undefined vanish.
   * @param {unknown} envelope
   */
  function postMessage(envelope) {
    const text = stringify(clone(envelope));
    if (text !== undefined) send(ENVELOPE, text);
  }

  return {
    tell,
    postMessage,
    /** Why the run is over. @param {string} reason */
    control: (reason) => send(CONTROL, reason),
    /** Takes the messages of this name. @param {string} name @param {(message: Message) => void} take */
    on: (name, take) => void takers.set(name, take),
    /** Begins to listen. @param {(envelope: unknown) => void} deliver */
    listen(deliver) {
      host.listen(([kind, text]) => {
        handled += text.length + PER_MESSAGE;
        if (handled > TELL_AFTER) {
          post([HANDLED, handled]);
          handled = 0;
        }
        if (kind === ENVELOPE) {
          deliver(parse(text));
          return;
        }
        /** @type {Message} */
        const message = parse(text);
        if (message.name === 'runner.ping') tell({ name: 'runner.pong', id: message.id });
        else takers.get(message.name)?.(message);
      });
    },
  };
}
