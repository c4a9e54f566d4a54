import type { Unsubscribe } from '../calls.js';
import type { Channel } from '../channel.js';

export function pluginUnicastNamespace(channel: Channel) {
  return {
    /** Sends a message to the plugin named `to`; JSON of 256 KB at most. One that does not run hears nothing. */
    send(message: unknown, to: string): void {
      channel.whenIdentified(() => {
        channel.notify('plugin.unicast.send', { from: channel.pluginName, to, message });
      });
    },
    /** Hears of messages to this plugin, with the name of who sent them. */
    listen(event: 'message', callback: (message: unknown, from: string) => unknown): Unsubscribe {
      let isWanted = true;
      let off: Unsubscribe = () => undefined;
      channel.whenIdentified(() => {
        if (!isWanted) return;
        off = channel.subscribe(`plugin.unicast.event`, undefined, (data) =>
          data['to'] === channel.pluginName ? callback(data[event], String(data['from'])) : undefined,
        );
      });
      return () => {
        isWanted = false;
        off();
      };
    },
  };
}
