/** The shop's settings as forms: which there are, in which group, and what each may be. */

import type { Json } from "../../client/decode";
import type { Word } from "./words";

type Option = readonly [value: string | number, word: Word];

/** otherwise: what holds while the shop never set it; the shop leaves such settings out. */
export type Field = {
  readonly key: string;
  readonly word: Word;
  readonly hint?: Word;
  readonly otherwise?: string | number;
} & (
  | { readonly kind: "text" | "switch" }
  | { readonly kind: "number"; readonly unit: Word; readonly scale?: number }
  | { readonly kind: "choice"; readonly options: readonly Option[] }
);

export interface Form {
  readonly id: "shop" | "mode" | "money";
  readonly fields: readonly Field[];
}

const UNITS: readonly Option[] = [
  [1, "unit1"],
  [10, "unit10"],
  [100, "unit100"],
];

export const FORMS: readonly Form[] = [
  {
    id: "shop",
    fields: [
      { key: "name", word: "shopName", kind: "text" },
      { key: "businessNumber", word: "businessNumber", kind: "text" },
      { key: "representative", word: "representative", kind: "text" },
      { key: "address", word: "address", kind: "text" },
      { key: "phone", word: "phone", kind: "text" },
      { key: "dayCutoffHour", otherwise: 4, word: "dayCutoff", hint: "dayCutoffHint", kind: "number", unit: "hours" },
    ],
  },
  {
    id: "mode",
    fields: [
      {
        key: "businessType",
        word: "businessType",
        kind: "choice",
        options: [
          ["RESTAURANT", "restaurant"],
          ["CAFE", "cafe"],
          ["RETAIL", "retail"],
          ["SERVICE", "service"],
        ],
      },
      {
        key: "paymentTiming",
        word: "paymentTiming",
        kind: "choice",
        options: [
          ["PAY_FIRST", "payFirst"],
          ["PAY_LATER", "payLater"],
        ],
      },
      { key: "tablesEnabled", word: "tablesEnabled", hint: "tablesHint", kind: "switch" },
      { key: "bookingEnabled", word: "bookingEnabled", kind: "switch" },
      { key: "prepaidKitchenEarly", word: "kitchenEarly", kind: "switch" },
      { key: "preparationMinutes", otherwise: 15, word: "preparation", kind: "number", unit: "minutes" },
      { key: "reservationLeadMinutes", otherwise: 30, word: "reservationLead", kind: "number", unit: "minutes" },
    ],
  },
  {
    id: "money",
    fields: [
      {
        key: "taxType",
        otherwise: "GENERAL",
        word: "taxType",
        kind: "choice",
        options: [
          ["GENERAL", "taxGeneral"],
          ["SIMPLIFIED", "taxSimplified"],
          ["EXEMPT", "taxExempt"],
        ],
      },
      { key: "vatRatePercent", otherwise: 10, word: "vatRate", kind: "number", unit: "percent" },
      {
        key: "vatRounding",
        otherwise: "HALF_UP",
        word: "vatRounding",
        kind: "choice",
        options: [
          ["HALF_UP", "halfUp"],
          ["FLOOR", "floor"],
        ],
      },
      { key: "percentDiscountUnit", otherwise: 1, word: "percentUnit", kind: "choice", options: UNITS },
      { key: "orderRoundingUnit", otherwise: 1, word: "orderUnit", kind: "choice", options: UNITS },
      {
        key: "largeDiscountBp",
        otherwise: 2_000,
        word: "largeDiscount",
        hint: "largeDiscountHint",
        kind: "number",
        unit: "percent",
        scale: 100,
      },
      { key: "cashReceiptMandatory", word: "receiptMandatory", kind: "switch" },
      { key: "cashReceiptFloor", otherwise: 100000, word: "receiptFloor", kind: "number", unit: "won" },
    ],
  },
];

export type Entered = Readonly<Record<string, string | boolean>>;

/** What stands in the form's fields for these settings. */
export function entered(form: Form, settings: Json): Entered {
  return Object.fromEntries(form.fields.map((field) => [field.key, shown(field, settings[field.key] ?? field.otherwise)]));
}

function shown(field: Field, value: unknown): string | boolean {
  if (field.kind === "switch") return value === true;
  if (field.kind === "number" && typeof value === "number") return String(value / (field.scale ?? 1));
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What somebody changed, as the shop takes it: an empty text takes an optional setting away. */
export function changesOf(form: Form, before: Json, now: Entered): Json {
  const was = entered(form, before);
  return Object.fromEntries(
    form.fields.filter(({ key }) => now[key] !== was[key]).map((field) => [field.key, sent(field, now[field.key])]),
  );
}

function sent(field: Field, value: string | boolean | undefined): unknown {
  if (value === undefined || typeof value === "boolean") return value;
  const text = value.trim();
  switch (field.kind) {
    case "number":
      // What is no number goes as it is: the shop's refusal names the field.
      return text === "" || !Number.isFinite(Number(text)) ? text : Math.round(Number(text) * (field.scale ?? 1));
    case "choice":
      return field.options.find(([option]) => String(option) === text)?.[0];
    default:
      return text === "" ? null : text;
  }
}
