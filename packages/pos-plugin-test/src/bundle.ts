import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createWebpackConfig, webpackOf, type PluginPackage } from './webpack-config.js';

/** A plugin as it is tested: who it is and the file it runs. */
export interface Bundle {
  id: string;
  version: string;
  file: string;
}

/** The plugin of a folder; `dist/main.js` is built when it is not there. Rejects with what webpack says. */
export async function bundleOf(folder: string, main?: string): Promise<Bundle> {
  const manifest = path.join(folder, 'package.json');
  const packageJson = (
    existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {}
  ) as PluginPackage;
  const file = path.resolve(folder, main ?? 'dist/main.js');
  if (!existsSync(file)) {
    if (main !== undefined) throw new Error(`${file} 파일이 없습니다 (there is no file ${file})`);
    await build(packageJson, folder);
  }
  return { id: idOf(packageJson.name ?? path.basename(folder)), version: packageJson.version ?? '0', file };
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
