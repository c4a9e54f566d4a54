// The service worker of the shop's pages, built after them: it is told what they consist of.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";

const SITE = "../src/jumak/web/site";
const PAGES = { "/": "till.html", "/kitchen": "kitchen.html", "/display": "display.html", "/host": "host.html" };
const BESIDE = ["assets", "icons"];

const assets = BESIDE.flatMap((folder) =>
  existsSync(join(SITE, folder)) ? readdirSync(join(SITE, folder)).map((file) => `/${folder}/${file}`) : [],
);
assets.push("/manifest.webmanifest");
assets.sort();

const digest = createHash("sha256");
for (const path of [...Object.values(PAGES).map((page) => `/${page}`), ...assets])
  digest.update(path).update(readFileSync(join(SITE, path)));

export default defineConfig({
  publicDir: false,
  define: {
    SHELL: JSON.stringify({ version: digest.digest("hex").slice(0, 16), pages: Object.keys(PAGES), assets }),
  },
  build: {
    outDir: SITE,
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/offline/worker.ts", formats: ["iife"], name: "jumak", fileName: () => "worker.js" },
  },
});
