/** An awaited hit: beside the fastest peer that loads through, and beside what awaiting costs by itself. */
import { asyncCacheDedupe, bareAwait, bentocache, cacheable, keyturn, lruCacheFetch, powertools } from '../contenders.mjs';
import { readsPerSecond } from '../loops.mjs';
import { median, ratioOf, rounds } from '../rounds.mjs';
import { refs } from '../stock.mjs';

export const hit = {
  name: 'hit',
  goal: "awaited hit >= 1.5 x lru-cache's fetch with a ttl",
  gated: true,
  /** Beside the one peer of the gate, and then beside all; the goal must hold beside all. */
  run: async () => {
    const pair = await beside('lru-cache fetch', 1.5, [lruCacheFetch]);
    const all = await beside('lru-cache fetch', 1.5, [lruCacheFetch, powertools, asyncCacheDedupe, bentocache, cacheable]);
    return { ...all, note: `Beside lru-cache alone, before the others are loaded: ${pair.measured.toFixed(1)} M/s, ${pair.ratio.toFixed(2)} x its fetch.` };
  },
};

export const hitBesideAwait = {
  name: 'hit-await',
  goal: 'awaited hit >= 0.7 x a bare await',
  gated: true,
  run: () => beside('bare await', 0.7, [bareAwait]),
};

async function beside(gate, least, makers) {
  const contenders = [await keyturn('get')];
  for (const make of makers) contenders.push(await make());
  return compare(await readsPerSecond(contenders, refs), gate, least);
}

/** Figures by contender to a row's result: Keyturn's, and each peer's with Keyturn's ratio to it. */
export function compare(figures, gate, least) {
  const ours = figures.get('Keyturn');
  const peers = {};
  for (const [name, theirs] of figures) if (name !== 'Keyturn') peers[name] = { measured: median(theirs), ratio: ratioOf(ours, theirs) };
  const { ratio } = peers[gate];
  return { measured: median(ours), unit: 'M/s', ratio, holds: ratio >= least, peers, runs: rounds };
}
