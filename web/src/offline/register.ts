/** Has a page keep its shell in the browser, so that it opens while the server is gone. */

const LOOK_EVERY_MS = 3_600_000;

/** Browsers keep nothing for plain http outside of localhost: there pages need their server, as ever. */
export function keepShell(): void {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register("/worker.js", { updateViaCache: "none" })
    // A till that is never closed hears of a new build as well.
    .then((kept) => setInterval(() => void kept.update().catch(() => undefined), LOOK_EVERY_MS))
    .catch(() => undefined);
}
