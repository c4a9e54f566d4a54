import type { Answerer, CallOptions, Listener } from './calls.js';
import type { Channel, Data } from './channel.js';
import type { Extensions } from './generated/ext.js';
import { FLAGS } from './generated/messages.js';

/**
 * Where a message stands below `ext`: `order.add-line.request` is `order.addLine`, the words before the last are one
 * noun, and the pushes `noun.change.event` and `noun.event` are the noun's own.
 */
export function memberPath(name: string, flags: string): string[] {
  if (flags.includes('p')) {
    const words = name.replace(/\.event$/, '').split('.');
    return [...(words[words.length - 1] === 'change' ? words.slice(0, -1) : words).map(camel), 'on'];
  }
  const words = name.replace(/\.request$/, '').split('.');
  const verb = camel(words[words.length - 1] ?? '');
  const noun = words.slice(0, -1).join('-');
  const path = noun === '' ? [verb] : [camel(noun), verb];
  return flags.includes('h') ? [...path, 'answer'] : path;
}

/** Every extension of the table as a member; a message that is added there is a member here. */
export function extensions(channel: Channel): Extensions {
  const root: Record<string, unknown> = {};
  for (const [name, flags] of Object.entries(FLAGS)) {
    if (!flags.includes('x')) continue;
    const path = memberPath(name, flags);
    let place: Record<string, unknown> = root;
    for (const word of path.slice(0, -1)) place = (place[word] ??= {}) as Record<string, unknown>;
    const last = path[path.length - 1] ?? name;
    // A verb may have pushes of its own below it, whichever comes first in the table.
    place[last] = Object.assign(member(channel, name, flags), place[last]);
  }
  return root as unknown as Extensions;
}

function member(channel: Channel, name: string, flags: string): object {
  if (flags.includes('p')) {
    return (listener: Listener<Data>) => channel.on(name, undefined, listener);
  }
  if (flags.includes('h')) return (answerer: Answerer<Data, Data>) => channel.answer(name, answerer);
  if (flags.includes('n')) {
    return (data: Data = {}) => {
      channel.notify(name, { ...data });
    };
  }
  return (data: Data = {}, options: CallOptions = {}) => channel.call(name, { ...data }, options);
}

function camel(word: string): string {
  return word.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
