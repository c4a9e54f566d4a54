// What every plugin origin serves at `/.jumak/`: plain scripts under names that never change, one
// build each, because a worker that imports a plugin's script has to be a classic one.
import { cpSync } from "node:fs";
import { defineConfig } from "vite";

const OUT = "../src/jumak/web/plugin";

export default defineConfig(({ mode }) => ({
  publicDir: false,
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: "es2022",
    lib: {
      entry: `src/plugin/${mode}.ts`,
      formats: ["iife"],
      name: "jumak",
      fileName: () => `${mode}.js`,
    },
  },
  plugins: [
    {
      name: "watch-page",
      writeBundle() {
        if (mode === "watch") cpSync("src/plugin/watch.html", `${OUT}/watch.html`);
      },
    },
  ],
}));
