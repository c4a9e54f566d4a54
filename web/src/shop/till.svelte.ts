/** The till's own session with the shop: which device this is, who is signed in, what they may do. */

import { type Decode, nothing, parse } from "../client/decode";
import type { Envelope } from "../client/envelope";
import { refusalIn, ShopError } from "../client/errors";
import { Session } from "../client/session";
import { decodeClaimed, decodeMerchant, decodeSignedIn, type Opened } from "../client/shapes";
import { type Lang, language } from "../kit/words.svelte";
import { Contact } from "./contact.svelte";
import { Clock } from "./clock";
import { KeptToken, type PageKind } from "./token";

export const CLIENT = { name: "jumak-till", version: "1" };
/** Staff see within three seconds that the shop is gone. */
const PING_EVERY_MS = 1_000;
/** And soon that it is back. */
const LONGEST_WAIT_MS = 2_000;

/** seq: of a store event, as `table.undo.request` and the like name it. */
type PushHandler = (data: unknown, seq?: number) => void;
type AskHandler = (data: unknown) => Promise<unknown>;

export class Till {
  /** unclaimed: this device has no token yet. */
  state = $state<"unclaimed" | "connecting" | "open" | "lost">("unclaimed");
  person = $state.raw<{ readonly name: string; readonly role: string } | null>(null);
  scopes = $state.raw<ReadonlySet<string>>(new Set());
  device = $state("");
  deviceId = $state("");
  /** The shop's time, by which screens count minutes. */
  readonly clock = new Clock();
  shopName = $state("");
  #session: Session | null = null;
  /** What the device may without a person: the owner's own till may everything. */
  #deviceScopes: ReadonlySet<string> = new Set();
  /** In memory alone, so that a lost connection asks nobody to sign in again. */
  #pin: string | null = null;
  readonly #pushes = new Map<string, Set<PushHandler>>();
  readonly #asks = new Map<string, AskHandler>();
  readonly #opened = new Set<() => void>();
  readonly #narrowed: readonly string[] | undefined;
  /** When the shop was heard last. */
  readonly contact = new Contact();

  readonly #token: KeptToken;

  /** pushes: the only ones this page hears; absent = all its rights allow. */
  constructor(page: PageKind = "till", pushes?: readonly string[]) {
    this.#token = new KeptToken(page);
    this.#narrowed = pushes;
  }

  /** Whether orders may be handled here: somebody signed in, or the till is the owner's own. */
  get works(): boolean {
    return this.scopes.has("staff:order");
  }

  may(scope: string): boolean {
    return this.scopes.has(scope);
  }

  /** Hears a push. Returns what ends that. */
  on(name: string, handler: PushHandler): () => void {
    const handlers = this.#pushes.get(name) ?? new Set();
    this.#pushes.set(name, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** Answers a host request with what `handler` resolves to. */
  answer(name: string, handler: AskHandler): void {
    this.#asks.set(name, handler);
  }

  /** Calls `heard` whenever the session opened, or what it may see changed. Returns what ends that. */
  onOpen(heard: () => void): () => void {
    this.#opened.add(heard);
    return () => this.#opened.delete(heard);
  }

  /** Connects when this device was claimed before, or a code stands in the address. */
  async start(): Promise<void> {
    const code = new URLSearchParams(location.hash.slice(1)).get("claim");
    if (code !== null) {
      // Out of the address at once: it counts once, and addresses are copied and kept.
      history.replaceState(null, "", location.pathname);
      try {
        await this.claim(code);
        return;
      } catch (error) {
        if (this.#token.current === null) throw error;
      }
    }
    if (this.#token.current !== null) this.#connect();
  }

  /** Redeems a one-time code. Raises ShopError. */
  async claim(code: string): Promise<void> {
    const claimed = await this.#post("device.claim", JSON.stringify({ code }), decodeClaimed);
    this.#token.keep(claimed.token);
    this.#connect();
  }

  /** Signs a person in. Raises ShopError. */
  async signIn(pin: string): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    await this.#enter(session, pin);
    this.#pin = pin;
    this.#heard();
  }

  /** Changes the page's language, and that of what the shop says. */
  speak(lang: Lang): void {
    language.set(lang);
    if (this.#session !== null) this.#connect();
  }

  async signOut(): Promise<void> {
    this.#pin = null;
    this.person = null;
    this.scopes = this.#deviceScopes;
    await this.do("staff.logout.request", {});
    this.#heard();
  }

  /** Asks the shop. Raises ShopError, ShapeError. */
  async ask<T>(name: string, data: unknown, decode: Decode<T>): Promise<T> {
    if (this.#session === null) throw new ShopError("", "HOST_UNAVAILABLE");
    return asked(this.#session, name, data, decode);
  }

  /** Asks for something whose answer says nothing more. */
  do(name: string, data: unknown): Promise<void> {
    return this.ask(name, data, () => undefined);
  }

  /** Sends a file with whoever is signed in. Raises ShopError. */
  upload<T>(file: Blob, decode: Decode<T>): Promise<T> {
    return this.#post("uploads", file, decode);
  }

  /** A file a message has made. Raises ShopError. */
  async download(id: string): Promise<Blob> {
    const headers = { "Accept-Language": language.current, Authorization: `Bearer ${this.#token.current ?? ""}` };
    const response = await fetch(`/v1/downloads/${encodeURIComponent(id)}`, { headers }).catch(() => null);
    if (response === null) throw new ShopError("", "HOST_UNAVAILABLE");
    if (!response.ok) read(parse(await response.text()), nothing);
    return response.blob();
  }

  #connect(): void {
    this.#session?.close();
    this.state = "connecting";
    const session = new Session(
      {
        connect: () => new WebSocket(socketAddress()),
        token: () => Promise.resolve(this.#token.current ?? ""),
        client: { ...CLIENT, language: language.current },
        pingEveryMs: PING_EVERY_MS,
        longestWaitMs: LONGEST_WAIT_MS,
        prepare: async (opening) => {
          if (this.#narrowed !== undefined)
            await asked(opening, "subscribe.request", { names: this.#narrowed }, nothing, true);
          if (this.#pin !== null) await this.#enter(opening, this.#pin, true);
        },
      },
      {
        opened: (opened) => this.#begin(opened),
        push: ({ name, data, seq }) => this.#pushes.get(name)?.forEach((handler) => handler(data, seq)),
        ask: (envelope, callbackId) => void this.#asked(session, envelope, callbackId),
        lost: () => (this.state = "lost"),
        alive: (sign) => {
          this.contact.heard(sign);
          this.clock.set(sign.serverTime);
        },
        refused: () => this.#forget(),
      },
    );
    this.#session = session;
    session.start();
  }

  #begin({ device, scopes }: Opened): void {
    this.state = "open";
    this.device = device?.name ?? "";
    this.deviceId = device?.id ?? "";
    this.#deviceScopes = new Set(scopes);
    // Whoever is signed in is signed in again before anything is sent: until then the screens stay as they are.
    if (this.#pin === null) this.scopes = this.#deviceScopes;
    // Once what was prepared, a sign-in, is over.
    void this.ask("merchant.info.request", {}, decodeMerchant)
      .then(({ merchant }) => (this.shopName = merchant.name))
      .catch(() => undefined)
      .finally(() => this.#heard());
  }

  async #enter(session: Session, pin: string, atOnce = false): Promise<void> {
    const { staff, scopes } = await asked(session, "staff.login.request", { pin }, decodeSignedIn, atOnce).catch(
      (error: unknown) => {
        if (error instanceof ShopError && error.code !== "HOST_UNAVAILABLE") {
          this.#pin = null;
          this.person = null;
          this.scopes = this.#deviceScopes;
        }
        throw error;
      },
    );
    this.person = staff;
    this.scopes = new Set(scopes);
  }

  async #asked(session: Session, { name, data }: Envelope, callbackId: string): Promise<void> {
    const handler = this.#asks.get(name);
    const refused = { complete: false, errorMessage: `${name} is not answered by this till`, error: { code: "UNKNOWN_METHOD" } };
    const reply = handler === undefined ? refused : await handler(data).catch((error: unknown) => ({
      complete: false,
      errorMessage: error instanceof Error ? error.message : String(error),
      error: { code: "INVALID_ARGUMENT" },
    }));
    session.answer(callbackId, name.replace(/\.request$/, ".response"), reply);
  }

  #forget(): void {
    this.#token.forget();
    this.#pin = null;
    this.person = null;
    this.scopes = new Set();
    this.state = "unclaimed";
  }

  #heard(): void {
    for (const heard of this.#opened) heard();
  }

  async #post<T>(path: string, body: string | Blob, decode: Decode<T>): Promise<T> {
    const token = this.#token.current;
    const headers = {
      "Accept-Language": language.current,
      ...(typeof body === "string" ? { "Content-Type": "application/json" } : {}),
      ...(token === null || path === "device.claim" ? {} : { Authorization: `Bearer ${token}` }),
    };
    const response = await fetch(`/v1/${path}`, { method: "POST", headers, body }).catch(() => null);
    if (response === null) throw new ShopError("", "HOST_UNAVAILABLE");
    return read(parse(await response.text()), decode);
  }
}

/** Asks over a session; raises the shop's refusal. */
export function asked<T>(
  session: Session,
  name: string,
  data: unknown,
  decode: Decode<T>,
  atOnce = false,
): Promise<T> {
  return new Promise((resolve, reject) => {
    session.ask(
      { name, data },
      (reply) => {
        try {
          resolve(read(reply.data, decode));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      },
      atOnce,
    );
  });
}

export function socketAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/socket`;
}

function read<T>(data: unknown, decode: Decode<T>): T {
  const refused = refusalIn(data);
  if (refused !== null) throw refused;
  return decode(data);
}
