/* Code of tests and builds that must compile; `tsc` reads it, nobody runs it. */

import posPluginTest, {
  PluginTester,
  Refused,
  createWebpackConfig,
  startShop,
  type Call,
  type Done,
  type Fault,
  type PluginTesterOptions,
  type Shop,
} from '../../src/index.js';

/** As templates write it, whose package.json has more in it than the build reads. */
const packageJson = { name: 'a', version: '1.0.0', main: 'src/main.ts', scripts: { build: 'webpack' } };
export const config = posPluginTest.createWebpackConfig(packageJson);
export const same: typeof config = createWebpackConfig(packageJson, '/a/folder');
export const output: string | undefined = config.output?.path;

export function template(done: (error?: unknown) => void): void {
  void new PluginTester().start(done);
}

export const options: PluginTesterOptions = {
  ...{ folder: 'a', main: 'dist/other.js', command: 'jumak', print: false, headless: false },
  ...{ id: 'a', name: '가', sdkName: '나', profile: 'field' },
  scopes: ['catalog:read'],
  acl: ['https://*.example.com'],
  originMap: { 'https://a.example': 'http://127.0.0.1:1' },
  seed: async (staff) => {
    await staff.ext.catalogCategory.add({ category: { title: '계절 메뉴' } });
  },
};

export async function scripted(done: Done): Promise<Call> {
  const shop: Shop = await startShop();
  const plugin = await new PluginTester({ ...options, shop }).start(done);
  const { id, profile, acl } = plugin.plugin;
  await plugin.staff.ext.plugin.restart({ id });
  const faults: Fault[] = ['lost', 'lost-reply', 'duplicate', 'locked', 'offline', { delayMs: 5 }];
  for (const fault of faults) plugin.fault('order.add.request', fault, 2);
  plugin.answer('http.request', ({ url }) => {
    if (url === undefined) throw new Refused('ACL_DENIED', '허용 목록에 없습니다', { reason: 'ORIGIN' });
    return { code: 200, body: '', headers: [] };
  });
  plugin.inject('barcode.event', { barcode: '880' });
  await plugin.ask('payment.event.request', { event: 'before-cancel', payload: {} });
  const printed: string[] = plugin.console.map(({ level, text }) => `${level} ${text}`);
  console.log(profile === 'field', acl.length, printed, plugin.errors, await shop.token('a', 'plugin'));
  return plugin.called('order.add.request', { count: 2, withinMs: 1_000 });
}
