import { t } from "../kit/words.svelte";

interface Called {
  readonly id: string;
  readonly number: string | undefined;
  readonly table: { readonly title: string } | undefined;
}

/** What staff call an order: its table and its number. */
export function orderTitle({ table, number, id }: Called): string {
  const name = t("orderName", { n: number === undefined || number === "" ? id.slice(-4) : number });
  return table === undefined || table.title === "" ? name : `${table.title} · ${name}`;
}
