/** An awaited hit: beside the fastest peer that loads through, and beside what awaiting costs by itself. */
import { asyncCacheDedupe, bareAwait, bentocache, cacheable, lruCacheFetch, powertools } from '../contenders.mjs';
import { readsRow } from './reads.mjs';

export const hit = readsRow({
  name: 'hit',
  goal: "awaited hit >= 1.5 x lru-cache's fetch with a ttl",
  gated: true,
  read: 'get',
  least: 1.5,
  peers: {
    'lru-cache fetch': lruCacheFetch,
    'AWS Powertools': powertools,
    'async-cache-dedupe': asyncCacheDedupe,
    bentocache,
    cacheable,
  },
});

export const hitBesideAwait = readsRow({
  name: 'hit-await',
  goal: 'awaited hit >= 0.7 x a bare await',
  gated: true,
  read: 'get',
  least: 0.7,
  peers: { 'bare await': bareAwait },
});
