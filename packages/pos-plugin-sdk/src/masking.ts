import { isRecord } from './errors.js';

/** Keys whose values are a person's own or a secret, in small letters without signs. */
const PERSONAL = new Set([
  'address',
  'authorization',
  'birthday',
  'cardnumber',
  'cardno',
  'cookie',
  'customername',
  'email',
  'identifier',
  'identitynumber',
  'mobile',
  'password',
  'phone',
  'phonenumber',
  'pin',
  'secret',
  'tel',
  'token',
  'xapikey',
]);

const MASK = '***';
const LONGEST_TEXT = 1_000;
const MOST_ITEMS = 20;
const DEEPEST = 8;

/**
 * A copy for the log: personal values are starred, long texts and lists are cut, and what cannot be cloned is named
 * instead. A pair `[name, value]`, as headers have it, is masked by its name too.
 */
export function masked(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? typeof value : value;
  }
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return maskedList(value, depth);
  if (!isRecord(value) || ArrayBuffer.isView(value)) return Object.prototype.toString.call(value);
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value))
    copy[key] = isPersonal(key) ? MASK : masked(inner, depth + 1);
  return copy;
}

function maskedList(list: readonly unknown[], depth: number): unknown[] {
  const [name, second] = list;
  if (list.length === 2 && typeof name === 'string' && typeof second === 'string' && isPersonal(name)) {
    return [name, MASK];
  }
  const kept = list.slice(0, MOST_ITEMS).map((inner) => masked(inner, depth + 1));
  return list.length > MOST_ITEMS ? [...kept, `… ${String(list.length - MOST_ITEMS)}`] : kept;
}

function isPersonal(key: string): boolean {
  return PERSONAL.has(key.replace(/[^a-z]/gi, '').toLowerCase());
}
