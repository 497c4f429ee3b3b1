/** 100,000 entries and no pause: the longest single call that inserts, invalidates a prefix or clears, through createSecrets. */
import { importLibrary } from '../library.mjs';
import { longestStretch, Longest, pauseResult, pauseRuns } from '../pauses.mjs';

const entries = 100_000;
/** Enough to make the Map under it rebuild itself at capacity. */
const atCapacity = 150_000;
const half = 'prod/even/';
const refOf = (index) => `${index % 2 === 0 ? half : 'prod/odd/'}${index}`;

export const pauseInsert = {
  name: 'pause-insert',
  goal: 'no single insert over 5 ms, up to 100,000 entries and at capacity',
  gated: true,
  isPinned: false,
  run: () =>
    runs(async (secrets) => {
      const [growing, displacing] = [new Longest(), new Longest()];
      await insert(secrets, 0, entries, growing);
      await insert(secrets, entries, atCapacity, displacing);
      return { 'while growing': growing.ms, 'at capacity': displacing.ms };
    }),
};

export const pausePrefix = {
  name: 'pause-prefix',
  goal: 'invalidate({ prefix }) at 100,000 entries: no stretch over 5 ms',
  gated: true,
  isPinned: false,
  run: () =>
    runs(async (secrets) => {
      await fill(secrets);
      const { call, stretch } = await longestStretch(() => secrets.invalidate({ prefix: half }));
      if (secrets.stats().entries !== entries / 2) throw new Error('The prefix is not what was forgotten.');
      return { 'the call': call, 'a turn of the event loop until the memory is back': stretch };
    }),
};

export const pauseClear = {
  name: 'pause-clear',
  goal: 'clear() at 100,000 entries: no stretch over 5 ms',
  gated: true,
  isPinned: false,
  run: () =>
    runs(async (secrets) => {
      await fill(secrets);
      const { call, stretch } = await longestStretch(() => secrets.clear());
      if (secrets.stats().entries !== 0) throw new Error('Something was left.');
      return { 'the call': call, 'a turn of the event loop until the memory is back': stretch };
    }),
};

async function runs(measure) {
  const { createSecrets, Secret } = await importLibrary();
  const provider = { name: 'stock', get: async (ref) => new Secret({ ref, value: ref.name.padEnd(32), provider: 'stock', version: 'v1' }) };
  const results = [];
  // The first is for warming up.
  for (let run = -1; run < pauseRuns; run++) {
    const secrets = createSecrets({ providers: [provider], maxEntries: entries });
    globalThis.gc();
    const result = await measure(secrets);
    if (run >= 0) results.push(result);
    await secrets.close();
  }
  return pauseResult(results);
}

/** What filling left behind is collected before, and the collector's helpers have ended, or that would be in the middle of what is measured. */
async function fill(secrets) {
  await insert(secrets, 0, entries);
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** One read after the other. The source answers at once, so what lies between call and result is the cache's own work, and nobody else's turn. */
async function insert(secrets, from, count, longest = new Longest()) {
  for (let index = from; index < from + count; index++) {
    const ref = refOf(index);
    longest.begin();
    await secrets.get(ref);
    longest.end();
    // Timers and the collector get their turn outside of what is measured.
    if (index % 1_000 === 0) await new Promise(setImmediate);
  }
}
