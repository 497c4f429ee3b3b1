/** What an entry with a 32-byte value weighs: heap and external memory after collection, the value and the caller's reference included. */
import { importLibrary } from '../library.mjs';
import { median } from '../rounds.mjs';

const runs = 9;
const most = 600;

export const memory = (count) => ({
  name: `memory-${count / 1_000}k`,
  goal: `<= 600 bytes per entry with a 32-byte value, ${count.toLocaleString('en')} entries`,
  gated: true,
  run: async () => {
    const contenders = [await keyturn(), bareMap(), await lruCache()];
    const figures = new Map(contenders.map(({ name }) => [name, []]));
    // The first run fills caches of the machine itself, and is not counted.
    for (let run = -1; run < runs; run++) {
      for (const { name, fill } of contenders) {
        const bytes = await weigh(fill, count);
        if (run >= 0) figures.get(name).push(bytes / count);
      }
    }
    const ours = median(figures.get('Keyturn'));
    const peers = {};
    for (const [name, theirs] of figures) if (name !== 'Keyturn') peers[name] = { measured: median(theirs), ratio: ours / median(theirs) };
    return { measured: ours, unit: 'bytes', ratio: ours / most, holds: ours <= most, peers, runs, note: 'The ratio is to the 600 bytes.' };
  },
});

async function weigh(fill, count) {
  const before = await weight();
  const held = await fill(count);
  const after = await weight();
  if (held.size() !== count) throw new Error(`${held.size()} of ${count} entries are there.`);
  await held.drop();
  return after - before;
}

async function weight() {
  for (let i = 0; i < 2; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Texts that lie in memory on their own: neither put together nor cut from others, and in nobody else's hands. */
const plain = (text) => Buffer.from(text).toString('latin1');
const refOf = (index) => plain(`prod/service-${String(index).padStart(7, '0')}`);
const valueOf = (index) => plain(String(index).padStart(32, 'v'));

async function keyturn() {
  const { createSecrets, Secret } = await importLibrary();
  const fill = async (count) => {
    let reads = 0;
    const provider = { name: 'stock', get: async (ref) => new Secret({ ref, value: valueOf(reads++), provider: 'stock', version: 'v1' }) };
    const secrets = createSecrets({ providers: [provider], maxEntries: count });
    for (let index = 0; index < count; index += 100) {
      const batch = [];
      for (let at = index; at < index + 100; at++) batch.push(secrets.get(refOf(at)));
      await Promise.all(batch);
    }
    return { size: () => secrets.stats().entries, drop: () => secrets.close() };
  };
  return { name: 'Keyturn', fill };
}

function bareMap() {
  const fill = async (count) => {
    const map = new Map();
    for (let index = 0; index < count; index++) map.set(refOf(index), valueOf(index));
    return { size: () => map.size, drop: async () => map.clear() };
  };
  return { name: 'bare Map', fill };
}

async function lruCache() {
  const { LRUCache } = await import('lru-cache');
  const fill = async (count) => {
    const cache = new LRUCache({ max: count, ttl: 300_000, fetchMethod: async (_, __, { context }) => valueOf(context) });
    for (let index = 0; index < count; index++) await cache.fetch(refOf(index), { context: index });
    return { size: () => cache.size, drop: async () => cache.clear() };
  };
  return { name: 'lru-cache', fill };
}
