/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void;

/** Hears of a push. A promise it returns is waited for where order matters; what it throws stops nobody else. */
export type Listener<Data> = (data: Data) => unknown;

/** Answers a question of the host; what it throws is sent as a refusal. */
export type Answerer<Data, Reply> = (data: Data) => Reply | Promise<Reply>;

/** A write may carry an id of the caller's: sending it again with the same id does nothing twice. */
export interface Command {
  commandId?: string | undefined;
}

/** What one call may decide for itself. */
export interface CallOptions {
  /** Milliseconds to wait for the reply, 30,000 unless given. */
  timeoutMs?: number | undefined;
}
