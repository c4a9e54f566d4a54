/** Who may see which screen of the till. */

import type { Model } from "../../shop/model";
import type { ScreenId } from "../../shop/route.svelte";

export function maySee(id: ScreenId, { till, shop }: Model): boolean {
  switch (id) {
    case "order":
    case "status":
    case "settings":
      return true;
    case "reconcile":
      return till.may("staff:pay");
    case "tables":
      return shop.hasTables;
    case "catalog":
      return till.may("staff:order");
  }
}
