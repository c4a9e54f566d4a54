/** QR symbols as paths. */

import encodeQR from "qr";

/** Modules of white around a symbol, without which phones do not find it. */
const QUIET = 4;

/** size: modules on a side, quiet zone and all.  path: its dark modules, one unit each. */
export interface DrawnQr {
  readonly size: number;
  readonly path: string;
}

/** Draws a text. Raises Error for one that is too long for any symbol. */
export function qrPath(text: string): DrawnQr {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET });
  const path = rows
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${String(x)} ${String(y)}h1v1h-1z` : "")))
    .join("");
  return { size: rows.length, path };
}
