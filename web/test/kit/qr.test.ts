import decodeQR from "qr/decode.js";
import { describe, expect, it } from "vitest";
import { qrPath } from "../../src/kit/qr";

const SCALE = 4;

/** What a camera would see of a drawn symbol. */
function pixels({ size, path }: ReturnType<typeof qrPath>) {
  const side = size * SCALE;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g))
    for (let row = 0; row < SCALE; row += 1)
      for (let column = 0; column < SCALE; column += 1) {
        const pixel = (Number(y) * SCALE + row) * side + Number(x) * SCALE + column;
        data.fill(0, pixel * 4, pixel * 4 + 3);
      }
  return { width: side, height: side, data };
}

describe("a QR as a path (PAY-9)", () => {
  it.each(["jumak-practice-pay:019c1c14", `https://pay.example/${"가".repeat(60)}`, "0".repeat(1_000)])(
    "is read back as it was: %s",
    (text) => {
      expect(decodeQR(pixels(qrPath(text)))).toBe(text);
    },
  );

  it("keeps four modules of white around itself", () => {
    const { size, path } = qrPath("jumak");
    const places = [...path.matchAll(/M(\d+) (\d+)h/g)].flatMap(([, x, y]) => [Number(x), Number(y)]);
    expect([Math.min(...places), Math.max(...places)]).toEqual([4, size - 5]);
  });
});
