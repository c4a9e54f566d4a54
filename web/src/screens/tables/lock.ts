import type { TableStatus } from "../../client/table";
import type { Floor } from "../../shop/floor.svelte";
import { t } from "./words";

/** Who takes this table's money right now; empty when nobody does. */
export function lockText(floor: Floor, table: TableStatus): string {
  const lock = floor.lockOf(table);
  if (lock === undefined) return "";
  return floor.isLocked(table) ? t("paying", { who: lock.by }) : t("payingHere");
}
