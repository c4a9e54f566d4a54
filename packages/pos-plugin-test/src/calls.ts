/** The keys of a message. */
export type Data = Record<string, unknown>;

/** Something the plugin sent, or answered when it was asked. */
export interface Call {
  kind: 'request' | 'notification' | 'answer';
  name: string;
  /** What it said; of a headless plugin empty where the console of the shop does not hold all of it. */
  data: Data;
  /** What the plugin was answered, once it was. */
  reply?: Data;
}

/** A line of the plugin's console. */
export interface Printed {
  level: string;
  text: string;
}

/** Who is told what a plugin prints and what goes wrong in it. */
export interface Hearer {
  printed(line: Printed): void;
  /** An error the plugin did not catch; it runs on, as in a browser. */
  failed(text: string): void;
}

/** An installed plugin that runs, wherever it does. */
export interface PluginRun {
  /** Everything it sent and answered, its log lines left out. */
  readonly calls: readonly Call[];
  /** Calls `listener` after each call and reply. */
  onCall(listener: () => void): () => void;
  /** Resolves with the reason once the plugin ended without being asked to. */
  readonly ended: Promise<Error>;
  /** Resolves once the shop has told the plugin who it is. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Looks after each call until what it sees is there; rejects with `why` when it is given up. */
export function seen<Value>(
  run: Pick<PluginRun, 'onCall'>,
  look: () => Value | undefined,
  withinMs: number,
  why: () => string,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const again = (): void => {
      const value = look();
      if (value === undefined) return;
      clearTimeout(timer);
      off();
      resolve(value);
    };
    const timer = setTimeout(() => {
      off();
      reject(new Error(why()));
    }, withinMs);
    const off = run.onCall(again);
    again();
  });
}
