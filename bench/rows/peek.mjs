/** A synchronous hit. */
import { keyturn, lruCacheGet, mapWithClock } from '../contenders.mjs';
import { readsPerSecond } from '../loops.mjs';
import { refs, shuffled } from '../stock.mjs';
import { compare } from './hit.mjs';

export const peek = {
  name: 'peek',
  goal: "peek >= 1.3 x lru-cache's get with a ttl",
  gated: true,
  run: async () => compare(await readsPerSecond([await keyturn('peek'), await lruCacheGet(), mapWithClock()], refs), 'lru-cache get', 1.3),
};

/** The guess at what is read next is right in the row above, and as good as always wrong here. */
export const peekAtRandom = {
  name: 'peek-random',
  goal: "peek in an order that never repeats >= 1 x lru-cache's get with a ttl",
  gated: false,
  run: async () => compare(await readsPerSecond([await keyturn('peek'), await lruCacheGet(), mapWithClock()], shuffled), 'lru-cache get', 1),
};
