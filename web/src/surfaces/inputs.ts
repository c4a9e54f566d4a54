/** The fields of an input popup: what they start with, what is still missing, what is answered. */

import type { PopupInput } from "../client/shapes";

export type Value = string | number | boolean | readonly string[];
export type Values = Readonly<Record<string, Value>>;

/** What a field holds before anybody touched it. */
export function startOf(input: PopupInput): Value {
  const { default: given } = input;
  switch (input.type) {
    case "checkbox":
      return Array.isArray(given) ? given.filter((one) => typeof one === "string") : [];
    case "toggle":
      return given === true;
    case "slider":
      return typeof given === "number" ? given : (input.min ?? 0);
    default:
      return typeof given === "number" ? String(given) : typeof given === "string" ? given : "";
  }
}

/** Ids of required fields that are empty, and of numbers that are none. */
export function unfit(inputs: readonly PopupInput[], values: Values): readonly string[] {
  return inputs.filter((input) => isUnfit(input, values[input.id])).map(({ id }) => id);
}

function isUnfit(input: PopupInput, value: Value | undefined): boolean {
  // A switch that is off is an answer.
  if (input.type === "toggle" || input.type === "slider") return false;
  const empty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
  if (empty) return input.required;
  return input.type === "number" && !Number.isFinite(Number(value));
}

/** The answer, typed as the settings are (contract, plugin-runtime §5); an empty number is left out. */
export function answerOf(inputs: readonly PopupInput[], values: Values): Readonly<Record<string, Value>> {
  const typed = inputs.flatMap((input): readonly (readonly [string, Value])[] => {
    const value = values[input.id] ?? startOf(input);
    if (input.type !== "number" && input.type !== "slider") return [[input.id, value]];
    return value === "" ? [] : [[input.id, Number(value)]];
  });
  return Object.fromEntries(typed);
}
