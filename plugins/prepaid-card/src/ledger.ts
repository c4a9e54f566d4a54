/*
 * What the ledger is asked. Every entry has a key of ours, so whoever lost an answer asks again: it counts once. Only
 * when that does not help either is the end unknown, and then it is called so, never a refusal.
 */

import { posPluginSdk, PosPluginSdkError, PosPluginSdkValidationError } from '@jumak/pos-plugin-sdk';
import { settings } from './settings.js';
import { won } from './won.js';

export type Kind = 'charges' | 'payments';

/** One change of a balance. `at` and `cancelledAt`: ISO 8601. */
export interface Entry {
  key: string;
  card: string | null;
  amount: number;
  at: string;
  cancelledAt: string | null;
}

// Three tries end within 17 seconds: staff who cancel a payment get a direct answer for 20.
const TRIES = 3;
const TIMEOUT_MS = 5_000;
const PAUSE_MS = 500;
// Rarer and rarer: the POS lets a plugin make 200 calls of a kind in half an hour, and staff need some of them.
const LATER_MS = 3_000;
const LATEST_MS = 120_000;

/** The ledger said no; nothing has changed there. `code`: one of the README's. */
export class LedgerRefusal extends Error {
  constructor(
    readonly code: string,
    readonly balance?: number,
  ) {
    super(sentence(code, balance));
  }
}

/** The ledger did not answer: what was asked may have happened. */
export class Unanswered extends Error {
  constructor() {
    super('선불카드 원장이 답하지 않습니다. (The ledger does not answer.)');
  }
}

/** Won on a card. Throws LedgerRefusal NO_CARD. */
export async function balanceOf(card: string): Promise<number> {
  return (await ask<{ balance: number }>('get', `cards/${encodeURIComponent(card)}`)).balance;
}

/** Charges a card, or pays with it. */
export function enter(kind: Kind, key: string, card: string, amount: number): Promise<Entry> {
  return ask('put', `${kind}/${key}`, { card, amount });
}

/** Takes an entry back; one that is still on its way will be refused when it arrives. */
export function cancel(kind: Kind, key: string): Promise<Entry> {
  return ask('delete', `${kind}/${key}`);
}

/** Repeats what must be done until the ledger, and the shop, have answered. Throws what the ledger refuses. */
export async function untilAnswered<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let laterMs = LATER_MS; ; laterMs = Math.min(2 * laterMs, LATEST_MS)) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof LedgerRefusal && error.code !== 'TOKEN') throw error;
      console.warn('again later:', error instanceof Error ? error.message : error);
      await pause(laterMs);
    }
  }
}

async function ask<Reply>(method: 'get' | 'put' | 'delete', path: string, payload?: object): Promise<Reply> {
  const { url, token } = await settings();
  const address = `${url}/${path}`;
  const headers = { Authorization: `Bearer ${token}` };
  const options = { timeoutMs: TIMEOUT_MS };
  let isInDoubt = false;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (attempt > 1) await pause(PAUSE_MS * attempt);
    try {
      const { code, body } =
        method === 'put'
          ? await posPluginSdk.http.put(address, payload, headers, options)
          : await posPluginSdk.http[method](address, headers, options);
      if (code === 200) return JSON.parse(body) as Reply;
      if (code < 500 && !(code === 401 && isInDoubt)) throw refusalIn(body);
    } catch (error) {
      if (error instanceof LedgerRefusal || (isUnsent(error) && !isInDoubt)) throw error;
    }
    isInDoubt = true;
  }
  throw new Unanswered();
}

/** Refused before anything left: the address is not on the allow-list, or too much was asked at once. */
function isUnsent(error: unknown): boolean {
  if (error instanceof PosPluginSdkValidationError) return true;
  return (
    PosPluginSdkError.isPosPluginSdkError(error) &&
    ['INVALID_ARGUMENT', 'PERMISSION_DENIED', 'RATE_LIMITED'].includes(error.code)
  );
}

function refusalIn(body: string): LedgerRefusal {
  const { error, balance } = JSON.parse(body) as { error: string; balance?: number };
  return new LedgerRefusal(error, balance);
}

function sentence(code: string, balance: number | undefined): string {
  switch (code) {
    case 'BALANCE':
      return `잔액이 부족합니다. 남은 금액은 ${won(balance ?? 0)}입니다. (Not enough on the card.)`;
    case 'NO_CARD':
      return '아직 판매하지 않은 카드입니다. (This card was never sold.)';
    case 'CANCELLED':
      return '이미 취소한 요청입니다. (This was cancelled before.)';
    case 'TOKEN':
      return '원장 토큰이 맞지 않습니다. 플러그인 설정을 확인해 주세요. (The ledger does not know this token.)';
    default:
      return `원장이 받아들이지 않았습니다: ${code} (refused by the ledger)`;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
