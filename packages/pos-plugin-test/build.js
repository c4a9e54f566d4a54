/* Builds dist/: one file for `import`, one for `require`, and the types beside each. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');
const require = createRequire(import.meta.url);

// The SDK is built in, with its types: a project that names it otherwise, or has none, needs no second copy.
const sdk = path.join(here, '../pos-plugin-sdk/dist/esm');
if (!existsSync(path.join(here, '../pos-plugin-sdk/dist/esm/index.d.ts'))) {
  execFileSync(process.execPath, [path.join(here, '../pos-plugin-sdk/build.js')], { stdio: 'inherit' });
}

rmSync(dist, { recursive: true, force: true });

// npm packs the licence that lies in the package's own folder.
cpSync(path.join(here, '../../LICENSE'), path.join(here, 'LICENSE'));

for (const [format, type] of /** @type {const} */ ([
  ['esm', 'module'],
  ['cjs', 'commonjs'],
])) {
  const isCommon = format === 'cjs';
  await build({
    entryPoints: [path.join(here, 'src/index.ts')],
    outfile: path.join(dist, format, 'index.js'),
    bundle: true,
    external: ['webpack', 'ts-loader', 'ws', 'typescript'],
    format,
    platform: 'node',
    target: 'node20',
    charset: 'utf8',
    ...(isCommon
      ? {
          define: { 'import.meta.url': 'ownUrl' },
          banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href;" },
        }
      : {}),
  });
  writeFileSync(path.join(dist, format, 'package.json'), `{"type":"${type}"}\n`);
}

const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', path.join(here, 'tsconfig.build.json')], { stdio: 'inherit' });
for (const file of readdirSync(path.join(dist, 'esm'), { encoding: 'utf8' })) {
  const types = path.join(dist, 'esm', file);
  if (!file.endsWith('.d.ts')) continue;
  writeFileSync(types, readFileSync(types, 'utf8').replaceAll("'@jumak/pos-plugin-sdk'", "'./sdk/index.js'"));
}
cpSync(sdk, path.join(dist, 'esm/sdk'), {
  recursive: true,
  filter: (file) => !file.endsWith('.js') && !file.endsWith('package.json'),
});
for (const file of readdirSync(path.join(dist, 'esm'), { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.d.ts')) cpSync(path.join(dist, 'esm', file), path.join(dist, 'cjs', file));
}
