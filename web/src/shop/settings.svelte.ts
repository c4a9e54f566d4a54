/** What kind of shop this is: the settings screens go by. */

import { attempt, type Decoded, fields, flag, number, orElse, text } from "../client/decode";
import type { ShopDay } from "./business_day";
import type { Till } from "./till.svelte";

const settings = fields({
  name: text,
  businessType: text,
  paymentTiming: text,
  tablesEnabled: flag,
  bookingEnabled: orElse(flag, false),
  vatRatePercent: orElse(number, 10),
  largeDiscountBp: orElse(number, 2_000),
  timeZone: orElse(text, "Asia/Seoul"),
  dayCutoffHour: orElse(number, 4),
  version: number,
});
export type Settings = Decoded<typeof settings>;
const decodeSettings = fields({ settings });

export class ShopSettings {
  current = $state.raw<Settings | null>(null);
  readonly #till: Till;

  constructor(till: Till) {
    this.#till = till;
    till.onOpen(() => void this.refresh());
  }

  /** Guests pay after eating (후불). */
  get postpaid(): boolean {
    const shop = this.current;
    return shop?.paymentTiming === "PAY_LATER" && ["CAFE", "RESTAURANT"].includes(shop.businessType);
  }

  /** Only restaurants in which guests pay afterwards have tables (contract, table). */
  get hasTables(): boolean {
    return this.postpaid && this.current?.tablesEnabled === true && this.current.businessType === "RESTAURANT";
  }

  /** By which the shop's days begin and end; a shop's usual ones until the settings were read. */
  get day(): ShopDay {
    return this.current ?? { timeZone: "Asia/Seoul", dayCutoffHour: 4 };
  }

  async refresh(): Promise<void> {
    if (!this.#till.may("staff:order")) return;
    const read = await this.#till.ask("shop-setting.get.request", {}, (data) => attempt(decodeSettings, data));
    if (read !== null) this.current = read.settings;
  }
}
