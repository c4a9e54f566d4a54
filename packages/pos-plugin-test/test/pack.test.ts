import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jumakCommand } from '../src/index.js';

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const tools = path.join(here, '../../../node_modules');
const bin = (tool: string): string => path.join(tools, '.bin', tool);
let folder: string;

const CHECKED = `import posPluginTest, { PluginTester, createWebpackConfig, type Call } from '@tossplace/pos-plugin-test';
export const config = posPluginTest.createWebpackConfig({ main: 'src/main.ts' });
export const same: typeof config = createWebpackConfig({ main: 'src/main.ts' });
export async function check(done: (error?: unknown) => void): Promise<Call> {
  const tester = await new PluginTester({ print: false }).start(done);
  tester.fault('order.add.request', { delayMs: 5 }, 2);
  await tester.staff.order.cancel('1');
  // @ts-expect-error: ids of orders are texts
  await tester.staff.order.cancel(1);
  // @ts-expect-error: no such fault
  tester.fault('order.add.request', 'explode');
  return tester.called('order.add.request', { count: 2 });
}`;

/** A project as the templates make it, its two dependencies pointed at ours and nothing else changed. */
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pos-plugin-template-'));
  cpSync(path.join(here, 'plugin'), folder, { recursive: true });
  const modules = path.join(folder, 'node_modules');
  const places = {
    'pos-plugin-test': ['@tossplace/pos-plugin-test'],
    'pos-plugin-sdk': ['@tossplace/pos-plugin-sdk', '@jumak/pos-plugin-sdk'],
  };
  for (const [workspace, names] of Object.entries(places)) {
    const cwd = path.join(here, '../..', workspace);
    const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd }).toString();
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
    for (const name of names) {
      const place = path.join(modules, name);
      mkdirSync(place, { recursive: true });
      execFileSync('tar', ['-xzf', path.join(folder, filename), '-C', place, '--strip-components=1']);
    }
  }
  for (const tool of ['typescript', 'ts-loader', 'webpack', 'ws', '@types']) {
    symlinkSync(path.join(tools, tool), path.join(modules, tool));
  }
  writeFileSync(
    path.join(folder, 'webpack.config.js'),
    `const { default: posPluginTest } = require('@tossplace/pos-plugin-test');
module.exports = posPluginTest.createWebpackConfig(require('./package.json'));`,
  );
}, 90_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a project made from a template', () => {
  test('H-79: builds with createWebpackConfig, then runs until `done` in PluginTester', async () => {
    await run(bin('webpack'), [], { cwd: folder });
    writeFileSync(
      path.join(folder, 'start.js'),
      `const { PluginTester } = require('@tossplace/pos-plugin-test');
new PluginTester().start((error) => console.log(error ?? 'done'));`,
    );
    const env = { ...process.env, CI: '1', JUMAK_COMMAND: jumakCommand(here) };
    const { stdout } = await run(process.execPath, ['start.js'], { cwd: folder, env });
    expect(stdout).toMatch(/\[stamp-card\] categories [1-9]/);
    expect(stdout.trim().split('\n').at(-1)).toBe('done');
  }, 120_000);

  test('H-79: is importable', async () => {
    writeFileSync(
      path.join(folder, 'load.mjs'),
      `import test, { PluginTester } from '@tossplace/pos-plugin-test';
console.log(typeof test.createWebpackConfig, typeof PluginTester);`,
    );
    const { stdout } = await run(process.execPath, ['load.mjs'], { cwd: folder });
    expect(stdout.trim()).toBe('function function');
  }, 60_000);

  test('H-79: is typed, for ES modules and for CommonJS', async () => {
    const files = ['check.mts', 'check.cts'];
    for (const file of files) writeFileSync(path.join(folder, file), CHECKED);
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--types', 'node', '--target', 'es2022'];
    const checked = await run(bin('tsc'), [...options, '--module', 'node16', ...files], {
      cwd: folder,
    }).catch((error: unknown) => error as { stdout: string });
    expect(checked.stdout).toBe('');
  }, 120_000);

  test.each([
    ['import, by Node', 'esm', { module: ts.ModuleKind.Node16 }, ts.ModuleKind.ESNext],
    ['require, by Node', 'cjs', { module: ts.ModuleKind.Node16 }, ts.ModuleKind.CommonJS],
    [
      'import, by a bundler',
      'esm',
      { moduleResolution: ts.ModuleResolutionKind.Bundler },
      ts.ModuleKind.ESNext,
    ],
    ['old resolution', 'cjs', { moduleResolution: ts.ModuleResolutionKind.Node10 }, undefined],
  ] as const)('H-79: its types are found: %s', (_, format, options, mode) => {
    for (const name of ['@tossplace/pos-plugin-test', '@tossplace/pos-plugin-sdk']) {
      const from = path.join(folder, 'src/main.ts');
      const found = ts.resolveModuleName(name, from, options, ts.sys, undefined, undefined, mode);
      const file = path.join(folder, 'node_modules', name, 'dist', format, 'index.d.ts');
      expect(found.resolvedModule?.resolvedFileName).toBe(file);
    }
  });
});
