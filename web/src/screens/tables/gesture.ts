/** What a tap on a table means: usually to open it, or to be the target of something begun before. */

import type { TableOrder, TableStatus } from "../../client/table";
import { isOccupied, type Share } from "../../shop/floor.svelte";

export type Gesture =
  | { readonly kind: "move" | "merge" | "swap"; readonly from: TableStatus }
  | { readonly kind: "group"; readonly tableIds: readonly number[] }
  | {
      readonly kind: "split";
      readonly from: TableStatus;
      readonly order: TableOrder;
      readonly lines: readonly Share[];
      readonly numGuests: number | null;
    }
  | { readonly kind: "seat-party" | "seat-reservation"; readonly id: string; readonly who: string };

/** Whether it may be a target; the shop has the last word. */
export function mayTarget(gesture: Gesture, table: TableStatus): boolean {
  switch (gesture.kind) {
    case "move":
    case "split":
      return table.id !== gesture.from.id;
    case "merge":
    case "swap":
      return table.id !== gesture.from.id && isOccupied(table);
    case "group":
      return true;
    case "seat-party":
    case "seat-reservation":
      return !isOccupied(table);
  }
}
