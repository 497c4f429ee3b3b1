/** The same for a bare TtlCache. */
import { importCache } from '../library.mjs';
import { longestStretch, Longest, pauseResult, pauseRuns } from '../pauses.mjs';

const entries = 100_000;
const atCapacity = 150_000;
const half = 'even/';
const keyOf = (index) => `${index % 2 === 0 ? half : 'odd/'}${index}`;

export const ttlCachePause = {
  name: 'pause-ttl-cache',
  goal: 'TtlCache at 100,000 entries: no set, invalidatePrefix or clear over 5 ms',
  gated: true,
  isPinned: false,
  run: async () => {
    const { TtlCache } = await importCache();
    const { LRUCache } = await import('lru-cache');
    const results = [];
    const others = [];
    for (let run = -1; run < pauseRuns; run++) {
      const cache = new TtlCache({ maxEntries: entries });
      globalThis.gc();
      const [growing, displacing, clearing] = [new Longest(), new Longest(), new Longest()];
      set(cache, 0, entries, growing);
      set(cache, entries, atCapacity, displacing);
      // What filling left behind is collected before, or it would be in the middle of what is measured.
      globalThis.gc();
      const { call, stretch } = await longestStretch(() => cache.invalidatePrefix(half));
      set(cache, 0, entries, new Longest());
      globalThis.gc();
      clearing.begin();
      const cleared = cache.clear();
      clearing.end();
      if (cleared !== entries) throw new Error(`${cleared} of ${entries} entries were cleared.`);
      if (run >= 0)
        results.push({
          'set while growing': growing.ms,
          'set at capacity': displacing.ms,
          'invalidatePrefix, the call': call,
          'invalidatePrefix, a turn of the event loop': stretch,
          clear: clearing.ms,
        });
      cache.close();
      const peers = {
        'bare Map, the oldest deleted: set': longestSet(new BoundedMap()),
        'lru-cache: set': longestSet(new LRUCache({ max: entries, ttl: 300_000 })),
      };
      if (run >= 0) others.push(peers);
    }
    return pauseResult(results, others);
  },
};

/** What the machine's own Map costs at the same size. */
class BoundedMap {
  #map = new Map();

  set(key, value) {
    if (this.#map.size >= entries) this.#map.delete(this.#map.keys().next().value);
    this.#map.set(key, value);
  }
}

function longestSet(cache) {
  globalThis.gc();
  const longest = new Longest();
  set(cache, 0, entries + atCapacity, longest);
  return longest.ms;
}

function set(cache, from, count, longest) {
  for (let index = from; index < from + count; index++) {
    const key = keyOf(index);
    const value = { index };
    longest.begin();
    cache.set(key, value);
    longest.end();
  }
}
