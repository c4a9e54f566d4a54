const LONGEST = 4_000;

/** An error as one text for the plugin's console: its stack where there is one. */
export function describe(error: unknown, otherwise = ""): string {
  if (error instanceof Error) {
    const said = `${error.name}: ${error.message}`;
    const { stack } = error;
    return (stack === undefined ? said : stack.includes(error.message) ? stack : `${said}\n${stack}`).slice(0, LONGEST);
  }
  if (otherwise !== "") return otherwise.slice(0, LONGEST);
  try {
    return (typeof error === "string" ? error : JSON.stringify(error)).slice(0, LONGEST);
  } catch {
    // What has no JSON: undefined, a function, a cycle.
    return typeof error;
  }
}
