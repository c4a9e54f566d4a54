/** What travels between the process's main thread and the plugin's: pairs of a kind and a text or number. */

/** An envelope, as JSON. */
export const ENVELOPE = 0;
/** A message between the runner and the server, as JSON. */
export const MESSAGE = 1;
/** Why the run is over; from the plugin's thread. */
export const CONTROL = 2;
/** So many characters were handled; from the plugin's thread. */
export const HANDLED = 3;

/** What an entry of a queue costs beside its text. */
export const PER_MESSAGE = 100;
