/** What kinds of card terminals are called; one this page does not know by its own name. */

import { t } from "./words";

export function driverName(driver: string): string {
  return driver === "simulator" ? t("simulator") : driver;
}
