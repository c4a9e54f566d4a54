/* Lint of the TypeScript workspaces. Style is prettier's. */

import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.venv/**',
      '**/generated/**',
      'tests/**',
      'docs/**',
      'schema/**',
      'build/**',
      // By its own rules, which know Svelte: `npm run check` there.
      'web/**',
      // A plugin as partners write theirs, by their own rules.
      'packages/pos-plugin-test/test/plugin/**',
    ],
  },
  {
    files: ['packages/**/*.ts', 'plugins/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A key that is left out of a copy, an argument that says what is passed.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // `noPropertyAccessFromIndexSignature` wants the brackets this rule would take away.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
);
