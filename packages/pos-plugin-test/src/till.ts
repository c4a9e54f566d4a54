import { connect, type ConnectedPos } from '@jumak/pos-plugin-sdk';
import type { Bundle } from './bundle.js';
import { post } from './http.js';
import { WebSocket } from './session.js';
import type { Shop } from './shop.js';

type Installing = ConnectedPos['ext']['plugin']['install'];

/** An installed plugin, as the shop tells of it. */
export type Installed = Awaited<ReturnType<Installing>>['plugin'];

/** What whoever installs a plugin may decide about it; what is left out is as its package says. */
export type Decisions = NonNullable<Parameters<Installing>[0]['overrides']> & {
  /** Origins it calls → local ones, for a partner's server played by the test. */
  originMap?: Record<string, string> | undefined;
};

const TOLD_WITHIN_MS = 10_000;

/** A till of the shop with everything its owner may do, which installs the plugin under test and hosts it. */
export class Till {
  private readonly told: string[] = [];
  private heard: (pluginId: string, restart: boolean) => void = () => undefined;

  private constructor(
    readonly shop: Shop,
    readonly deviceId: string,
    private readonly token: string,
    readonly staff: ConnectedPos,
  ) {}

  /** Pairs a till of its own: what a plugin keeps, it keeps per till. */
  static async open(shop: Shop): Promise<Till> {
    const wanted = { kind: 'till', name: 'pos-plugin-test', scopes: ['all'] };
    type Paired = { token: string; device: { id: string } };
    const { token, device } = await post<Paired>(shop.url, 'device.pair', wanted, shop.owner);
    const staff = await connect({ url: shop.url, token, name: 'pos-plugin-test', WebSocket });
    const till = new Till(shop, device.id, token, staff);
    await staff.ext.hostedPlugin.on((event) => {
      till.told.push(event.pluginId);
      till.heard(event.pluginId, event.restart === true);
    });
    return till;
  }

  /** Installs the plugin into the shop, for this till alone; resolves when the shop has put it in force. */
  async install(bundle: Bundle, { originMap, ...overrides }: Decisions): Promise<Installed> {
    const { id: upload } = await post<{ id: string }>(this.shop.url, 'uploads', bundle.zip, this.token);
    const { plugin } = this.staff.ext;
    const asked = { package: upload, fileName: bundle.zipName, overrides };
    const { id, kinds } = await plugin.inspect(asked);
    if (!kinds.includes('worker')) {
      throw new Error(`${id}에는 worker(main.js)가 없습니다 (${id} has no worker, main.js)`);
    }
    const { plugin: installed } = await this.inForce(id, () => plugin.install(asked));
    const place = installed.headless ? {} : { devices: [this.deviceId] };
    const update = { ...place, ...(originMap === undefined ? {} : { originMap }) };
    // An update that changes nothing is no news.
    if (Object.keys(update).length === 0) return installed;
    return (await this.inForce(id, () => plugin.update({ id, ...update }))).plugin;
  }

  /** Takes the plugin away, with its settings and storage. */
  async uninstall(id: string): Promise<void> {
    await this.inForce(id, () => this.staff.ext.plugin.uninstall({ id }));
  }

  /** Calls `listener` when the shop wants this till to look at a plugin again. */
  onTold(listener: (pluginId: string, restart: boolean) => void): void {
    this.heard = listener;
  }

  /** Whether the shop wants this till to host the plugin. */
  async hosts(pluginId: string): Promise<boolean> {
    const { plugins } = await this.staff.ext.hostedPlugin.list();
    return plugins.some(({ id }) => id === pluginId);
  }

  close(): void {
    this.heard = () => undefined;
    this.staff.close();
  }

  /** A change is in force once the tills were told of it; what they are told later is news. */
  private async inForce<Reply>(pluginId: string, change: () => Promise<Reply>): Promise<Reply> {
    const count = (): number => this.told.filter((id) => id === pluginId).length;
    const before = count();
    const reply = await change();
    const until = Date.now() + TOLD_WITHIN_MS;
    while (count() === before) {
      if (Date.now() > until) throw new Error(`the shop did not put the change of ${pluginId} in force`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return reply;
  }
}
