/** What is left behind: nothing that was forgotten is held, and nobody is told who has left. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test, vi } from 'vitest';
import { SecretCache, TtlCache } from '../../src/cache/index.ts';
import { LruList } from '../../src/cache/recency.ts';
import { limitTime, longestTimer, systemClock, unlessAborted } from '../../src/core/clock.ts';
import { createSecrets } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

async function collect(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await settled();
    gc();
  }
}

test.each(['delete', 'clear', 'invalidatePrefix'] as const)('a value that left a TtlCache by %s is held by nobody', async (way) => {
  const cache = new TtlCache<object>();
  const held = ['a', 'b'].map((key) => {
    const value = { key };
    cache.set(key, value);
    return new WeakRef(value);
  });
  if (way === 'delete') for (const key of ['a', 'b']) cache.delete(key);
  else if (way === 'clear') cache.clear();
  else await cache.invalidatePrefix('');
  await collect();
  expect(held.map((each) => each.deref())).toEqual([undefined, undefined]);
  expect(cache.stats().entries).toBe(0);
});

test('a list that was cleared again and again fills up to its size, with places of their own and within its numbers', () => {
  const list = new LruList<{ place: number }>(5);
  for (let round = 0; round < 10; round++) {
    const items = Array.from({ length: 5 }, () => ({ place: 0 }));
    for (const item of items) list.add(item);
    // Before going through it: with a place beyond the numbers it would have no end.
    expect(items.map(({ place }) => place).sort((a, b) => a - b)).toEqual([2, 4, 6, 8, 10]);
    list.remove(items[1]!);
    list.remove(items[3]!);
    expect([...list]).toEqual([items[0], items[2], items[4]]);
    for (const item of list) expect(2 * item.place + 3).toBeLessThan(list.times.length);
    list.clear();
    expect([...list]).toEqual([]);
  }
});

test('names that come and go in many versions leave nothing behind', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock, maxEntries: 2 });
  const scope = vi.spyOn(cache, 'enter');
  const provider = told({}, { clock });
  const secrets = createSecrets({ providers: [provider], cache, clock });
  for (let index = 0; index < 100; index++) {
    provider.values.set(`n${index}`, '{"x":1}');
    await secrets.get(`n${index}?version=1#x`);
  }
  const { variants, slots } = scope.mock.results[0]!.value as ReturnType<SecretCache['enter']>;
  expect([variants.size, slots.size]).toEqual([2, 4]);
  await secrets.clear();
  expect([variants.size, slots.size]).toEqual([0, 0]);
  await secrets.close();
});

test('of two that share a cache and a source, the one that has left is told nothing more', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const provider = told({ a: '1' }, { clock });
  const entered = vi.spyOn(cache, 'enter');
  const make = () => createSecrets({ providers: [provider], cache, clock });
  const [first, second] = [make(), make()];
  const scope = entered.mock.results[0]!.value as ReturnType<SecretCache['enter']>;
  expect(scope.outdate.size).toBe(2);
  await first.close();
  expect(scope.outdate.size).toBe(1);
  await second.close();
});

test('of two that share a cache and a source, the one that is closed refuses what the other still has', async () => {
  const cache = new SecretCache();
  const provider = told({ a: '1' });
  const make = () => createSecrets({ providers: [provider], cache });
  const [first, second] = [make(), make()];
  for (const each of [first, second]) await each.get('a');
  first.peek('a');
  await first.close();
  for (let read = 0; read < 3; read++) {
    expect(second.peek('a')?.reveal()).toBe('1');
    expect(() => first.peek('a')).toThrow(/closed/);
    await expect(first.get('a')).rejects.toThrow(/closed/);
  }
  await second.close();
});

test('a limit longer than a timer holds does not ring at once', async () => {
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  const limits = [2 ** 31, 2 ** 40].map((ms) => limitTime(systemClock, ms, () => new Error('over')));
  expect(timeouts.mock.calls.map(([, delay]) => delay)).toEqual([longestTimer, longestTimer]);
  await systemClock.sleep(3);
  expect(limits.map(({ signal }) => signal.aborted)).toEqual([false, false]);
  for (const limit of limits) limit.done();
});

test('without a limit there is no timer', () => {
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  limitTime(systemClock, Infinity, () => new Error('over')).done();
  expect(timeouts).not.toHaveBeenCalled();
});

test("a limit that is done leaves no timer of the system's and no listener on its parent", () => {
  const clear = vi.spyOn(globalThis, 'clearTimeout');
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  const { signal: parent } = new AbortController();
  const added = vi.spyOn(parent, 'addEventListener');
  const removed = vi.spyOn(parent, 'removeEventListener');
  limitTime(systemClock, 1_000_000, () => new Error('over'), parent).done();
  expect(clear.mock.calls[0]?.[0]).toBe(timeouts.mock.results[0]?.value);
  expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1]);
});

test('a limit ends with its parent, for its reason, also when that ended before', () => {
  const reason = new Error('enough');
  const parent = new AbortController();
  const before = limitTime(new FakeClock(), 1_000, () => new Error('over'), parent.signal);
  parent.abort(reason);
  const after = limitTime(new FakeClock(), 1_000, () => new Error('over'), parent.signal);
  for (const limit of [before, after]) {
    expect(limit.signal.reason).toBe(reason);
    limit.done();
  }
});

test.each(['resolves', 'rejects'])('a result that %s in time leaves no listener on the signal', async (how) => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  const result = how === 'resolves' ? Promise.resolve(1) : Promise.reject(new Error('no'));
  await unlessAborted(result, signal).catch(() => undefined);
  expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1]);
});
