// The page at `/host`: index.html and hashed assets, served by the shop below `/host/`.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  base: "/host/",
  publicDir: false,
  build: {
    outDir: "../src/jumak/web/host",
    emptyOutDir: true,
    target: "es2022",
    // A data: URL would need a hole in the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
