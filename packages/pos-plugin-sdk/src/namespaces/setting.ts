import { settingInputs } from '../arguments.js';
import type { Unsubscribe } from '../calls.js';
import type { Channel } from '../channel.js';
import { assertValid } from '../check.js';
import type { PluginSettingValues, SettingInputs } from '../types.js';
import { value } from './reply.js';

export function settingNamespace(channel: Channel) {
  async function getValues<Values = PluginSettingValues>(): Promise<Values> {
    return value(await channel.call('setting.values.request', {}), 'settings');
  }

  return {
    /** Replaces the plugin's settings page; call it on every start. */
    async setInputs(inputs: SettingInputs): Promise<void> {
      assertValid(settingInputs, inputs);
      const byId = Object.fromEntries(inputs.map((input) => [input.id, input]));
      await channel.call('setting.set-inputs.request', byId);
    },
    /** What was entered, by input id; defaults where nothing was saved. */
    getValues,
    /** Hears that the page was saved, with the values as they are now. */
    on(event: 'change', callback: (values: PluginSettingValues) => unknown): Promise<Unsubscribe> {
      return channel.on(`setting.${event}.event`, undefined, async () => callback(await getValues()));
    },
  };
}
