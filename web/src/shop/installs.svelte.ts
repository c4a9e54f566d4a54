/** Installed plugins, as the owner manages them. */

import { attempt } from "../client/decode";
import {
  decodeInspection,
  decodeInstalled,
  decodeInstalls,
  decodeUpload,
  type Inspection,
  type PluginInstall,
} from "../client/shapes";
import type { Till } from "./till.svelte";

/** A package that was uploaded and looked at, not installed yet. */
export interface Offered {
  readonly upload: string;
  readonly fileName: string;
  readonly inspection: Inspection;
}

export class Installs {
  all = $state.raw<readonly PluginInstall[]>([]);
  readonly #till: Till;

  constructor(till: Till) {
    this.#till = till;
    till.on("plugin.change.event", (data) => {
      // It names one that came, changed or went: which of these only the list tells.
      if (attempt(decodeInstalled, data) !== null) void this.refresh();
    });
    till.onOpen(() => void this.refresh());
  }

  async refresh(): Promise<void> {
    if (!this.#till.may("staff:own")) {
      this.all = [];
      return;
    }
    const { plugins } = await this.#till.ask("plugin.list.request", {}, decodeInstalls);
    this.all = [...plugins].sort((one, other) => one.name.localeCompare(other.name, "ko"));
  }

  /** Uploads a package and has it looked at. Raises ShopError. */
  async offer(file: File): Promise<Offered> {
    const { id: upload } = await this.#till.upload(file, decodeUpload);
    const asked = { package: upload, fileName: file.name };
    const inspection = await this.#till.ask("plugin.inspect.request", asked, decodeInspection);
    return { upload, fileName: file.name, inspection };
  }

  async install({ upload, fileName }: Offered, overrides: Readonly<Record<string, unknown>>): Promise<PluginInstall> {
    const asked = { package: upload, fileName, overrides };
    const { plugin } = await this.#till.ask("plugin.install.request", asked, decodeInstalled);
    await this.refresh();
    return plugin;
  }

  async update(id: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#till.do("plugin.update.request", { id, ...changes });
    await this.refresh();
  }

  async restart(id: string): Promise<void> {
    await this.#till.do("plugin.restart.request", { id });
  }

  async remove(id: string, keepData: boolean): Promise<void> {
    await this.#till.do("plugin.uninstall.request", { id, keepData });
    await this.refresh();
  }
}
