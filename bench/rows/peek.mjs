/** A synchronous hit. */
import { keyturn, lruCacheGet, mapWithClock } from '../contenders.mjs';
import { readsPerSecond } from '../loops.mjs';
import { refs } from '../stock.mjs';
import { compare } from './hit.mjs';

export const peek = {
  name: 'peek',
  goal: "peek >= 1.3 x lru-cache's get with a ttl",
  gated: true,
  run: async () => compare(await readsPerSecond([await keyturn('peek'), await lruCacheGet(), mapWithClock()], refs), 'lru-cache get', 1.3),
};
