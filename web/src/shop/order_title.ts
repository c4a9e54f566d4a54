import type { Order } from "../client/shapes";
import { t } from "../kit/words.svelte";

/** What staff call an order: its table, else its number. */
export function orderTitle({ table, number, id }: Order): string {
  const name = t("orderName", { n: number === undefined || number === "" ? id.slice(-4) : number });
  return table === undefined || table.title === "" ? name : `${table.title} · ${name}`;
}
