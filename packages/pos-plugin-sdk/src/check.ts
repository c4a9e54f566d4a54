/*
 * Checks of arguments before sending (contract, wire §11): the same tolerance as the POS's own SDK, which looks at
 * the keys it knows and sends the caller's object with all others. Null counts as absent.
 */

import { PosPluginSdkValidationError, isRecord, type ValidationIssue } from './errors.js';

type Path = (string | number)[];

/** Adds what is wrong with a value to `issues`. */
export type Check = (value: unknown, path: Path, issues: ValidationIssue[]) => void;

/** Throws PosPluginSdkValidationError when the value does not pass. */
export function assertValid(check: Check, value: unknown): void {
  const issues: ValidationIssue[] = [];
  check(value, [], issues);
  if (issues.length > 0) throw new PosPluginSdkValidationError(issues);
}

export const text: Check = typed('string');
export const truth: Check = typed('boolean');

export const number: Check = (value, path, issues) => {
  if (typeof value !== 'number' || Number.isNaN(value)) issues.push(wrongType('number', value, path));
};

/** Text of so many characters at most. */
export function shortText(most: number): Check {
  return (value, path, issues) => {
    text(value, path, issues);
    if (typeof value === 'string' && value.length > most) {
      const expected = `≤ ${String(most)}`;
      issues.push(issue('too_long', path, expected, String(value.length), `${String(most)}자까지입니다`));
    }
  };
}

export function oneOf(...words: string[]): Check {
  return (value, path, issues) => {
    if (typeof value !== 'string' || !words.includes(value)) {
      issues.push(issue('invalid_value', path, words.join(' | '), received(value), '허용된 값이 아닙니다'));
    }
  };
}

export function optional(check: Check): Check {
  return (value, path, issues) => {
    if (value !== undefined && value !== null) check(value, path, issues);
  };
}

export function list(check: Check): Check {
  return (value, path, issues) => {
    if (!Array.isArray(value)) {
      issues.push(wrongType('array', value, path));
      return;
    }
    value.forEach((item, at) => {
      check(item, [...path, at], issues);
    });
  };
}

/** An object with these keys; others are left alone. */
export function keys(shape: Readonly<Record<string, Check>>): Check {
  return (value, path, issues) => {
    if (!isRecord(value)) {
      issues.push(wrongType('object', value, path));
      return;
    }
    for (const [key, check] of Object.entries(shape)) check(value[key], [...path, key], issues);
  };
}

/** The check that belongs to a word of the value, e.g. to its `type`. */
export function byWord(key: string, checks: Readonly<Record<string, Check>>): Check {
  const word = keys({ [key]: oneOf(...Object.keys(checks)) });
  return (value, path, issues) => {
    const found = issues.length;
    word(value, path, issues);
    if (issues.length > found || !isRecord(value)) return;
    checks[String(value[key])]?.(value, path, issues);
  };
}

export function all(...checks: Check[]): Check {
  return (value, path, issues) => {
    for (const check of checks) check(value, path, issues);
  };
}

function typed(expected: 'string' | 'boolean'): Check {
  return (value, path, issues) => {
    if (typeof value !== expected) issues.push(wrongType(expected, value, path));
  };
}

function wrongType(expected: string, value: unknown, path: Path): ValidationIssue {
  const isAbsent = value === undefined || value === null;
  return issue(
    'invalid_type',
    path,
    expected,
    received(value),
    isAbsent ? '필요한 값입니다' : '형식이 다릅니다',
  );
}

function issue(
  code: ValidationIssue['code'],
  path: Path,
  expected: string,
  got: string,
  korean: string,
): ValidationIssue {
  const where = path.length === 0 ? '(argument)' : path.join('.');
  const message = `${where}: ${korean} (expected ${expected}, received ${got})`;
  return { code, path, message, expected, received: got };
}

function received(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
