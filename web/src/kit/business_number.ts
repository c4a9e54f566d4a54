/** A business number as people read it: 123-45-67890. Digits that make no whole one are grouped as far as they go. */
export function grouped(digits: string): string {
  return [digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)].filter((part) => part !== "").join("-");
}
