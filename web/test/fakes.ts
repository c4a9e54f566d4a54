/** A scripted shop, and frames that are no frames: what the page's parts are tested against. */

import { type Envelope, readFrame, replyName } from "../src/client/envelope";
import type { Session, SessionEvents } from "../src/client/session";
import { isObject, type Json } from "../src/client/decode";
import type { Socket } from "../src/client/wire";
import type { HostedPlugin } from "../src/client/shapes";
import type { FrameEvents, Frames, Stage } from "../src/host/stage";

/** One end of a connection; the test plays the shop at the other. */
export class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readonly sent: Envelope[] = [];
  readonly texts: string[] = [];
  closed = false;
  bufferedAmount = 0;

  send(text: string): void {
    const envelope = readFrame(text);
    if (envelope !== null) this.sent.push(envelope);
    this.texts.push(text);
  }

  close(): void {
    this.closed = true;
  }

  connect(): void {
    this.onopen?.(new Event("open"));
  }

  say(envelope: object): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(envelope) }));
  }

  lose(): void {
    this.onclose?.(new Event("close") as CloseEvent);
  }

  /** Accepts the session. */
  welcome(given: Json = {}): void {
    this.connect();
    const plugin = { id: "points", name: "points", version: "1.0", profile: "field" };
    const data = { complete: true, plugin, scopes: [], seq: 10, resumed: false, serverTime: "", ...given };
    this.say({ name: "session.open.response", version: 1, callbackId: "open", data });
  }

  /** What was sent under a name, the opening left out. */
  asked(name: string): readonly Envelope[] {
    return this.sent.filter((envelope) => envelope.name === name);
  }

  reply(to: Envelope | undefined, data: Json = {}): void {
    if (to === undefined) throw new Error("nothing was asked");
    this.say({ name: replyName(to.name), version: 1, callbackId: to.callbackId, data: { complete: true, ...data } });
  }
}

/** Every socket that was opened, the newest last. */
export class FakeDoor {
  readonly sockets: FakeSocket[] = [];

  readonly connect = (): FakeSocket => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }
}

export function plugin(given: Partial<HostedPlugin> = {}): HostedPlugin {
  return {
    id: "points",
    name: "Points",
    version: "1.0",
    hash: "abc",
    profile: "field",
    kinds: ["worker"],
    origin: "http://points.localhost:8700",
    entry: "main.js",
    tab: undefined,
    originMap: {},
    ...given,
  };
}

/** Keeps what was posted into each context. */
export class FakeStage implements Stage {
  readonly posted: { readonly kind: string; readonly envelope: Json }[] = [];
  readonly played: string[] = [];
  pings: string[] = [];
  open_ = 0;
  opened = 0;
  events: FrameEvents | null = null;

  open(_plugin: HostedPlugin, events: FrameEvents): Frames {
    this.open_ += 1;
    this.opened += 1;
    this.events = events;
    events.loaded(false);
    return {
      post: (kind, envelope) => {
        if (isObject(envelope)) this.posted.push({ kind, envelope });
      },
      ping: (whom) => this.pings.push(whom),
      play: (url) => this.played.push(url),
      remove: () => {
        this.open_ -= 1;
      },
    };
  }

  names(kind: string): readonly unknown[] {
    return this.posted.filter((one) => one.kind === kind).map(({ envelope }) => envelope["name"]);
  }
}

/** A session the test answers for. */
export class FakeSession {
  readonly asked: { readonly name: string; readonly data: unknown; readonly answered: (data: Json) => void }[] = [];
  readonly told: string[] = [];
  readonly answers: { readonly callbackId: string; readonly data: unknown }[] = [];
  seq: number | undefined = 5;
  backlog = 0;
  started = false;
  closed = false;

  constructor(readonly events: SessionEvents | null = null) {}

  start: Session["start"] = () => {
    this.started = true;
  };
  close: Session["close"] = () => {
    this.closed = true;
  };
  ask: Session["ask"] = ({ name, data }, answered) => {
    JSON.stringify(data);
    this.asked.push({ name, data, answered: (reply) => answered({ name: replyName(name), version: 1, data: reply }) });
  };
  tell: Session["tell"] = ({ name, data }) => {
    JSON.stringify(data);
    this.told.push(name);
  };
  answer: Session["answer"] = (callbackId, _name, data) => {
    this.answers.push({ callbackId, data });
  };

  opened(): void {
    const me = { id: "points", name: "points-sdk", version: "1.0", profile: "field" };
    this.events?.opened({ device: undefined, plugin: me, scopes: [], seq: 5, resumed: false, serverTime: "" });
  }
}
