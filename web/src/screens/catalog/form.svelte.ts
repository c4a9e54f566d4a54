/** A form of the menu while it is saved: what is wrong with it stands at the field it is about. */

import { tick } from "svelte";
import { ShopError } from "../../client/errors";
import { fieldOf } from "../../shop/item_draft";
import { trouble } from "../../shop/trouble";
import { t } from "./words";

type Word = Parameters<typeof t>[0];

export class Form {
  /** By field, as `fieldOf` names them. */
  problems = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** What is wrong and has no field to stand at. */
  problem = $state("");
  busy = $state(false);
  element: HTMLFormElement | undefined;

  /**
   * Saves, unless something is wrong before the shop is asked. Returns whether it was saved.
   * reread: shows what the shop has by now, when somebody else changed it first.
   */
  async save(wrong: ReadonlyMap<string, Word>, act: () => Promise<unknown>, reread: () => Promise<void>): Promise<boolean> {
    this.problem = "";
    await this.#show(new Map([...wrong].map(([field, word]) => [field, t(word)])));
    return wrong.size === 0 && this.run(act, reread);
  }

  /** Does something of the form, and shows why not when it is refused. Returns whether it was done. */
  async run(act: () => Promise<unknown>, reread?: () => Promise<void>): Promise<boolean> {
    this.problem = "";
    this.busy = true;
    try {
      await act();
      return true;
    } catch (error) {
      await this.#refused(error, reread);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #refused(error: unknown, reread: (() => Promise<void>) | undefined): Promise<void> {
    this.problem = trouble(error);
    if (!(error instanceof ShopError)) return;
    const field = fieldOf(error.data["path"]);
    if (error.reason === "VERSION" && reread !== undefined) {
      this.problem = t("changedElsewhere");
      await reread().catch(() => undefined);
    } else if (field !== "") {
      await this.#show(new Map([[field, this.problem]]));
      if (this.element?.querySelector("[aria-invalid='true']") != null) this.problem = "";
    }
  }

  async #show(found: ReadonlyMap<string, string>): Promise<void> {
    this.problems = found;
    await tick();
    this.element?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }
}
