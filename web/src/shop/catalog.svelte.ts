/** The menu as the shop's people look after it: what is sold out, and for managers everything else (CAT-*). */

import {
  decodeEditedItem,
  decodeFilled,
  decodeFillers,
  decodeGroup,
  decodeGroups,
  type EditedItem,
  type Filler,
  type OptionGroup,
} from "../client/catalog";
import type { Json } from "../client/decode";
import { type Category, decodeItem, type MenuItem } from "../client/menu";
import { decodePicture } from "../client/menu_file";
import { decodeUpload } from "../client/shapes";
import { Menu } from "./menu.svelte";
import type { Till } from "./till.svelte";

/** Everything but what was deleted: who looks after the menu also sees what is not offered now. */
const STATES = ["ON_SALE", "SOLD_OUT", "UNAVAILABLE"];

export type SaleState = "ON_SALE" | "SOLD_OUT" | "UNAVAILABLE";
/** How a mark goes again: by hand, or when the next day opens (CAT-2). */
export type Until = "manual" | "day-open";

/** A mark that was made here; version: of the item that has it, once the shop said so. */
interface Mark {
  readonly state: string;
  readonly until: string | undefined;
  readonly version: number | null;
}

export class Catalog {
  groups = $state.raw<readonly OptionGroup[]>([]);
  readonly menu: Menu;
  readonly #till: Till;
  readonly #ends: readonly (() => void)[];
  #marks = $state.raw<ReadonlyMap<number, Mark>>(new Map());
  /** The order of categories as it was changed here, until the shop has it. */
  #order = $state.raw<readonly number[] | null>(null);

  constructor(till: Till) {
    this.#till = till;
    this.menu = new Menu(till, STATES);
    const read = () => void this.refresh().catch(() => undefined);
    this.#ends = [till.on("catalog-item-option.change.event", read), till.onOpen(read)];
    read();
    void this.menu.refresh().catch(() => undefined);
  }

  /** Hears of no change any more. */
  leave(): void {
    for (const end of this.#ends) end();
    this.menu.leave();
  }

  get mayEdit(): boolean {
    return this.#till.may("staff:manage");
  }

  /** Categories in menu order, disabled ones included. */
  get categories(): readonly Category[] {
    const order = this.#order;
    if (order === null) return this.menu.categories;
    const place = new Map(order.map((id, index) => [id, index]));
    return [...this.menu.categories].sort((a, b) => (place.get(a.id) ?? order.length) - (place.get(b.id) ?? order.length));
  }

  /** What stands on the item: the mark made here until the shop tells of it or of something newer. */
  markOf(item: MenuItem): { readonly state: string; readonly until: string | undefined } {
    const mark = this.#marks.get(item.id);
    if (mark === undefined || (mark.version !== null && item.version >= mark.version)) return { state: item.state, until: item.stateUntil };
    return mark;
  }

  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) return;
    this.groups = (await this.#till.ask("catalog-item-option.list.request", {}, decodeGroups)).options;
  }

  /**
   * Marks an item; shown at once, taken back when refused. Raises ShopError.
   * Returns what stands then: an item without stock, or with an option nobody can choose, stays sold out (CAT-5, CAT-9).
   */
  async mark(item: MenuItem, state: SaleState, until: Until): Promise<string> {
    this.#mark(item.id, { state, until: state === "SOLD_OUT" ? until : undefined, version: null });
    const asked = { catalog: { id: item.id }, state, ...(state === "ON_SALE" ? {} : { until }) };
    try {
      const { catalog } = await this.#till.ask("catalog-item.set-state.request", asked, decodeItem);
      this.#mark(item.id, { state: catalog.state, until: catalog.stateUntil, version: catalog.version });
      return catalog.state;
    } catch (error) {
      this.#mark(item.id, null);
      throw error;
    }
  }

  /** Marks a choice of an option group. Raises ShopError. */
  async markChoice(groupId: number, choiceId: number, state: "ON_SALE" | "SOLD_OUT", until: Until): Promise<void> {
    const before = this.groups;
    this.groups = before.map((group) =>
      group.id !== groupId
        ? group
        : { ...group, choices: group.choices.map((choice) => (choice.id === choiceId ? { ...choice, state } : choice)) },
    );
    const asked = { option: { id: groupId }, choice: { id: choiceId }, state, ...(state === "ON_SALE" ? {} : { until }) };
    try {
      const { option } = await this.#till.ask("catalog-item-option.set-choice-state.request", asked, decodeGroup);
      this.#take(option);
    } catch (error) {
      this.groups = before;
      throw error;
    }
  }

  /** A new category, behind the others. Raises ShopError. */
  addCategory(title: string): Promise<void> {
    const last = Math.max(0, ...this.menu.categories.map(({ order }) => order));
    return this.#category("add", { category: { title, order: last + 1, enabled: true } });
  }

  /** Changes a category as it was seen. Raises ShopError, VERSION when somebody else changed it first. */
  changeCategory({ id, version }: Category, change: { readonly title?: string; readonly enabled?: boolean }): Promise<void> {
    return this.#category("update", { category: { id, ...change }, expectedVersion: version });
  }

  /** Raises ShopError, CATEGORY_NOT_EMPTY while it holds items. */
  async deleteCategory({ id }: Category): Promise<void> {
    await this.#category("delete", { category: { id } });
    if (this.menu.categoryId === id) this.menu.open(null);
  }

  /** Puts a category at a place among the others; shown at once, taken back when refused. Raises ShopError. */
  async place(id: number, place: number): Promise<void> {
    const others = this.categories.map((category) => category.id).filter((other) => other !== id);
    const order = [...others.slice(0, place), id, ...others.slice(place)];
    this.#order = order;
    const known = new Map(this.menu.categories.map((category) => [category.id, category]));
    try {
      for (const [index, each] of order.entries()) {
        const category = known.get(each);
        if (category === undefined || category.order === index + 1) continue;
        const asked = { category: { id: each, order: index + 1 }, expectedVersion: category.version };
        await this.#till.do("catalog-category.update.request", asked);
      }
    } finally {
      await this.menu.refresh().catch(() => undefined);
      // Somebody who moved another one meanwhile has asked for an order of their own.
      if (this.#order === order) this.#order = null;
    }
  }

  async item(id: number): Promise<EditedItem> {
    return (await this.#till.ask("catalog-item.get.request", { catalog: { id } }, decodeEditedItem)).catalog;
  }

  /** version: the one that was read, absent for a new item. Raises ShopError: VERSION, BARCODE_TAKEN and others with a `path`. */
  async save(catalog: Json, version?: number): Promise<EditedItem> {
    const name = version === undefined ? "catalog-item.add.request" : "catalog-item.update.request";
    const asked = { catalog, ...(version === undefined ? {} : { expectedVersion: version }) };
    const saved = await this.#till.ask(name, asked, decodeEditedItem);
    this.#mark(saved.catalog.id, null);
    return saved.catalog;
  }

  delete(id: number): Promise<void> {
    return this.#till.do("catalog-item.delete.request", { catalog: { id } });
  }

  /** Has the shop keep a picture; returns the address for an item. Raises ShopError. */
  async picture(file: Blob): Promise<string> {
    const { id: upload } = await this.#till.upload(file, decodeUpload);
    return (await this.#till.ask("catalog-picture.add.request", { upload }, decodePicture)).picture.imageUrl;
  }

  /** Books goods: how many came or went, or how many were counted. Raises ShopError. */
  adjust(id: number, priceId: number, by: { readonly delta: number } | { readonly quantity: number }, reason: string): Promise<void> {
    return this.#till.do("catalog-item.adjust-stock.request", { catalog: { id }, priceId, ...by, reason });
  }

  async group(id: number): Promise<OptionGroup> {
    return (await this.#till.ask("catalog-item-option.get.request", { option: { id } }, decodeGroup)).option;
  }

  /** version: the one that was read, absent for a new group. Raises ShopError. */
  async saveGroup(option: Json, version?: number): Promise<void> {
    const name = version === undefined ? "catalog-item-option.add.request" : "catalog-item-option.update.request";
    const asked = { option, ...(version === undefined ? {} : { expectedVersion: version }) };
    this.#take((await this.#till.ask(name, asked, decodeGroup)).option);
  }

  async deleteGroup(id: number): Promise<void> {
    await this.#till.do("catalog-item-option.delete.request", { option: { id } });
    this.groups = this.groups.filter((group) => group.id !== id);
  }

  /** Plugins that fill in a new item. */
  async fillers(): Promise<readonly Filler[]> {
    return (await this.#till.ask("catalog-item.before-add-list.request", {}, decodeFillers)).plugins;
  }

  /** What a plugin suggests; null when it has nothing to say. */
  async fill(pluginId: string, typed: { readonly barcode?: string; readonly title?: string }): Promise<Json | null> {
    const asked = { pluginId, ...typed };
    return (await this.#till.ask("catalog-item.before-add-fill.request", asked, decodeFilled)).initialValue ?? null;
  }

  async #category(verb: "add" | "update" | "delete", asked: Json): Promise<void> {
    try {
      await this.#till.do(`catalog-category.${verb}.request`, asked);
    } finally {
      await this.menu.refresh().catch(() => undefined);
    }
  }

  #mark(id: number, mark: Mark | null): void {
    const marks = new Map(this.#marks);
    if (mark === null) marks.delete(id);
    else marks.set(id, mark);
    this.#marks = marks;
  }

  /** An answer may come after a push that told of something newer. */
  #take(option: OptionGroup): void {
    const known = this.groups.find(({ id }) => id === option.id);
    if (known === undefined) this.groups = [...this.groups, option];
    else if (known.version <= option.version) this.groups = this.groups.map((group) => (group.id === option.id ? option : group));
  }
}
