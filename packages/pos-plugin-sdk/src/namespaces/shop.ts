import type { Channel } from '../channel.js';
import type { DeviceInfo, PluginInfo, TossMerchant } from '../types.js';
import { value, whole } from './reply.js';

/** Who the shop, the device and the plugin are. Asked once in the life of the page. */
export function merchantNamespace(channel: Channel) {
  return {
    /** The shop. */
    getMerchant: async (): Promise<TossMerchant> =>
      value(await channel.cached('merchant.info.request'), 'merchant'),
  };
}

export function deviceNamespace(channel: Channel) {
  return {
    /** The POS the plugin runs on, and how the shop works. */
    getDeviceInfo: async (): Promise<DeviceInfo> =>
      value(await channel.cached('device.info.request'), 'device'),
  };
}

export function pluginNamespace(channel: Channel) {
  return {
    /** The plugin itself. */
    getPluginInfo: async (): Promise<PluginInfo> => whole(await channel.cached('plugin.info.request')),
  };
}
