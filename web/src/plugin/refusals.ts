/** What the policy of a plugin's origin refuses, told in its console with what to do about it (H-63). */

/** Tells each refusal; the same place is told once. */
export function tellRefusals(where: EventTarget, tell: (text: string) => void): void {
  const told = new Set<string>();
  where.addEventListener("securitypolicyviolation", (event) => {
    const text = refusal(String(Reflect.get(event, "blockedURI")), String(Reflect.get(event, "effectiveDirective")));
    if (told.has(text) || told.size >= MOST) return;
    told.add(text);
    tell(text);
  });
}

/** So many different places: a plugin that tries them all fills no console. */
const MOST = 100;

/** One refusal as a sentence. blocked: an address, or a word as `inline` and `eval`. */
export function refusal(blocked: string, directive: string): string {
  const { origin } = URL.canParse(blocked) ? new URL(blocked) : { origin: "null" };
  return origin === "null"
    ? `Refused: ${blocked.slice(0, LONGEST)} (${directive})`
    : `${origin} is not on the allow-list (${directive}): add origin ${origin}`;
}

const LONGEST = 200;
