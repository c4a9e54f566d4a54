/**
 * The menu as a till shows it: a category or a search at a time, page by page, so that fifty thousand
 * items open as fast as fifty. What was read is shown again at once and read anew behind it.
 */

import { type Category, decodeCategories, decodePage, type MenuItem } from "../client/menu";
import { pattern, searched } from "./matching";
import type { Till } from "./till.svelte";

const PAGE = 100;
/** Marked on the tile; what is not offered at all is not asked for (CAT-2). */
const SHOWN: readonly string[] = ["ON_SALE", "SOLD_OUT"];
const MOST_KEPT = 24;
/** Pushes of one change, of an import say, come many at a time. */
const SETTLE_MS = 120;
const TYPING_MS = 70;

/** What one category or search holds, as far as it was read. counts: by category, `total` beside them. */
export interface Listing {
  readonly total: number;
  readonly counts: ReadonlyMap<number, number>;
  readonly pages: ReadonlyMap<number, readonly MenuItem[]>;
  /** Guessed from items at hand until the shop has answered. */
  readonly guessed: boolean;
}

const NOTHING: Listing = { total: 0, counts: new Map(), pages: new Map(), guessed: true };

export class Menu {
  categories = $state.raw<readonly Category[]>([]);
  /** The category on screen, null for all of them. */
  categoryId = $state<number | null>(null);
  text = $state("");
  listing = $state.raw<Listing>(NOTHING);
  readonly #till: Till;
  readonly #states: readonly string[];
  readonly #ends: readonly (() => void)[];
  readonly #kept = new Map<string, Listing>();
  /** Pages asked for, and those read since the menu changed last. */
  readonly #asked = new Set<string>();
  readonly #fresh = new Set<string>();
  #range: readonly [number, number] = [0, 0];
  /** Grows with every change of the menu: an answer to an older question is not kept. */
  #age = 0;
  #changed: ReturnType<typeof setTimeout> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** Where the person was before searching. */
  #before: number | null = null;

  /** states: effective sale states (CAT-2) of the items it holds. */
  constructor(till: Till, states: readonly string[] = SHOWN) {
    this.#till = till;
    this.#states = states;
    this.#ends = [
      ...["catalog-item.change.event", "catalog-category.change.event", "catalog-item-option.change.event"].map((name) =>
        till.on(name, () => this.#stale()),
      ),
      till.onOpen(() => void this.refresh()),
    ];
  }

  /** Hears of no change any more: for a menu that does not live as long as its till. */
  leave(): void {
    for (const end of this.#ends) end();
    clearTimeout(this.#changed);
    clearTimeout(this.#typing);
  }

  /** Categories that are offered and hold something of what is on screen, in menu order. */
  get offered(): readonly Category[] {
    return this.categories.filter(({ id, enabled }) => enabled && (this.listing.counts.get(id) ?? 0) > 0);
  }

  get everything(): number {
    return [...this.listing.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  at(index: number): MenuItem | undefined {
    return this.listing.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Shows a category, null for all; a search stays. */
  open(categoryId: number | null): void {
    this.categoryId = categoryId;
    this.#show();
  }

  /** Looks for a text in the whole menu; an empty one ends that. */
  search(text: string): void {
    const was = searched(this.text) !== "";
    const is = searched(text) !== "";
    if (is && !was) {
      this.#before = this.categoryId;
      this.categoryId = null;
    }
    if (was && !is) this.categoryId = this.#before;
    this.text = text;
    this.#show();
  }

  /** Has these items read, as they come into view. */
  need(from: number, to: number): void {
    this.#range = [from, to];
    // While somebody types every letter is another question: only the last one is asked.
    clearTimeout(this.#typing);
    if (this.listing.guessed && this.text !== "") this.#typing = setTimeout(() => this.#read(), TYPING_MS);
    else this.#read();
  }

  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) return;
    this.#forget();
    this.#read();
    const { categories } = await this.#till.ask("catalog-category.list.request", {}, decodeCategories);
    this.categories = categories;
  }

  #stale(): void {
    clearTimeout(this.#changed);
    this.#changed = setTimeout(() => void this.refresh().catch(() => undefined), SETTLE_MS);
  }

  /** What was read stays on screen until it is read anew. */
  #forget(): void {
    this.#age += 1;
    this.#fresh.clear();
    this.#asked.clear();
  }

  /** Names what is on screen: a category, a search. */
  get key(): string {
    return `${String(this.categoryId ?? "")} ${searched(this.text)}`;
  }

  #show(): void {
    const kept = this.#kept.get(this.key);
    this.listing = kept ?? this.#guess();
    this.need(0, PAGE / 2);
  }

  /** What is at hand of what was asked for: shown until the shop has answered. */
  #guess(): Listing {
    const fits = pattern(this.text);
    const isSearch = searched(this.text) !== "";
    const found = new Map<number, MenuItem>();
    for (const { pages } of [...this.#kept.values(), this.listing])
      for (const item of [...pages.values()].flat())
        if (
          (this.categoryId === null || item.category.id === this.categoryId) &&
          (!isSearch || fits.test(searched(`${item.title}\n${Object.values(item.titleI18n?.languages ?? {}).join("\n")}`)))
        )
          found.set(item.id, item);
    const items = [...found.values()].slice(0, PAGE);
    return { total: items.length, counts: this.listing.counts, pages: new Map([[0, items]]), guessed: true };
  }

  #read(): void {
    const key = this.key;
    const [from, to] = this.#range;
    const known = this.#kept.get(key);
    const last = known === undefined ? 0 : Math.max(0, Math.ceil(known.total / PAGE) - 1);
    for (let page = Math.floor(from / PAGE); page <= Math.min(Math.floor(to / PAGE), last); page += 1)
      if (!this.#fresh.has(question(key, page))) void this.#readPage(key, page).catch(() => undefined);
  }

  async #readPage(key: string, page: number): Promise<void> {
    const asking = question(key, page);
    if (this.#asked.has(asking) || !this.#till.may("staff:order")) return;
    this.#asked.add(asking);
    const age = this.#age;
    const { categoryId, text } = this;
    const asked = {
      ...(categoryId === null ? {} : { categoryId }),
      ...(searched(text) === "" ? {} : { text: text.slice(0, 100) }),
      states: this.#states,
      page: page + 1,
      size: PAGE,
    };
    try {
      const { catalogs, total, categories } = await this.#till.ask("catalog-item.page.request", asked, decodePage);
      if (age !== this.#age) return;
      this.#fresh.add(asking);
      const pages = new Map(this.#kept.get(key)?.pages).set(page, catalogs);
      const counts = new Map(categories.map(({ id, count }) => [id, count]));
      this.#keep(key, { total, counts, pages, guessed: false });
    } finally {
      if (age === this.#age) this.#asked.delete(asking);
    }
  }

  #drop(key: string): void {
    for (const page of this.#kept.get(key)?.pages.keys() ?? []) this.#fresh.delete(question(key, page));
    this.#kept.delete(key);
  }

  #keep(key: string, listing: Listing): void {
    this.#kept.delete(key);
    this.#kept.set(key, listing);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#drop(oldest);
    if (key === this.key) {
      this.listing = listing;
      // A page that was not there to be asked for is, now that the total is known.
      this.#read();
    }
  }
}

function question(key: string, page: number): string {
  return `${key} ${String(page)}`;
}
