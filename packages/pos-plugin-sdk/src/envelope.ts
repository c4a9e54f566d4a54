import { isRecord } from './errors.js';

/** A message as it travels (contract, wire §1). */
export interface Envelope {
  name: string;
  version: number;
  callbackId?: string;
  data: unknown;
  /** Number of a store event, on pushes of it. */
  seq?: number;
}

/** A message from the host, with what our SDK reads of it; undefined when it is none of ours. */
export interface Incoming {
  name: string;
  callbackId: string | undefined;
  data: Record<string, unknown>;
  seq: number | undefined;
}

export function incoming(message: unknown): Incoming | undefined {
  if (!isRecord(message) || typeof message['name'] !== 'string') return undefined;
  const { name, callbackId, data, seq } = message;
  return {
    name,
    callbackId: typeof callbackId === 'string' ? callbackId : undefined,
    data: isRecord(data) ? data : {},
    seq: typeof seq === 'number' ? seq : undefined,
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** So many random letters and digits; enough to tell the requests of one session apart. */
export function randomId(length: number): string {
  let id = '';
  while (id.length < length) id += LETTERS.charAt(Math.floor(Math.random() * LETTERS.length));
  return id;
}
