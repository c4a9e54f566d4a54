import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { createWebpackConfig, webpackOf, type PluginPackage } from './webpack-config.js';

/** A plugin as its author would upload it, and the worker's script it holds. */
export interface Bundle {
  /** `main.js` on this disk. */
  file: string;
  zip: Uint8Array;
  /** What the zip is called: without a `plugin.json` the plugin's id and name come from it. */
  zipName: string;
}

/**
 * The plugin of a folder: its `dist`, and `plugin.json` where there is one. `dist/main.js` is built when it is not there.
 *
 * main: another script, packed alone. Rejects with what webpack says, and where `main` is not there.
 */
export async function bundleOf(folder: string, main?: string): Promise<Bundle> {
  const packageJson = (read(path.join(folder, 'package.json')) ?? {}) as PluginPackage;
  const zipName = `${idOf(packageJson.name ?? path.basename(path.resolve(folder)))}.zip`;
  const manifest = read(path.join(folder, 'plugin.json'));
  if (main !== undefined) {
    const file = path.resolve(folder, main);
    if (!existsSync(file)) throw new Error(`${file} 파일이 없습니다 (there is no file ${file})`);
    const alone = manifest === undefined ? undefined : { ...manifest, kind: 'worker', entry: 'main.js' };
    return { file, zipName, zip: zipped({ 'main.js': readFileSync(file) }, alone) };
  }
  const file = path.resolve(folder, 'dist/main.js');
  if (!existsSync(file)) await build(packageJson, folder);
  return { file, zipName, zip: zipped(below(folder, 'dist'), manifest) };
}

function read(file: string): Record<string, unknown> | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : undefined;
}

function below(folder: string, name: string): Record<string, Uint8Array> {
  const files = readdirSync(path.join(folder, name), { withFileTypes: true, recursive: true });
  return Object.fromEntries(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(folder, file).split(path.sep).join('/'), readFileSync(file)];
      }),
  );
}

function zipped(files: Record<string, Uint8Array>, manifest: object | undefined): Uint8Array {
  const all = { ...files };
  if (manifest !== undefined) all['plugin.json'] = new TextEncoder().encode(JSON.stringify(manifest));
  // One date for all: the same files are the same version, which without a manifest is the zip's hash.
  return zipSync(all, { mtime: '1990-01-01' });
}

async function build(packageJson: PluginPackage, folder: string): Promise<void> {
  const compiler = webpackOf(folder)(createWebpackConfig(packageJson, folder));
  await new Promise<void>((resolve, reject) => {
    compiler.run((error, stats) => {
      compiler.close(() => undefined);
      if (error) reject(error);
      else if (stats?.hasErrors() === true) reject(new Error(stats.toString({ all: false, errors: true })));
      else resolve();
    });
  });
}

/** A name of npm as the id of a plugin: `@shop/Stamp_Card` → `stamp-card`. */
export function idOf(name: string): string {
  const words = name
    .replace(/^@[^/]*\//, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return words.replace(/^-|-$/g, '').slice(0, 40) || 'plugin';
}
