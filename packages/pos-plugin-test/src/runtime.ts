import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** A file of `runtime/`, which lies beside `src` and, once built, above `dist`. */
export function runtimeFile(name: string): string {
  const found = ['../runtime', '../../runtime']
    .map((folder) => path.join(here, folder, name))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${name} is missing: install @jumak/pos-plugin-test again`);
  return found;
}
