import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      '@jumak/pos-plugin-sdk': fileURLToPath(new URL('../pos-plugin-sdk/src/index.ts', import.meta.url)),
    },
  },
  // Packing builds the SDK anew, which the other tests bundle: one file at a time.
  test: { include: ['test/**/*.test.ts'], environment: 'node', fileParallelism: false },
});
