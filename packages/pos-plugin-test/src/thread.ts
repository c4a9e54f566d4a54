import { Worker } from 'node:worker_threads';
import type { Hearer, Printed } from './calls.js';
import { runtimeFile } from './runtime.js';
import type { Envelope } from './session.js';

/** What a thread runs: the script, the origins its `fetch` and `WebSocket` may reach, and where some of them lead. */
export interface Script {
  file: string;
  acl: readonly string[];
  originMap: Readonly<Record<string, string>>;
}

/** What a plugin's thread tells. */
export interface ThreadEvents extends Hearer {
  message(envelope: Envelope): void;
  /** The thread ended without being asked to: the plugin threw while it was loaded, or closed itself. */
  ended(error: Error): void;
}

interface Told {
  message?: Envelope;
  printed?: Printed;
  failed?: { type: string; text: string };
  crashed?: string;
}

/** A plugin's worker in a thread of Node. */
export class PluginThread {
  private readonly worker: Worker;
  private isStopping = false;

  constructor(script: Script, events: ThreadEvents) {
    this.worker = new Worker(runtimeFile('worker.cjs'), { workerData: script, env: {}, execArgv: [] });
    this.worker.on('message', (told: Told) => {
      if (told.message !== undefined) events.message(told.message);
      if (told.printed !== undefined) events.printed(told.printed);
      if (told.failed !== undefined) events.failed(told.failed.text);
      if (told.crashed !== undefined) events.ended(new Error(told.crashed));
    });
    let error = new Error('the plugin ended by itself');
    this.worker.on('error', (problem) => {
      error = problem instanceof Error ? problem : new Error(String(problem));
    });
    this.worker.on('exit', () => {
      if (!this.isStopping) events.ended(error);
    });
  }

  post(envelope: Envelope): void {
    this.worker.postMessage(JSON.stringify(envelope));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.worker.terminate();
  }
}
