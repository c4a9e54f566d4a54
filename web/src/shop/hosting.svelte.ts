/**
 * The plugins this page runs, and what plugins show through it: wired to the till's session.
 *
 * Of the pages a browser has open one runs them; the others show which there are, and go on with them
 * once that page is closed.
 */

import { attempt } from "../client/decode";
import { Session } from "../client/session";
import {
  decodeAlert,
  decodeHosted,
  decodeHostedChange,
  decodeNavigation,
  decodeNotice,
  decodePopup,
  decodePopupClose,
  decodePower,
  decodeSound,
  decodeToast,
  decodeToken,
  decodeVerdict,
  type HostedPlugin,
} from "../client/shapes";
import { PluginHost } from "../host/host";
import type { HostedState } from "../host/hosted";
import { Pump } from "../host/pump";
import { PageStage } from "../host/stage";
import { Turn } from "../host/turn";
import { t } from "../kit/words.svelte";
import { Alerts } from "../surfaces/alerts.svelte";
import { Awake } from "../surfaces/awake";
import { plainText } from "../surfaces/plain";
import { Popups } from "../surfaces/popups.svelte";
import { playTones, soundOf } from "../surfaces/sounds";
import { Toasts } from "../surfaces/toasts.svelte";
import { CLIENT, socketAddress, type Till } from "./till.svelte";

/** A plugin with a page, as its tab shows it. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  /** elsewhere: another page of this browser runs it. */
  readonly state: HostedState | "elsewhere";
  readonly reason: string;
}

export class Hosting {
  /** Whether plugin pages can run here at all (contract, plugin-runtime §3). */
  readonly possible = canHost(location);
  readonly toasts = new Toasts();
  readonly alerts = new Alerts();
  readonly popups = new Popups();
  tabs = $state.raw<readonly Tab[]>([]);
  /** Where a plugin asked to go; the page takes it from here. */
  wanted = $state.raw<{ readonly tab: string } | "business-type-setting" | null>(null);
  /** While a payment is on screen plugins do not change screens (contract, ui §4). */
  busy = false;
  readonly #till: Till;
  readonly #turn: Turn | null;
  /** While another page runs them: what it runs. */
  #elsewhere: readonly HostedPlugin[] = [];
  #host: PluginHost | null = null;
  #stage: PageStage | null = null;

  constructor(till: Till) {
    this.#till = till;
    this.#turn = this.possible ? new Turn(navigator.locks) : null;
    const awake = new Awake();
    till.on("hosted-plugin.change.event", (data) => {
      const change = attempt(decodeHostedChange, data);
      this.#refresh(change?.restart === true ? change.pluginId : undefined);
    });
    till.on("toast.show.event", (data) => {
      const toast = attempt(decodeToast, data);
      if (toast !== null)
        this.toasts.show({ ...toast, message: plainText(toast.message), level: toast.level ?? "info" });
    });
    till.on("alert.show.event", (data) => {
      const alert = attempt(decodeAlert, data);
      if (alert !== null) this.alerts.open(alert.plugin, alert.alert);
    });
    till.on("sound.play.event", (data) => this.#play(data));
    till.on("power-saver.change.event", (data) => awake.set(attempt(decodePower, data)?.blocked === true));
    till.on("navigation.show.event", (data) => {
      const to = attempt(decodeNavigation, data);
      if (to === null || this.busy) return;
      if (to.page === "plugin-tab" && this.#isSilent) return;
      if (to.page === "plugin-tab") this.wanted = { tab: to.packageName ?? to.plugin.id };
      else if (to.page === "business-type-setting") this.wanted = "business-type-setting";
    });
    till.on("notice.event", (data) => {
      const notice = attempt(decodeNotice, data);
      if (notice !== null) this.tell(notice.text, notice.level);
    });
    till.on("popup.close.event", (data) => {
      const closed = attempt(decodePopupClose, data);
      if (closed !== null) this.popups.takeBack(closed.popupId);
    });
    till.answer("popup.open.request", (data) => {
      const { popupId, plugin, popup } = decodePopup(data);
      return this.popups.open(popupId, plugin, popup);
    });
    till.onOpen(() => this.#refresh());
    // A page nobody works at keeps no other from running them.
    $effect.root(() => {
      $effect(() => {
        if (till.state === "unclaimed") this.#end();
      });
    });
  }

  /** Begins to host. place: the element that holds the frames from now on. */
  begin(place: HTMLElement): void {
    if (!this.possible || this.#host !== null) return;
    const stage = new PageStage(place);
    this.#stage = stage;
    const host = new PluginHost(
      {
        stage,
        pump: new Pump(),
        openSession: (pluginId, resumeAfter, events) =>
          new Session(
            {
              connect: () => new WebSocket(socketAddress()),
              token: async () =>
                (await this.#till.ask("plugin.open-session.request", { pluginId }, decodeToken)).token,
              client: CLIENT,
              resumeAfter,
            },
            events,
          ),
        report: (pluginId, report) =>
          this.#till.ask("plugin.report.request", { pluginId, ...report }, decodeVerdict),
        changed: () => this.#changed(),
        now: Date.now,
      },
      async () => (await this.#till.ask("hosted-plugin.list.request", {}, decodeHosted)).plugins,
    );
    this.#host = host;
    if (this.#till.state === "open") this.#refresh();
  }

  /** Puts a plugin's page on screen, or none. */
  show(pluginId: string | null): void {
    this.#stage?.show(pluginId);
  }

  /** A line of the shop's own for staff. */
  tell(message: string, level = "info"): void {
    this.toasts.show({ plugin: { id: "", name: t("theShop") }, message, level, button: undefined });
  }

  #play(data: unknown): void {
    const played = attempt(decodeSound, data);
    if (played === null || this.#isSilent) return;
    const sound = soundOf(played.sound);
    if ("name" in sound) playTones(sound.name);
    else this.#host?.all.find(({ plugin }) => plugin.id === played.plugin.id)?.play(sound.url);
  }

  /** Whether another page of this till speaks for its plugins: what is heard or done once is not done here. */
  get #isSilent(): boolean {
    return this.#turn?.has === false;
  }

  /** Runs what the shop wants hosted, or waits for its turn. restart: that one in any case. */
  #refresh(restart?: string): void {
    const host = this.#host;
    if (host === null || this.#turn === null) return;
    if (this.#turn.has) {
      void host.refresh(restart);
      return;
    }
    void this.#look();
    this.#turn.take(() => void host.refresh());
  }

  /** Reads which plugins another page runs. */
  async #look(): Promise<void> {
    const { plugins } = await this.#till
      .ask("hosted-plugin.list.request", {}, decodeHosted)
      .catch(() => ({ plugins: this.#elsewhere }));
    this.#elsewhere = plugins;
    this.#changed();
  }

  #end(): void {
    this.#turn?.give();
    this.#elsewhere = [];
    void this.#host?.stop();
  }

  #changed(): void {
    const shown = this.#isSilent
      ? this.#elsewhere.map((plugin) => ({ plugin, state: "elsewhere" as const, reason: "" }))
      : (this.#host?.all ?? []);
    this.tabs = shown
      .filter(({ plugin }) => plugin.kinds.includes("iframe"))
      .map(({ plugin, state, reason }) => ({
        id: plugin.id,
        title: plugin.tab?.title === undefined || plugin.tab.title === "" ? plugin.name : plugin.tab.title,
        state,
        reason,
      }));
  }
}

function canHost({ protocol, hostname }: Location): boolean {
  return hostname === "localhost" || (protocol === "https:" && !/^[\d.]+$|^\[/.test(hostname));
}
