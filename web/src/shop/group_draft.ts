/** An option group while it is edited (CAT-5): what stands in the form, as typed, and what is sent of it. */

import type { OptionGroup } from "../client/catalog";
import type { Json } from "../client/decode";
import { wonOf } from "../kit/amount";
import { inEnglish, titles } from "./titles";

/** Ids from here on are of choices that are new: they can be defaults before the shop has given them an id of their own. */
const NEW = 2 ** 52;

/** Numbers are as typed. */
export interface ChoiceDraft {
  readonly id: number;
  readonly title: string;
  readonly english: string;
  readonly priceValue: string;
  readonly isDefault: boolean;
  readonly quantityInputEnabled: boolean;
}

/** maxChoices: empty for no limit. */
export interface GroupDraft {
  readonly title: string;
  readonly english: string;
  readonly isRequired: boolean;
  readonly minChoices: string;
  readonly maxChoices: string;
  readonly choices: readonly ChoiceDraft[];
}

export function newChoice(choices: readonly ChoiceDraft[]): ChoiceDraft {
  const id = Math.max(NEW, ...choices.map((choice) => choice.id)) + 1;
  return { id, title: "", english: "", priceValue: "0", isDefault: false, quantityInputEnabled: false };
}

export function emptyGroup(): GroupDraft {
  return { title: "", english: "", isRequired: false, minChoices: "0", maxChoices: "", choices: [newChoice([])] };
}

export function groupDraft(group: OptionGroup): GroupDraft {
  return {
    title: group.title,
    english: inEnglish(group.titleI18n),
    isRequired: group.isRequired,
    minChoices: String(group.minChoices),
    maxChoices: group.maxChoices < 0 ? "" : String(group.maxChoices),
    choices: group.choices.map((choice) => ({
      id: choice.id,
      title: choice.title,
      english: inEnglish(choice.titleI18n),
      priceValue: String(choice.priceValue),
      isDefault: group.defaultChoices.includes(choice.id),
      quantityInputEnabled: choice.quantityInputEnabled,
    })),
  };
}

/** What is wrong with the form, by field, before the shop is asked; empty when nothing is. */
export function wrongGroup(draft: GroupDraft): ReadonlyMap<string, "needed" | "wrongNumber"> {
  const found = new Map<string, "needed" | "wrongNumber">();
  if (draft.title.trim() === "") found.set("title", "needed");
  if (!/^\d{1,4}$/.test(draft.minChoices.trim())) found.set("minChoices", "wrongNumber");
  if (!/^\d{0,4}$/.test(draft.maxChoices.trim())) found.set("maxChoices", "wrongNumber");
  draft.choices.forEach(({ title, priceValue }, place) => {
    if (title.trim() === "") found.set(`choices[${String(place)}].title`, "needed");
    if (wonOf(priceValue) === undefined) found.set(`choices[${String(place)}].priceValue`, "wrongNumber");
  });
  return found;
}

/** What is sent. The ids of new choices only tell which of them are defaults: the shop does not take them. */
export function sentGroup(draft: GroupDraft, before: OptionGroup | null): Json {
  const max = draft.maxChoices.trim();
  const shown = draft.choices.filter(({ isDefault }) => isDefault).map(({ id }) => id);
  return {
    ...(before === null ? {} : { id: before.id }),
    title: draft.title.trim(),
    ...titles(draft.english, before?.titleI18n),
    isRequired: draft.isRequired,
    minChoices: Number(draft.minChoices),
    maxChoices: max === "" ? -1 : Number(max),
    choices: draft.choices.map((choice) => ({
      id: choice.id,
      title: choice.title.trim(),
      ...titles(choice.english, before?.choices.find(({ id }) => id === choice.id)?.titleI18n),
      priceValue: wonOf(choice.priceValue),
      quantityInputEnabled: choice.quantityInputEnabled,
    })),
    // What is left out stays: a default that is sold out meanwhile is not shown, and is one again afterwards.
    ...(before !== null && same(shown, before.defaultChoices) ? {} : { defaultChoices: shown }),
  };
}

function same(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id) => other.includes(id));
}
