/** Everything that an error or a line can show, searched for canaries. */
import { inspect } from 'node:util';
import { canaryParts } from './case.ts';

export function canariesIn(thing: unknown): string[] {
  const shown = textsOf(thing).join('\n');
  return canaryParts.filter((part) => shown.includes(part)).map((part) => `${typeof thing === 'string' ? 'a line' : 'an error'} shows "${part}" of the canary`);
}

function textsOf(thing: unknown): string[] {
  if (!(thing instanceof Error)) return [String(thing)];
  return [
    String(thing),
    thing.message,
    thing.stack ?? '',
    inspect(thing, { depth: 20, showHidden: true, maxStringLength: Infinity }),
    JSON.stringify(thing) ?? '',
    JSON.stringify(Object.getOwnPropertyDescriptors(thing)) ?? '',
  ];
}
