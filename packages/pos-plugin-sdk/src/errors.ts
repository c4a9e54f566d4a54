/*
 * What can go wrong between a plugin and the shop.
 *
 *   PosPluginSdkError                  the shop refused: code, reason, data; message is for people
 *   ├── PosPluginSdkRateLimitError     too many calls of one member; nothing was sent
 *   └── PosPluginSdkConnectionError    a socket ended before the reply; a write with a commandId may have happened
 *   PosPluginSdkValidationError        a wrong argument; nothing was sent; issues
 *   PosPluginSdkTimeoutError           no reply in time
 */

const BRAND = Symbol.for('jumak.PosPluginSdkError');

/** The refusal in a reply: `errorMessage`, and our `error` beside it where the host sends one. */
export interface Refusal {
  errorMessage?: unknown;
  error?: unknown;
}

export interface ErrorDetails {
  code?: string | undefined;
  reason?: string | undefined;
  data?: Readonly<Record<string, unknown>> | undefined;
}

/** The shop refused and changed nothing. Codes are permanent, `reason` names the rule, the message is for people. */
export class PosPluginSdkError extends Error {
  readonly code: string;
  readonly reason: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'PosPluginSdkError';
    this.code = details.code ?? 'INTERNAL';
    this.reason = details.reason;
    this.data = details.data ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether an error came from the shop; true across two copies of this package as well. */
  static isPosPluginSdkError(error: unknown): error is PosPluginSdkError {
    return typeof error === 'object' && error !== null && BRAND in error;
  }
}

/** More calls of one member than the POS allows; raised before sending. */
export class PosPluginSdkRateLimitError extends PosPluginSdkError {
  constructor(method: string, retryAfterMs: number) {
    super(
      `호출 횟수 제한을 넘었습니다. ${String(Math.ceil(retryAfterMs / 1000))}초 뒤에 다시 시도하세요: ${method} ` +
        `(too many calls of ${method}; try again in ${String(retryAfterMs)} ms)`,
      { code: 'RATE_LIMITED', data: { method, retryAfterMs } },
    );
    this.name = 'PosPluginSdkRateLimitError';
  }
}

/** The connection ended before the reply. With a `commandId` that write may have happened: ask `ext.command.get`. */
export class PosPluginSdkConnectionError extends PosPluginSdkError {
  readonly commandId: string | undefined;

  constructor(message: string, commandId?: string) {
    super(message, { code: 'HOST_UNAVAILABLE', data: commandId === undefined ? {} : { commandId } });
    this.name = 'PosPluginSdkConnectionError';
    this.commandId = commandId;
  }
}

/** One thing that is wrong with an argument. */
export interface ValidationIssue {
  code: 'invalid_type' | 'invalid_value' | 'too_long';
  path: (string | number)[];
  message: string;
  expected: string;
  received: string;
}

/** An argument is wrong; nothing was sent. The message is the JSON of `issues`. */
export class PosPluginSdkValidationError extends Error {
  readonly issues: readonly ValidationIssue[];

  constructor(issues: readonly ValidationIssue[]) {
    super(JSON.stringify(issues, null, 2));
    this.name = 'PosPluginSdkValidationError';
    this.issues = issues;
  }
}

/** No reply in time. A write may have happened all the same; with a `commandId` ask `ext.command.get`. */
export class PosPluginSdkTimeoutError extends Error {
  readonly commandId: string | undefined;

  constructor(plugin: string, name: string, timeoutMs: number, commandId?: string) {
    super(`${plugin === '' ? '' : `[${plugin}] `}${name}: no reply within ${String(timeoutMs)} ms`);
    this.name = 'PosPluginSdkTimeoutError';
    this.commandId = commandId;
  }
}

/** The error a reply without `complete: true` means. */
export function refusal(reply: Refusal): PosPluginSdkError {
  const error = isRecord(reply.error) ? reply.error : {};
  const code = typeof error['code'] === 'string' ? error['code'] : 'INTERNAL';
  const message =
    typeof reply.errorMessage === 'string' && reply.errorMessage !== '' ? reply.errorMessage : code;
  return new PosPluginSdkError(message, {
    code,
    reason: typeof error['reason'] === 'string' ? error['reason'] : undefined,
    data: isRecord(error['data']) ? error['data'] : undefined,
  });
}

/** What people are told of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
