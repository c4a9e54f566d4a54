/**
 * The service worker at `/worker.js`: the till opens, and says that it connects, while the server is gone.
 *
 * Each build has a cache of its own, filled before the worker of that build takes over; it drops those of others. A page
 * comes from the server whenever that answers in time, so nobody is held to an old build.
 */

import { answerOf, cacheOf, isOutdated, type Shell } from "./shell";

declare const self: ServiceWorkerGlobalScope;
/** Filled in by the build (`vite.worker.config.ts`). */
declare const SHELL: Shell;
const shell = SHELL;

/** A server that hangs is as good as gone. */
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(cacheOf(shell)).then(async (cache) => {
      const all = [...shell.pages, ...shell.assets].map((path) => new Request(path, { cache: "no-cache" }));
      await cache.addAll(all);
      await self.skipWaiting();
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      await Promise.all(names.filter((name) => isOutdated(name, shell)).map((name) => caches.delete(name)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener("fetch", (event) => {
  const answer = answerOf(event.request, self.location.origin, shell);
  if (answer === null) return;
  event.respondWith(answer.kind === "page" ? page(event.request, answer.path) : asset(event.request, answer.path));
});

/** Never put into the cache: it holds one build as a whole, and a page of the next would lack its assets there. */
async function page(request: Request, path: string): Promise<Response> {
  const kept = await caches.match(path, { cacheName: cacheOf(shell) });
  if (kept === undefined) return fetch(request);
  const late = new Promise<Response>((settle) => setTimeout(() => settle(kept), PATIENCE_MS));
  return Promise.race([fetch(request).catch(() => kept), late]);
}

async function asset(request: Request, path: string): Promise<Response> {
  return (await caches.match(path, { cacheName: cacheOf(shell) })) ?? fetch(request);
}
