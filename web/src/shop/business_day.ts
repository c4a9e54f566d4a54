/** The shop's trading day: its wall clock and its cut-off, whatever zone this till stands in (NUM-4). */

export interface ShopDay {
  /** IANA name. */
  readonly timeZone: string;
  /** Before this hour of the wall clock it is still the day before. */
  readonly dayCutoffHour: number;
}

/** `YYYY-MM-DD` of an instant on the shop's calendar. */
export function localDay(at: number, timeZone: string): string {
  return wall(at, timeZone).day;
}

/** `YYYY-MM-DD` of the trading day an instant belongs to. */
export function businessDay(at: number, { timeZone, dayCutoffHour }: ShopDay): string {
  const { day, hour } = wall(at, timeZone);
  return hour < dayCutoffHour ? dayAfter(day, -1) : day;
}

/** The same for a time as the shop writes it, with its own offset. */
export function businessDayOf(iso: string, { dayCutoffHour }: Pick<ShopDay, "dayCutoffHour">): string {
  const day = iso.slice(0, 10);
  return Number(iso.slice(11, 13)) < dayCutoffHour ? dayAfter(day, -1) : day;
}

/** Where a trading day begins and the next one does, as shop-local times for a request. */
export function boundsOf(day: string, { dayCutoffHour }: Pick<ShopDay, "dayCutoffHour">): { readonly start: string; readonly end: string } {
  const hour = `T${String(dayCutoffHour).padStart(2, "0")}:00:00`;
  return { start: `${day}${hour}`, end: `${dayAfter(day, 1)}${hour}` };
}

/** So many days later; earlier below zero. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function wall(at: number, timeZone: string): { readonly day: string; readonly hour: number } {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  return { day: `${part("year")}-${part("month")}-${part("day")}`, hour: Number(part("hour")) };
}
