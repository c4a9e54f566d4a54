/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters --
   the caller names the type its contract promises; that is what these are for */

import { isRecord } from '../errors.js';

type Data = Record<string, unknown>;

/**
 * A key of a reply as the contract types it. The shop declares what it answers and we do not check it again, so this
 * is where replies get their types.
 */
export function value<T>(reply: Data, key: string): T {
  return reply[key] as T;
}

/** A whole reply as the contract types it; see `value`. */
export function whole<T>(reply: Data): T {
  return reply as T;
}

/** The id of what a push is about. */
export function idIn<Id extends string | number>(data: Data, key: string): Id {
  const subject = data[key];
  return (isRecord(subject) ? subject['id'] : undefined) as Id;
}
