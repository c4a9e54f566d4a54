/** The menu handed out as a file and taken in from one, after a look at what that would do. */

import { decodeApplied, decodeDownload, decodePreview, type Preview } from "../client/menu_file";
import { decodeUpload } from "../client/shapes";
import { language } from "../kit/words.svelte";
import type { Till } from "./till.svelte";

export type FileKind = "csv" | "xlsx";

/** A made file, to be saved under its name. */
export interface Made {
  readonly name: string;
  readonly content: Blob;
}

export class MenuFile {
  preview = $state.raw<Preview | null>(null);
  /** How much of the preview is in the menu; null until it is begun. */
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  readonly #till: Till;

  constructor(till: Till) {
    this.#till = till;
  }

  /** The whole menu. Raises ShopError. */
  export(format: FileKind): Promise<Made> {
    return this.#made("catalog-export.create.request", { format });
  }

  /** The rows of the preview that are wrong, each with its reason. Raises ShopError. */
  badRows(format: FileKind): Promise<Made> {
    return this.#made("catalog-import.bad-rows.request", { format, importId: this.preview?.importId ?? "" });
  }

  /** Sends a file and learns what it would do; nothing is written. live: stock and states follow it too. Raises ShopError. */
  async look(file: Blob, live: boolean): Promise<void> {
    this.forget();
    const { id: upload } = await this.#till.upload(file, decodeUpload);
    const asked = { upload, live, language: language.current };
    this.preview = await this.#till.ask("catalog-import.preview.request", asked, decodePreview);
  }

  /**
   * Takes the good rows in, step by step; goes on where it was after a failure. Returns how many items that were.
   * Raises ShopError: VERSION when somebody changed the menu meanwhile.
   */
  async apply(): Promise<number> {
    const { importId = "" } = this.preview ?? {};
    let after = this.progress?.done ?? 0;
    for (;;) {
      const { done, total } = await this.#till.ask("catalog-import.apply.request", { importId, after }, decodeApplied);
      this.progress = { done, total };
      if (done >= total) return done;
      after = done;
    }
  }

  /** Another file, or none. */
  forget(): void {
    this.preview = null;
    this.progress = null;
  }

  async #made(name: string, asked: object): Promise<Made> {
    const { download, fileName } = await this.#till.ask(name, { ...asked, language: language.current }, decodeDownload);
    return { name: fileName, content: await this.#till.download(download) };
  }
}
