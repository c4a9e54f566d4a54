/**
 * One hosted plugin from start to stop: its session, its frames, and what is done when it misbehaves.
 *
 *     stopped → opening → starting → running → stopped
 *                  ↑         └─────────┴→ crashed ─┐
 *                  └── after the shop's `restartAfterMs` ──┘
 *
 * The session opens first, so that who the plugin is is known before any of its code runs (H-1). It
 * runs once `plugin.info.request` was answered. A plugin that hangs, floods or fails loses its frames,
 * its worker and its session; nothing else does (H-77).
 */

import { parse } from "../client/decode";
import type { Envelope } from "../client/envelope";
import type { Session, SessionEvents } from "../client/session";
import type { HostedPlugin, Opened } from "../client/shapes";
import type { ContextKind } from "./context";
import { Heartbeat } from "./heartbeat";
import { Bucket, type Owner, type Pump } from "./pump";
import { BYTES_AT_ONCE, BYTES_PER_S, MESSAGES_PER_S, TOO_HEAVY } from "./rates";
import { Relay } from "./relay";
import type { Frames, Stage } from "./stage";
import type { Said } from "./watching";
import { weight } from "./weight";

export type HostedState = "stopped" | "opening" | "starting" | "running" | "crashed";

export interface ReportEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly title?: string;
  readonly text: string;
}

export interface Report {
  readonly state: "starting" | "running" | "crashed" | "stopped";
  readonly reason?: string;
  readonly loadMs?: number;
  readonly entries?: readonly ReportEntry[];
}

export interface Verdict {
  readonly restartAfterMs?: number | undefined;
  readonly disabled?: boolean;
}

export interface Home {
  readonly stage: Stage;
  readonly pump: Pump;
  /** A session of that plugin, not started yet. resumeAfter: the last store event it saw before. */
  openSession(pluginId: string, resumeAfter: number | undefined, events: SessionEvents): PluginSession;
  report(pluginId: string, report: Report): Promise<Verdict>;
  /** Something about the plugin changed that a screen shows. */
  changed(): void;
  now(): number;
}

export type PluginSession = Pick<Session, "start" | "close" | "ask" | "tell" | "answer" | "seq" | "backlog">;

/** While more than this waits in its connection, what the plugin posts waits as well. */
const MOST_BACKLOG = 4_000_000;
const MOST_WAITING = 20_000;
const DROPPED_UNTIL_CRASH = 20_000;
const MALFORMED_PER_MINUTE = 100;
const START_WITHIN_MS = 15_000;
const GRACE_MS = 300;
const REPORT_EVERY_MS = 1_000;
const ENTRIES_PER_REPORT = 100;
const LONGEST_ENTRY = 8_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

export class Hosted {
  state: HostedState = "stopped";
  reason = "";
  loadMs: number | null = null;
  plugin: HostedPlugin;
  readonly #home: Home;
  #run: Run | null = null;
  #seq: number | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #waitMs = FIRST_WAIT_MS;

  constructor(plugin: HostedPlugin, home: Home) {
    this.plugin = plugin;
    this.#home = home;
  }

  start(): void {
    clearTimeout(this.#again);
    if (this.#run !== null) return;
    this.#set("opening", "");
    const run: Run = new Run(this.plugin, this.#home, this.#seq, {
      starting: () => this.#set("starting", ""),
      running: (loadMs) => {
        this.loadMs = loadMs;
        this.#waitMs = FIRST_WAIT_MS;
        this.#set("running", "");
      },
      crashed: (reason, entries, again) => void this.#crashed(run, reason, entries, again),
    });
    this.#run = run;
    run.start();
  }

  /** Plays a sound of this plugin; nothing while it does not run. */
  play(url: string): void {
    this.#run?.play(url);
  }

  /** Says again that it runs: a shop that was started anew does not know. */
  retell(): void {
    if (this.state !== "running" || this.loadMs === null) return;
    void this.#home.report(this.plugin.id, { state: "running", loadMs: this.loadMs }).catch(() => undefined);
  }

  /** Stops it: it is told, has 300 ms, and is gone. */
  async stop(): Promise<void> {
    clearTimeout(this.#again);
    const run = this.#run;
    this.#run = null;
    if (run !== null) {
      run.farewell(GRACE_MS);
      await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
      run.end();
      void this.#home.report(this.plugin.id, { state: "stopped" }).catch(() => undefined);
    }
    this.#seq = undefined;
    this.#set("stopped", "");
  }

  async #crashed(run: Run, reason: string, entries: readonly ReportEntry[], again: boolean): Promise<void> {
    if (this.#run !== run) return;
    this.#run = null;
    this.#seq = run.seq;
    run.end();
    this.#set("crashed", reason);
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
    const state = again ? "crashed" : "stopped";
    let verdict: Verdict;
    try {
      verdict = await this.#home.report(this.plugin.id, { state, reason, entries });
    } catch {
      // The shop is not there to ask; its own back-off is kept meanwhile.
      verdict = { restartAfterMs: waitMs };
    }
    if (!this.#isDown() || !again || verdict.disabled === true) return;
    this.#again = setTimeout(() => this.start(), verdict.restartAfterMs ?? waitMs);
  }

  /** Whether it still lies where it fell: somebody may have stopped or started it meanwhile. */
  #isDown(): boolean {
    return this.#run === null && this.state === "crashed";
  }

  #set(state: HostedState, reason: string): void {
    this.state = state;
    this.reason = reason;
    this.#home.changed();
  }
}

interface RunEvents {
  starting(): void;
  running(loadMs: number): void;
  /** again: whether it may be tried again. */
  crashed(reason: string, entries: readonly ReportEntry[], again: boolean): void;
}

/** One life of the plugin, from its session's opening to its end. */
class Run implements Owner {
  readonly #plugin: HostedPlugin;
  readonly #home: Home;
  readonly #events: RunEvents;
  readonly #session: PluginSession;
  readonly #relay: Relay;
  readonly #bucket: Bucket;
  readonly #bytes: Bucket;
  readonly #beats: Readonly<Record<"frame" | "worker", Heartbeat>>;
  #frames: Frames | null = null;
  #began = 0;
  #running = false;
  #isWatched = false;
  #hasPage = false;
  #returning: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #dropped = 0;
  #waiting = 0;
  #waitingBytes = 0;
  #malformed: number[] = [];
  #entries: ReportEntry[] = [];
  #reporting: ReturnType<typeof setTimeout> | undefined;
  #starting: ReturnType<typeof setTimeout> | undefined;

  constructor(plugin: HostedPlugin, home: Home, resumeAfter: number | undefined, events: RunEvents) {
    this.#plugin = plugin;
    this.#home = home;
    this.#events = events;
    this.#bucket = new Bucket(MESSAGES_PER_S, MESSAGES_PER_S, () => home.now());
    this.#bytes = new Bucket(BYTES_PER_S, BYTES_AT_ONCE, () => home.now());
    this.#session = home.openSession(plugin.id, resumeAfter, {
      opened: (session) => this.#opened(session),
      push: (envelope) => this.#relay.push(envelope),
      ask: (envelope: Envelope, callbackId: string) => this.#relay.ask(envelope, callbackId),
      lost: () => undefined,
      refused: (error) => this.#crash(`no session: ${error.message}`),
    });
    this.#relay = new Relay(
      this.#session,
      {
        began: () => this.#ran(),
        malformed: (kind, why) => this.#countMalformed(kind, why),
        stray: (kind, name) => this.#write("warn", kind, `An answer nobody waits for was dropped: ${name}`),
      },
      () => home.now(),
    );
    // A life that goes on after a crash has missed payments, as a reloaded page has (H-37).
    for (const kind of contextsOf(plugin)) {
      this.#relay.attach(kind, (envelope) => this.#frames?.post(kind, envelope));
      if (resumeAfter !== undefined) this.#relay.unload(kind, home.now());
    }
    this.#beats = {
      frame: new Heartbeat(
        () => this.#frames?.ping("frame"),
        () => this.#crash("its page does not answer any more"),
      ),
      worker: new Heartbeat(
        () => this.#frames?.ping("worker"),
        () => this.#crash("its worker does not answer any more"),
      ),
    };
  }

  get seq(): number | undefined {
    return this.#session.seq;
  }

  get held(): boolean {
    return this.#session.backlog > MOST_BACKLOG;
  }

  start(): void {
    this.#session.start();
  }

  farewell(graceMs: number): void {
    this.#relay.push({ name: "plugin.stopping.event", version: 1, data: { graceMs } });
  }

  play(url: string): void {
    this.#frames?.play(url);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#starting);
    clearTimeout(this.#returning);
    clearTimeout(this.#reporting);
    this.#beats.frame.stop();
    this.#beats.worker.stop();
    this.#home.pump.drop(this);
    this.#relay.end();
    this.#frames?.remove();
    this.#frames = null;
    this.#session.close();
  }

  #opened({ plugin }: Opened): void {
    if (this.#ended) return;
    this.#relay.opened();
    if (this.#frames !== null) return;
    if (plugin !== undefined) this.#relay.info = plugin;
    this.#began = this.#home.now();
    this.#frames = this.#home.stage.open(this.#plugin, {
      admit: () => this.#admit(),
      message: (kind, value) => this.#message(kind, value),
      said: (said) => {
        if (this.#carries(said) !== null) this.#said(said);
      },
      loaded: (again) => {
        if (again) this.#crash("its watcher was loaded again");
        else this.#watched();
      },
    });
    this.#starting = setTimeout(() => this.#slow(), START_WITHIN_MS);
    this.#events.starting();
    void this.#home.report(this.#plugin.id, { state: "starting" }).catch(() => undefined);
  }

  /** Its page went away: for a new one, or for an address the till does not let it go to. */
  #left(): void {
    this.#hasPage = false;
    clearTimeout(this.#returning);
    this.#returning = setTimeout(() => this.#crash("its page went away and did not come back"), START_WITHIN_MS);
  }

  #arrived(): void {
    this.#hasPage = true;
    clearTimeout(this.#returning);
  }

  #watched(): void {
    this.#isWatched = true;
    this.#beats.frame.start();
    if (this.#plugin.kinds.includes("worker")) this.#beats.worker.start();
  }

  #ran(): void {
    if (this.#running) return;
    this.#running = true;
    clearTimeout(this.#starting);
    const loadMs = Math.round(this.#home.now() - this.#began);
    this.#events.running(loadMs);
    void this.#home.report(this.#plugin.id, { state: "running", loadMs }).catch(() => undefined);
  }

  #slow(): void {
    if (!this.#isWatched) this.#crash("its origin does not answer");
    else if (this.#plugin.kinds.includes("iframe") && !this.#hasPage) this.#crash("its page does not load");
    else this.#write("warn", "plugin.info.request", "It has not asked who it is yet, so it does not count as running.");
  }

  #admit(): boolean {
    if (this.#ended) return false;
    if (this.#bucket.take()) return true;
    this.#drop(1);
    return false;
  }

  #message(kind: ContextKind, value: unknown): void {
    const bytes = this.#carries(value);
    if (bytes === null) return;
    this.#waiting += 1;
    this.#waitingBytes += bytes;
    if (this.#waiting > MOST_WAITING || this.#waitingBytes > BYTES_AT_ONCE) {
      this.#crash("it posts more than its connection takes");
      return;
    }
    this.#home.pump.add(this, () => {
      this.#waiting -= 1;
      this.#waitingBytes -= bytes;
      if (!this.#ended) this.#relay.take(kind, kind === "worker" && typeof value === "string" ? parse(value) : value);
    });
  }

  /** The weight of what came in; null when it is more than a plugin may post, which ends it. */
  #carries(value: unknown): number | null {
    const bytes = weight(value, BYTES_AT_ONCE);
    if (this.#ended) return null;
    if (this.#bytes.take(bytes)) return bytes;
    this.#crash(TOO_HEAVY);
    return null;
  }

  #drop(count: number): void {
    if (this.#dropped === 0)
      this.#write("warn", "flood", `More than ${String(MESSAGES_PER_S)} messages a second: the rest is dropped.`);
    this.#dropped += count;
    if (this.#dropped >= DROPPED_UNTIL_CRASH) this.#crash("it floods the page with messages");
  }

  #said(said: Said): void {
    switch (said.say) {
      case "pong":
        if (said.whom !== "tab") this.#beats[said.whom].alive();
        break;
      case "leaving":
        this.#relay.unload("tab", said.at ?? this.#home.now());
        this.#left();
        break;
      case "arrived":
        this.#arrived();
        break;
      case "loaded":
        this.#write("debug", "load", `${said.whom} loaded in ${String(Math.round(said.ms ?? 0))} ms`);
        break;
      case "problem":
        this.#write("error", said.whom, said.text);
        break;
      case "line":
        this.#write(said.level, said.whom, said.text);
        break;
      case "failed":
        this.#write("error", said.whom, said.text);
        this.#crash(said.text);
        break;
      case "dropped":
        this.#drop(said.count);
        break;
      case "message":
        break;
    }
  }

  #countMalformed(kind: ContextKind, why: string): void {
    const now = this.#home.now();
    this.#malformed = [...this.#malformed.filter((at) => at > now - 60_000), now];
    this.#write("warn", kind, `A message was dropped: ${why}`);
    if (this.#malformed.length >= MALFORMED_PER_MINUTE)
      this.#crash(`${String(MALFORMED_PER_MINUTE)} malformed messages in a minute`, false);
  }

  #crash(reason: string, again = true): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.crashed(reason, this.#entries.splice(0), again);
  }

  #write(level: ReportEntry["level"], title: string, text: string): void {
    // The rest of a second's flood of errors says nothing new.
    if (this.#entries.length >= ENTRIES_PER_REPORT) return;
    this.#entries.push({ level, title, text: text.slice(0, LONGEST_ENTRY) });
    this.#reporting ??= setTimeout(() => {
      this.#reporting = undefined;
      const entries = this.#entries.splice(0);
      const state = this.#running ? "running" : "starting";
      if (!this.#ended && entries.length > 0)
        void this.#home.report(this.#plugin.id, { state, entries }).catch(() => undefined);
    }, REPORT_EVERY_MS);
  }
}

function contextsOf(plugin: HostedPlugin): readonly ContextKind[] {
  const worker: readonly ContextKind[] = plugin.kinds.includes("worker") ? ["worker"] : [];
  return plugin.kinds.includes("iframe") ? [...worker, "tab"] : worker;
}
