/** A fresh id of 22 URL-safe characters; `crypto.randomUUID` is missing on plain http of a LAN. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").slice(0, 22);
}
