// The shop's own pages: an HTML file each, hashed assets, and what stands beside them in `public`.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const PAGES = ["till", "host", "kitchen", "display"];

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/jumak/web/site",
    emptyOutDir: true,
    target: "es2022",
    // A data: URL would need a hole in the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: PAGES.map((page) => `${page}.html`) },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
