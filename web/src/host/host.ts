/** Every plugin this till hosts: kept in step with the shop's list (`hosted-plugin.list.request`). */

import type { HostedPlugin } from "../client/shapes";
import { Hosted, type Home } from "./hosted";

export class PluginHost {
  readonly #home: Home;
  readonly #list: () => Promise<readonly HostedPlugin[]>;
  readonly #hosted = new Map<string, Hosted>();
  #refreshing: Promise<void> = Promise.resolve();

  /** list: what the shop wants hosted here, now. */
  constructor(home: Home, list: () => Promise<readonly HostedPlugin[]>) {
    this.#home = home;
    this.#list = list;
  }

  /** The hosted plugins, by name. */
  get all(): readonly Hosted[] {
    return [...this.#hosted.values()].sort((one, other) => one.plugin.name.localeCompare(other.plugin.name, "ko"));
  }

  /** Reads the list again and starts, restarts and stops what it says. restart: that one in any case. */
  refresh(restart?: string): Promise<void> {
    // One after the other: two at once would start the same plugin twice.
    this.#refreshing = this.#refreshing.then(() => this.#refresh(restart)).catch(() => undefined);
    return this.#refreshing;
  }

  /** Stops all of them; a later `refresh` starts them again. */
  stop(): Promise<void> {
    this.#refreshing = this.#refreshing.then(() => this.#stop());
    return this.#refreshing;
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#hosted.values()].map((hosted) => hosted.stop()));
    this.#hosted.clear();
    this.#home.changed();
  }

  async #refresh(restart: string | undefined): Promise<void> {
    const wanted = new Map((await this.#list()).map((plugin) => [plugin.id, plugin]));
    await Promise.all(
      [...this.#hosted].map(async ([id, hosted]) => {
        const plugin = wanted.get(id);
        if (plugin !== undefined && id !== restart && isSame(plugin, hosted.plugin)) {
          hosted.retell();
          return;
        }
        await hosted.stop();
        if (plugin === undefined) this.#hosted.delete(id);
        else {
          hosted.plugin = plugin;
          hosted.start();
        }
      }),
    );
    for (const [id, plugin] of wanted)
      if (!this.#hosted.has(id)) {
        const hosted = new Hosted(plugin, this.#home);
        this.#hosted.set(id, hosted);
        hosted.start();
      }
    this.#home.changed();
  }
}

function isSame(one: HostedPlugin, other: HostedPlugin): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
