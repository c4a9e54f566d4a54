import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const tools = path.join(root, '../../node_modules');
const bin = (tool: string): string => path.join(tools, '.bin', tool);
let folder: string;

/** What a plugin imports after its author changed one line of package.json. */
const VENDOR = '@tossplace/pos-plugin-sdk';

const WORKER = `import { posPluginSdk } from '${VENDOR}';
posPluginSdk.category.getCategories().then((categories) => posPluginSdk.toast.open(categories[0].title));
`;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pos-plugin-sdk-'));
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  const text = packed.toString();
  const [{ filename }] = JSON.parse(text.slice(text.indexOf('['))) as [{ filename: string }];
  const modules = path.join(folder, 'node_modules');
  for (const name of [VENDOR, '@jumak/pos-plugin-sdk']) {
    const place = path.join(modules, name);
    mkdirSync(place, { recursive: true });
    execFileSync('tar', ['-xzf', path.join(folder, filename), '-C', place, '--strip-components=1']);
  }
  // The tools of a fresh project, taken from here: nothing is downloaded.
  for (const tool of ['typescript', 'ts-loader', 'webpack', 'vite', 'esbuild']) {
    symlinkSync(path.join(tools, tool), path.join(modules, tool));
  }
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A fresh project with these files. */
function project(name: string, files: Record<string, string>): string {
  const place = path.join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
    writeFileSync(path.join(place, file), text);
  }
  return place;
}

/** Runs a bundle as a worker whose host answers; what the plugin sent, by name. */
async function sentBy(bundle: string): Promise<string[]> {
  const sent: string[] = [];
  let listener: ((event: object) => void) | undefined;
  const answers: Record<string, object> = {
    'plugin.info.request': { complete: true, name: 'lamp', version: '1' },
    'catalog-category.list.request': { complete: true, categories: [{ title: '면' }] },
  };
  const scope = {
    setTimeout,
    clearTimeout,
    queueMicrotask,
    console,
    addEventListener: (type: string, heard: (event: object) => void) => {
      if (type === 'message') listener = heard;
    },
    postMessage: (message: { name: string; callbackId?: string }) => {
      sent.push(message.name);
      const data = answers[message.name];
      if (data === undefined) return;
      queueMicrotask(() => listener?.({ data: { name: 'x', callbackId: message.callbackId, data } }));
    },
  };
  runInNewContext(bundle, Object.assign(scope, { self: scope }));
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return sent.filter((name) => name !== 'log');
}

const SENT = ['plugin.info.request', 'catalog-category.list.request', 'toast.open'];

describe('the packed package', () => {
  test('H-79: holds the builds and their types, no dependency, and is small', () => {
    const place = path.join(folder, 'node_modules', VENDOR);
    const { dependencies, version } = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8')) as {
      dependencies?: object;
      version: string;
    };
    expect(dependencies).toBeUndefined();
    for (const file of ['esm/index.js', 'esm/index.d.ts', 'cjs/index.js', 'cjs/index.d.ts']) {
      expect(existsSync(path.join(place, 'dist', file)), file).toBe(true);
    }
    const bundle = readFileSync(path.join(place, 'dist/esm/index.js'), 'utf8');
    expect(bundle).toContain(`SDK_VERSION = "${version}"`);
    expect(bundle.length).toBeLessThan(120_000);
  });

  test('H-79: Node imports it', async () => {
    const place = project('node-esm', {
      'package.json': '{"type":"module"}',
      'main.js': `import { posPluginSdk, connect, PosPluginSdkError } from '${VENDOR}';
posPluginSdk.order.getOrder('1').catch((error) =>
  console.log(typeof connect, PosPluginSdkError.isPosPluginSdkError(error), error.code));`,
    });
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: place });
    expect(stdout.trim()).toBe('function true HOST_UNAVAILABLE');
  });

  test('H-79: Node requires it, and ends by itself', async () => {
    const place = project('node-cjs', {
      'package.json': '{}',
      'main.js': `const { posPluginSdk, ui, websocket } = require('${VENDOR}');
console.log(Object.keys(posPluginSdk).length, ui === posPluginSdk.ui, websocket === posPluginSdk.websocket);`,
    });
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: place, timeout: 5_000 });
    expect(stdout.trim()).toBe('29 true true');
  });

  test('H-79: webpack with ts-loader', async () => {
    const place = project('webpack-ts', {
      'package.json': '{}',
      'tsconfig.json':
        '{"compilerOptions":{"strict":true,"target":"ES2020","module":"ESNext","moduleResolution":"node"}}',
      'src/main.ts': WORKER.replace(
        '(categories) => posPluginSdk.toast.open(categories[0].title)',
        '(categories) => { const title: string = categories[0].title; posPluginSdk.toast.open(title); }',
      ),
      'webpack.config.js': `module.exports = { mode: 'production', target: 'webworker', entry: './src/main.ts',
  module: { rules: [{ test: /\\.ts$/, use: 'ts-loader' }] }, resolve: { extensions: ['.ts', '.js'] },
  output: { path: __dirname + '/dist', filename: 'main.js' } };`,
    });
    await run(bin('webpack'), ['--config', 'webpack.config.js'], { cwd: place });
    expect(await sentBy(readFileSync(path.join(place, 'dist/main.js'), 'utf8'))).toEqual(SENT);
  }, 60_000);

  test('H-79: webpack with plain JavaScript that requires it', async () => {
    const place = project('webpack-js', {
      'package.json': '{}',
      'main.js': WORKER.replace(/import (.*) from '(.*)';/, "const $1 = require('$2');"),
      'webpack.config.js': `module.exports = { mode: 'production', target: 'webworker', entry: './main.js',
  output: { path: __dirname + '/dist', filename: 'main.js' } };`,
    });
    await run(bin('webpack'), ['--config', 'webpack.config.js'], { cwd: place });
    expect(await sentBy(readFileSync(path.join(place, 'dist/main.js'), 'utf8'))).toEqual(SENT);
  }, 60_000);

  test('H-79: esbuild', async () => {
    const place = project('esbuild', { 'package.json': '{}', 'main.js': WORKER });
    await run(bin('esbuild'), ['main.js', '--bundle', '--outfile=out.js'], { cwd: place });
    expect(await sentBy(readFileSync(path.join(place, 'out.js'), 'utf8'))).toEqual(SENT);
  });

  test('H-79: Vite, by a bundler alias', async () => {
    const place = project('vite', {
      'package.json': '{"type":"module"}',
      'main.js': WORKER,
      'vite.config.js': `export default { resolve: { alias: { '${VENDOR}': '@jumak/pos-plugin-sdk' } },
  build: { minify: false, lib: { entry: 'main.js', formats: ['iife'], name: 'plugin', fileName: () => 'main.js' } } };`,
    });
    await run(bin('vite'), ['build', '--logLevel', 'warn'], { cwd: place });
    expect(await sentBy(readFileSync(path.join(place, 'dist/main.js'), 'utf8'))).toEqual(SENT);
  }, 60_000);

  test.each([
    ['node16, ES module', '{"type":"module"}', 'node16', 'node16'],
    ['node16, CommonJS', '{}', 'node16', 'node16'],
    ['bundler', '{}', 'ESNext', 'bundler'],
    ['node10', '{}', 'CommonJS', 'node10'],
  ])(
    'H-79: types are found by %s, without lib.dom and with libraries checked',
    async (name, json, module, resolution) => {
      const place = project(`types-${name.replace(/\W+/g, '-')}`, {
        'package.json': json,
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            ...{ noEmit: true, strict: true, target: 'ES2020', lib: ['ES2020'], types: [] },
            ...{ module, moduleResolution: resolution },
          },
        }),
        'main.ts': `import { posPluginSdk, type PluginOrder, type PluginPaymentDto } from '${VENDOR}';
export const read = async (): Promise<PluginOrder[]> => posPluginSdk.order.getOrders({ page: 1 });
export type Own = PluginPaymentDto<'EXTERNAL'>['sourceType'];
// @ts-expect-error: amounts are numbers
export const wrong: PluginPaymentDto['amountMoney'] = '1';`,
      });
      const { stdout } = await run(bin('tsc'), ['-p', 'tsconfig.json', '--pretty', 'false'], {
        cwd: place,
      }).catch((error: unknown) => error as { stdout: string });
      expect(stdout).toBe('');
    },
    60_000,
  );
});
