/** Points in time and spans as the screen writes them; times of the shop are read from their own text. */

/** `HH:MM` of an ISO time, in the shop's time zone, which is how the shop wrote it. */
export function clockOf(iso: string): string {
  return iso.slice(11, 16);
}

/** `HH:MM` of a time in milliseconds, in the zone of another time of the shop (`…+09:00`). */
export function clockIn(at: number, iso: string): string {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(iso);
  const [, sign = "+", hours = "0", minutes = "0"] = zone ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  return new Date(at + offset * 60_000).toISOString().slice(11, 16);
}

/** `M:SS`, from an hour on `H:MM:SS`. Below nothing it is nothing. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(seconds % 60)}` : `${String(minutes)}:${two(seconds % 60)}`;
}
