/* Builds dist/: one file for `import`, one for `require`, and the types beside each. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');
const require = createRequire(import.meta.url);

rmSync(dist, { recursive: true, force: true });

// npm packs the licence that lies in the package's own folder.
cpSync(path.join(here, '../../LICENSE'), path.join(here, 'LICENSE'));

for (const [format, type] of /** @type {const} */ ([
  ['esm', 'module'],
  ['cjs', 'commonjs'],
])) {
  await build({
    entryPoints: [path.join(here, 'src/index.ts')],
    outfile: path.join(dist, format, 'index.js'),
    bundle: true,
    format,
    platform: 'neutral',
    // Bundlers and POS terminals of some years ago still read this.
    target: 'es2019',
    charset: 'utf8',
    minifySyntax: true,
    legalComments: 'none',
  });
  writeFileSync(path.join(dist, format, 'package.json'), `{"type":"${type}"}\n`);
}

const tsc = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
execFileSync(process.execPath, [tsc, '-p', path.join(here, 'tsconfig.build.json')], { stdio: 'inherit' });

// The same declarations serve both: what tells the kinds apart is the package.json beside them.
mkdirSync(path.join(dist, 'cjs'), { recursive: true });
for (const file of readdirSync(path.join(dist, 'esm'), { recursive: true, encoding: 'utf8' })) {
  if (file.endsWith('.d.ts')) cpSync(path.join(dist, 'esm', file), path.join(dist, 'cjs', file));
}
