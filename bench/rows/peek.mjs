/** A synchronous hit. */
import { lruCacheGet, mapWithClock } from '../contenders.mjs';
import { shuffled } from '../stock.mjs';
import { readsRow } from './reads.mjs';

const peers = { 'lru-cache get': lruCacheGet, 'Map and performance.now': mapWithClock };

export const peek = readsRow({ name: 'peek', goal: "peek >= 1.3 x lru-cache's get with a ttl", gated: true, read: 'peek', least: 1.3, peers });

/** The guess at what is read next is right in the row above, and as good as always wrong here. */
export const peekAtRandom = readsRow({
  name: 'peek-random',
  goal: "peek in an order that never repeats >= 1 x lru-cache's get with a ttl",
  gated: false,
  read: 'peek',
  order: shuffled,
  least: 1,
  peers,
});
