import type { Channel } from '../channel.js';
import { value } from './reply.js';

/** `storage` and `secureStore`: texts by key, kept over restarts; the second is encrypted where it lies. */
export function storageNamespace(channel: Channel, noun: 'storage' | 'secure-store') {
  return {
    /** The text, undefined when there is none. */
    async get(key: string): Promise<string | undefined> {
      return value(await channel.call(`${noun}.get.request`, { key }), 'value');
    },
    /** Keeps a text. */
    async set(key: string, text: string): Promise<void> {
      await channel.call(`${noun}.set.request`, { key, value: text });
    },
    /** Forgets a text; one that is not there is forgotten already. */
    async del(key: string): Promise<void> {
      await channel.call(`${noun}.delete.request`, { key });
    },
  };
}
