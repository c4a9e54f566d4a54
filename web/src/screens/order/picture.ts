/** What stands where an item has no picture: its first letter on a calm colour, the same one every day. */

const HEX = /^#[\da-f]{6}$/iu;
/** Hues that go with warm paper; neighbours differ. */
const HUES = [28, 152, 205, 345, 48, 265, 95, 10, 180, 315];

export interface TileColor {
  readonly back: string;
  readonly ink: string;
}

/** color: the item's own, when it is a CSS hex colour.  place: of its category. */
export function tileColor(color: string | undefined, place: number): TileColor {
  if (color !== undefined && HEX.test(color)) return { back: `color-mix(in srgb, ${color} 22%, #fff)`, ink: `color-mix(in srgb, ${color} 60%, #201510)` };
  const hue = HUES[place % HUES.length] ?? 28;
  return { back: `hsl(${String(hue)} 45% 91%)`, ink: `hsl(${String(hue)} 40% 30%)` };
}

/** The first letter or digit of a title. */
export function initial(title: string): string {
  return /[\p{L}\p{N}]/u.exec(title)?.[0] ?? "·";
}
