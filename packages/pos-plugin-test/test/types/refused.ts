/* eslint-disable @typescript-eslint/no-unsafe-call -- members that are not there have no type */

/* Code of tests and builds that must not compile: an error that is missing is an error of `tsc`. */

import { PluginTester, createWebpackConfig, startShop } from '../../src/index.js';
import type { Call, PluginTesterOptions } from '../../src/index.js';

// @ts-expect-error: the build needs a package.json
createWebpackConfig();
// @ts-expect-error: read, not named
createWebpackConfig('./package.json');
// @ts-expect-error: the source is a path
createWebpackConfig({ main: ['src/main.ts'] });
// @ts-expect-error: webpack's own options are changed in what it gives
createWebpackConfig({ main: 'src/main.ts', mode: 'development' });
// @ts-expect-error: the second argument is a folder
createWebpackConfig({ main: 'src/main.ts' }, { folder: '.' });
// @ts-expect-error: no such option of webpack
createWebpackConfig({ main: 'src/main.ts' }).outputPath = 'build';

// @ts-expect-error: no such profile
export const profile: PluginTesterOptions = { profile: 'legacy' };
// @ts-expect-error: a list of origins
export const acl: PluginTesterOptions = { acl: 'https://a.example' };
// @ts-expect-error: an origin leads to one other
export const originMap: PluginTesterOptions = { originMap: { 'https://a.example': ['http://localhost'] } };
// @ts-expect-error: no such option
export const timeout: PluginTesterOptions = { timeoutMs: 1 };
// @ts-expect-error: seeding takes as long as it takes
export const seed: PluginTesterOptions = { seed: () => undefined };

export async function refused(plugin: PluginTester): Promise<void> {
  // @ts-expect-error: `done` gets an error
  await plugin.start((passed: boolean) => passed);
  // @ts-expect-error: no such fault
  plugin.fault('order.add.request', 'explode');
  // @ts-expect-error: a delay has its unit
  plugin.fault('order.add.request', { delay: 5 });
  // @ts-expect-error: an event has data
  plugin.inject('barcode.event');
  // @ts-expect-error: what happened cannot be changed
  plugin.calls.push({ kind: 'request', name: 'a', data: {} });
  // @ts-expect-error: no such member of staff
  await plugin.staff.order.refund('1');
  const call = await plugin.called('order.add.request');
  // @ts-expect-error: the reply may not be there
  console.log(call.reply['complete']);
  // @ts-expect-error: data is not known beforehand
  const id: string = call.data['id'];
  // @ts-expect-error: no such kind
  const kind: Call['kind'] = 'push';
  // @ts-expect-error: no such group of scopes
  await (await startShop()).token('a', 'everything');
  console.log(id, kind);
}
