import fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { TtlCache, type TtlCacheOptions } from '../../src/cache/ttl-cache.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

function cacheOf<V = unknown>(options: TtlCacheOptions = {}) {
  const clock = new FakeClock();
  return { clock, cache: new TtlCache<V>({ clock, ...options }) };
}

/** Loads that are answered by hand. */
function byHand<V>() {
  const loads: { readonly finish: (value: V) => void; readonly fail: (error: Error) => void }[] = [];
  const load = () =>
    new Promise<V>((finish, fail) => {
      loads.push({ finish, fail });
    });
  return { loads, load };
}

function fill(cache: TtlCache<unknown>, prefix: string, count: number): void {
  for (let index = 0; index < count; index++) cache.set(`${prefix}${index}`, index);
}

/** No promise, and waited for like one. */
function thenableOf(then: (resolve: (value: number) => void, reject: (error: Error) => void) => void): Promise<number> {
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
  return { then } as unknown as Promise<number>;
}

describe('keeping and forgetting', () => {
  test('a value is kept as it is, never copied', () => {
    const { cache } = cacheOf<object>();
    const value = { list: [1] };
    cache.set('a', value);
    expect(cache.get('a')).toBe(value);
    expect(cache.has('a')).toBe(true);
  });

  test('a key that was never set has nothing', () => {
    const { cache } = cacheOf();
    expect([cache.get('a'), cache.has('a'), cache.delete('a'), cache.ttlRemaining('a'), cache.createdAt('a')]).toEqual([undefined, false, false, 0, undefined]);
  });

  test.each([null, 0, '', false, NaN])('%j is a value like any other', (value) => {
    const { cache } = cacheOf();
    cache.set('a', value);
    expect(cache.get('a')).toBe(value);
    expect(cache.getOrSet('a', () => 'loaded')).toBe(value);
  });

  test('delete says whether there was one, and clear how many', () => {
    const { cache } = cacheOf();
    fill(cache, 'k', 5);
    expect(cache.delete('k0')).toBe(true);
    expect(cache.delete('k0')).toBe(false);
    expect(cache.clear()).toBe(4);
    expect(cache.clear()).toBe(0);
    expect(cache.get('k1')).toBeUndefined();
    expect(cache.stats().entries).toBe(0);
  });

  test('a key set again has the new value, a new time and no second entry', async () => {
    const { cache, clock } = cacheOf({ ttl: '1s' });
    cache.set('a', 1);
    await clock.advance(900);
    cache.set('a', 2);
    expect(cache.createdAt('a')).toBe(900);
    await clock.advance(999);
    expect(cache.get('a')).toBe(2);
    expect(cache.stats().entries).toBe(1);
    await clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  const magic = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    '__defineGetter__',
    'then',
    'toJSON',
    'length',
    'size',
    '',
    ' ',
    '\0',
  ];
  test.each(magic)('%j is a key like any other', async (key) => {
    const { cache } = cacheOf();
    const before = Reflect.ownKeys(Object.prototype).length;
    expect(cache.get(key)).toBeUndefined();
    cache.set(key, 'mine');
    expect(cache.get(key)).toBe('mine');
    expect(cache.getOrSet(key, () => 'other')).toBe('mine');
    expect(await cache.invalidatePrefix(key)).toBe(1);
    expect(await cache.getOrSet(key, () => Promise.resolve('loaded'))).toBe('loaded');
    expect(cache.delete(key)).toBe(true);
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
  });

  test('keys that look alike are different keys', () => {
    const { cache } = cacheOf();
    for (const key of ['é', 'e\u0301', 'É', 'é ', 'é\0']) cache.set(key, key);
    for (const key of ['é', 'e\u0301', 'É', 'é ', 'é\0']) expect(cache.get(key)).toBe(key);
  });
});

describe('time', () => {
  test.each([
    ['1s', 1_000],
    ['250ms', 250],
    ['1h30m', 5_400_000],
  ])('with a ttl of %s a value is there to the last millisecond and gone at the instant', async (ttl, ms) => {
    const { cache, clock } = cacheOf({ ttl });
    cache.set('a', 1);
    await clock.advance(ms - 1);
    expect([cache.get('a'), cache.has('a'), cache.ttlRemaining('a')]).toEqual([1, true, 1]);
    await clock.advance(1);
    expect([cache.get('a'), cache.has('a'), cache.ttlRemaining('a'), cache.createdAt('a')]).toEqual([undefined, false, 0, undefined]);
  });

  test('what is gone leaves when it is read', async () => {
    const { cache, clock } = cacheOf({ ttl: '1s' });
    cache.set('a', 1);
    await clock.advance(1_000);
    expect(cache.stats()).toMatchObject({ entries: 1, expired: 1 });
    cache.get('a');
    expect(cache.stats()).toMatchObject({ entries: 0, expired: 0 });
  });

  test('delete of a value whose time is over says there was none', async () => {
    const { cache, clock } = cacheOf({ ttl: '1s' });
    cache.set('a', 1);
    await clock.advance(1_000);
    expect(cache.delete('a')).toBe(false);
  });

  test('five minutes is the time unless another is given', async () => {
    const { cache, clock } = cacheOf();
    cache.set('a', 1);
    await clock.advance(299_999);
    expect(cache.get('a')).toBe(1);
    await clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  test('an entry may have a time of its own, shorter or longer', async () => {
    const { cache, clock } = cacheOf({ ttl: '10s' });
    cache.set('short', 1, { ttl: '1s' });
    cache.set('long', 1, { ttl: '1m' });
    cache.getOrSet('loaded', () => 1, { ttl: '20s' });
    await cache.getOrSet('later', () => Promise.resolve(1), { ttl: '30s' });
    expect(['short', 'long', 'loaded', 'later', 'none'].map((key) => cache.ttlRemaining(key))).toEqual([1_000, 60_000, 20_000, 30_000, 0]);
    await clock.advance(10_000);
    expect(['short', 'long', 'loaded', 'later'].map((key) => cache.has(key))).toEqual([false, true, true, true]);
  });

  test('with ttl 0 nothing is kept, and what was there leaves', async () => {
    const { cache } = cacheOf({ ttl: 0 });
    cache.set('a', 1);
    expect([cache.get('a'), cache.stats().entries]).toEqual([undefined, 0]);
    expect(await cache.getOrSet('a', () => Promise.resolve(2))).toBe(2);
    expect(cache.getOrSet('a', () => 3)).toBe(3);
    expect(cache.stats()).toMatchObject({ entries: 0, flights: 0 });
    const kept = cacheOf().cache;
    kept.set('a', 1);
    kept.set('a', 2, { ttl: 0 });
    expect([kept.get('a'), kept.stats().entries]).toEqual([undefined, 0]);
  });

  test('with ttl none a value survives ten years', async () => {
    const { cache, clock } = cacheOf({ ttl: 'none' });
    cache.set('a', 1);
    await clock.advance(10 * 365 * 86_400_000);
    expect(cache.get('a')).toBe(1);
    expect(cache.ttlRemaining('a')).toBe(Infinity);
    expect(cache.stats()).toMatchObject({ ttl: Infinity, expired: 0 });
  });

  test('a wall clock set back never prolongs a life', async () => {
    const { cache, clock } = cacheOf({ ttl: '1m' });
    cache.set('a', 1);
    await clock.advance(30_000);
    clock.setWall(-3_600_000);
    expect(cache.ttlRemaining('a')).toBe(30_000);
    await clock.advance(29_999);
    expect(cache.get('a')).toBe(1);
    await clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  test('a wall clock that jumps past the end ends it, one that jumps less brings the end nearer', async () => {
    const { cache, clock } = cacheOf({ ttl: '1m' });
    cache.set('a', 1);
    clock.setWall(20_000);
    expect(cache.ttlRemaining('a')).toBe(40_000);
    clock.setWall(39_999);
    expect(cache.get('a')).toBe(1);
    clock.setWall(1);
    expect(cache.get('a')).toBeUndefined();
    cache.set('a', 2);
    await clock.advance(59_999);
    expect(cache.get('a')).toBe(2);
  });

  test('a hit does not prolong a life', async () => {
    const { cache, clock } = cacheOf({ ttl: '1s' });
    cache.set('a', 1);
    await clock.advance(999);
    cache.get('a');
    await clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
  });

  test.each(['5', '5x', '-1s', '', 'forever'])('the ttl %j is refused wherever it is given', (ttl) => {
    const { cache } = cacheOf();
    const load = () => expect.fail('It must not be loaded.');
    expect(() => cacheOf({ ttl })).toThrow(ConfigurationError);
    expect(() => {
      cache.set('a', 1, { ttl });
    }).toThrow(ConfigurationError);
    expect(() => cache.getOrSet('a', load, { ttl })).toThrow(ConfigurationError);
    expect(cache.stats()).toMatchObject({ entries: 0, flights: 0 });
  });

  test('a set that is refused changes nothing', () => {
    const { cache } = cacheOf();
    cache.set('a', 1);
    expect(() => {
      cache.set('a', 2, { ttl: 'x' });
    }).toThrow(ConfigurationError);
    expect(cache.get('a')).toBe(1);
  });
});

describe('size', () => {
  test.each([0, -1, 1.5, NaN, Infinity, '10' as never, 2 ** 53, null as never])('maxEntries %j is refused, and quoted', (maxEntries) => {
    expect(() => cacheOf({ maxEntries })).toThrow(`maxEntries: ${String(maxEntries)} is not`);
  });

  test('a new key takes the place of the least recently used, one at a time', () => {
    const { cache } = cacheOf({ maxEntries: 3 });
    fill(cache, '', 3);
    cache.get('0');
    cache.set('3', 3);
    expect(['0', '1', '2', '3'].map((key) => cache.has(key))).toEqual([true, false, true, true]);
    expect(cache.stats()).toMatchObject({ entries: 3, maxEntries: 3, evictions: 1 });
  });

  test('of a thousand and one the least recently used is gone, a thousand are left', () => {
    const { cache } = cacheOf();
    fill(cache, '', 1_000);
    expect(cache.stats()).toMatchObject({ entries: 1_000, maxEntries: 1_000, evictions: 0 });
    cache.get('0');
    cache.set('new', 1);
    expect(cache.stats()).toMatchObject({ entries: 1_000, evictions: 1 });
    expect([cache.has('0'), cache.has('1'), cache.has('2')]).toEqual([true, false, true]);
  });

  test('a key that is there already makes nobody leave, however often it is set', () => {
    const { cache } = cacheOf({ maxEntries: 3 });
    fill(cache, '', 3);
    for (let count = 0; count < 10; count++) cache.set('1', count);
    expect(cache.stats()).toMatchObject({ entries: 3, evictions: 0 });
    cache.set('new', 1);
    expect(['0', '1', '2'].map((key) => cache.has(key))).toEqual([false, true, true]);
  });

  test('looking with has, ttlRemaining or createdAt is not a use', () => {
    const { cache } = cacheOf({ maxEntries: 2 });
    fill(cache, '', 2);
    cache.has('0');
    cache.ttlRemaining('0');
    cache.createdAt('0');
    cache.set('2', 2);
    expect(cache.has('0')).toBe(false);
  });

  test('one entry is enough for a cache', () => {
    const { cache } = cacheOf({ maxEntries: 1 });
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('b', 3);
    expect([cache.get('a'), cache.get('b'), cache.stats().evictions]).toEqual([undefined, 3, 1]);
  });

  test('what leaves in which order is what lru-cache would choose, after any sequence of operations', () => {
    const key = fc.constantFrom(...'abcdefgh');
    const operation = fc.oneof(fc.record({ kind: fc.constantFrom('set', 'get', 'has', 'delete', 'load', 'update'), key }), {
      arbitrary: fc.record({ kind: fc.constantFrom('clear', 'reset'), key }),
      weight: 1,
    } as never) as fc.Arbitrary<{ kind: string; key: string }>;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(operation, { minLength: 20, maxLength: 200 }), (max, operations) => {
        const { cache } = cacheOf<number>({ maxEntries: max, ttl: 'none' });
        const oracle = new LRUCache<string, number>({ max });
        for (const [index, { kind, key: name }] of operations.entries()) {
          switch (kind) {
            case 'set':
            case 'update':
              cache.set(name, index);
              oracle.set(name, index);
              break;
            case 'get':
              expect(cache.get(name)).toBe(oracle.get(name));
              break;
            case 'has':
              expect(cache.has(name)).toBe(oracle.has(name));
              break;
            case 'load': {
              const expected = oracle.get(name) ?? index;
              if (expected === index) oracle.set(name, index);
              expect(cache.getOrSet(name, () => index)).toBe(expected);
              break;
            }
            case 'delete':
              expect(cache.delete(name)).toBe(oracle.delete(name));
              break;
            default:
              expect(cache.clear()).toBe(oracle.size);
              oracle.clear();
          }
          expect(cache.stats().entries).toBe(oracle.size);
          for (const each of 'abcdefgh') expect(cache.has(each)).toBe(oracle.has(each));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a million different keys at most maxEntries are left, in every way of adding them', async () => {
    const { cache } = cacheOf<number>({ maxEntries: 1_000 });
    for (let index = 0; index < 900_000; index++) {
      cache.set(`set:${index}`, index);
      if (index % 10_000 === 0) expect(cache.stats().entries).toBeLessThanOrEqual(1_000);
    }
    for (let index = 0; index < 50_000; index++) cache.getOrSet(`load:${index}`, () => index);
    for (let batch = 0; batch < 50; batch++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => cache.getOrSet(`later:${batch}:${index}`, () => Promise.resolve(index))));
      expect(cache.stats()).toMatchObject({ entries: 1_000, flights: 0 });
    }
    expect(cache.stats().evictions).toBe(999_000);
    expect(cache.get('later:49:999')).toBe(999);
    expect(cache.clear()).toBe(1_000);
  });

  test('reads of a million keys that are not there leave nothing', () => {
    const { cache } = cacheOf();
    cache.set('kept', 1);
    for (let index = 0; index < 1_000_000; index++) cache.get(`missing:${index}`);
    expect(cache.stats()).toMatchObject({ entries: 1, misses: 1_000_000, evictions: 0 });
  });

  test('what has to be loaded never makes more entries than there may be, nor flights that stay', async () => {
    const { cache } = cacheOf<number>({ maxEntries: 10 });
    const { loads, load } = byHand<number>();
    const all = Array.from({ length: 500 }, (_, index) => cache.getOrSet(`k${index}`, load));
    expect(cache.stats()).toMatchObject({ entries: 0, flights: 500 });
    for (const [index, { finish }] of loads.entries()) finish(index);
    await Promise.all(all);
    expect(cache.stats()).toMatchObject({ entries: 10, flights: 0, evictions: 490 });
  });
});

describe('getOrSet', () => {
  test('what load gives at once is given and kept', () => {
    const { cache } = cacheOf<number>();
    let count = 0;
    expect(cache.getOrSet('a', () => ++count)).toBe(1);
    expect(cache.getOrSet('a', () => ++count)).toBe(1);
    expectTypeOf(cache.getOrSet('a', () => 1)).toEqualTypeOf<number>();
    expectTypeOf(cache.getOrSet('a', () => Promise.resolve(1))).toEqualTypeOf<Promise<number>>();
  });

  test('what load promises is given and kept', async () => {
    const { cache } = cacheOf<number>();
    expect(await cache.getOrSet('a', () => Promise.resolve(1))).toBe(1);
    expect(cache.get('a')).toBe(1);
    expect(await cache.getOrSet('a', () => expect.fail('It was kept.'))).toBe(1);
  });

  test('a hundred who ask at once cost one load and get the same value', async () => {
    const { cache } = cacheOf<object>();
    const { loads, load } = byHand<object>();
    const all = Array.from({ length: 100 }, () => cache.getOrSet('a', load));
    const value = {};
    expect(loads).toHaveLength(1);
    loads[0]?.finish(value);
    for (const one of await Promise.all(all)) expect(one).toBe(value);
    expect(cache.stats()).toMatchObject({ flights: 0, entries: 1, misses: 100, hits: 0 });
  });

  test('a hit on another key waits for nobody', async () => {
    const { cache } = cacheOf<number>();
    const { load } = byHand<number>();
    cache.set('b', 2);
    void cache.getOrSet('a', load);
    expect(cache.get('b')).toBe(2);
    expect(cache.getOrSet('b', () => 3)).toBe(2);
  });

  test('a failure is shared by all who wait and kept for nobody', async () => {
    const { cache } = cacheOf<number>();
    const { loads, load } = byHand<number>();
    const all = Array.from({ length: 100 }, () => cache.getOrSet('a', load));
    const failure = new Error('unavailable');
    loads[0]?.fail(failure);
    for (const one of all) await expect(one).rejects.toBe(failure);
    expect(cache.stats()).toMatchObject({ flights: 0, entries: 0 });
    const again = cache.getOrSet('a', load);
    loads[1]?.finish(2);
    expect(await again).toBe(2);
    expect(cache.get('a')).toBe(2);
  });

  test('a load that throws at once throws to its caller, and the next one loads again', () => {
    const { cache } = cacheOf<number>();
    const failure = new Error('broken');
    expect(() =>
      cache.getOrSet('a', () => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(cache.stats()).toMatchObject({ flights: 0, entries: 0 });
    expect(cache.getOrSet('a', () => 1)).toBe(1);
  });

  test('undefined is not kept, null is', async () => {
    const { cache } = cacheOf();
    expect(cache.getOrSet('a', () => undefined)).toBeUndefined();
    expect(await cache.getOrSet('a', () => Promise.resolve(undefined))).toBeUndefined();
    expect(cache.has('a')).toBe(false);
    expect(await cache.getOrSet('a', () => Promise.resolve(null))).toBeNull();
    expect(await cache.getOrSet('a', () => expect.fail('It was kept.'))).toBeNull();
  });

  test('anything with a then is waited for', async () => {
    const { cache } = cacheOf<number>();
    const thenable = thenableOf((resolve) => {
      resolve(7);
    });
    expect(await cache.getOrSet('a', () => thenable)).toBe(7);
    expect(cache.get('a')).toBe(7);
    const failing = thenableOf((_, reject) => {
      reject(new Error('broken'));
    });
    await expect(cache.getOrSet('b', () => failing)).rejects.toThrow('broken');
    expect(cache.stats().flights).toBe(0);
  });

  test('a life begins when the value arrives, not when its load began', async () => {
    const { cache, clock } = cacheOf<number>({ ttl: '1s' });
    const { loads, load } = byHand<number>();
    const one = cache.getOrSet('a', load);
    await clock.advance(5_000);
    loads[0]?.finish(1);
    await one;
    expect(cache.ttlRemaining('a')).toBe(1_000);
    expect(cache.createdAt('a')).toBe(5_000);
  });

  test('what expired is loaded again, once', async () => {
    const { cache, clock } = cacheOf<number>({ ttl: '1s' });
    const { loads, load } = byHand<number>();
    cache.set('a', 1);
    await clock.advance(1_000);
    const both = [cache.getOrSet('a', load), cache.getOrSet('a', load)];
    loads[0]?.finish(2);
    expect(await Promise.all(both)).toEqual([2, 2]);
    expect(loads).toHaveLength(1);
  });

  test('with ttl 0 a load under way is still joined', async () => {
    const { cache } = cacheOf<number>({ ttl: 0 });
    const { loads, load } = byHand<number>();
    const both = [cache.getOrSet('a', load), cache.getOrSet('a', load)];
    loads[0]?.finish(1);
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(loads).toHaveLength(1);
  });

  const changes: readonly (readonly [what: string, change: (cache: TtlCache<number>) => unknown, after: number | undefined])[] = [
    [
      'set',
      (cache) => {
        cache.set('a', 5);
      },
      5,
    ],
    ['delete', (cache) => cache.delete('a'), undefined],
    ['invalidatePrefix of it', (cache) => cache.invalidatePrefix('a'), undefined],
    ['invalidatePrefix of everything', (cache) => cache.invalidatePrefix(''), undefined],
    ['clear', (cache) => cache.clear(), undefined],
    [
      'set with ttl 0',
      (cache) => {
        cache.set('a', 5, { ttl: 0 });
      },
      undefined,
    ],
    [
      'close',
      (cache) => {
        cache.close();
      },
      undefined,
    ],
  ];

  test.each(changes)('%s during a load: who waits gets what was loaded, and it is not kept', async (_, change, after) => {
    const { cache } = cacheOf<number>();
    const { loads, load } = byHand<number>();
    const both = [cache.getOrSet('a', load), cache.getOrSet('a', load)];
    change(cache);
    loads[0]?.finish(1);
    expect(await Promise.all(both)).toEqual([1, 1]);
    await settled();
    expect(cache.get('a')).toBe(after);
    expect(cache.stats().flights).toBe(0);
  });

  test.each(changes.filter(([, , after]) => after === undefined))(
    '%s during a load: who comes later loads again, and never gets the older value',
    async (_, change) => {
      const { cache } = cacheOf<number>();
      const { loads, load } = byHand<number>();
      const before = cache.getOrSet('a', load);
      change(cache);
      const after = cache.getOrSet('a', load);
      expect(loads).toHaveLength(2);
      loads[1]?.finish(2);
      expect(await after).toBe(2);
      loads[0]?.finish(1);
      expect(await before).toBe(1);
      await settled();
      expect(cache.get('a')).toBe(2);
    },
  );

  test('a load that fails after the key was set takes nothing away', async () => {
    const { cache } = cacheOf<number>();
    const { loads, load } = byHand<number>();
    const one = cache.getOrSet('a', load);
    cache.set('a', 5);
    loads[0]?.fail(new Error('late'));
    await expect(one).rejects.toThrow('late');
    expect(cache.get('a')).toBe(5);
  });

  test('a prefix that is not its own lets a load be kept', async () => {
    const { cache } = cacheOf<number>();
    const { loads, load } = byHand<number>();
    const one = cache.getOrSet('user:7', load);
    expect(await cache.invalidatePrefix('users')).toBe(0);
    loads[0]?.finish(1);
    await one;
    expect(cache.get('user:7')).toBe(1);
  });

  test.each([
    [
      'set',
      (cache: TtlCache<number>) => {
        cache.set('a', 5);
      },
      5,
    ],
    ['delete', (cache: TtlCache<number>) => cache.delete('a'), undefined],
    ['invalidatePrefix', (cache: TtlCache<number>) => cache.invalidatePrefix(''), undefined],
  ] as const)('%s from within the load itself is younger than the load', async (_, change, after) => {
    const { cache } = cacheOf<number>();
    const load = async () => {
      void change(cache);
      await settled();
      return 1;
    };
    expect(await cache.getOrSet('a', load)).toBe(1);
    await settled();
    expect(cache.get('a')).toBe(after);
    cache.delete('b');
    expect(
      cache.getOrSet('b', () => {
        cache.set('b', 5);
        return 1;
      }),
    ).toBe(1);
    expect(cache.get('b')).toBe(5);
  });
});

describe('invalidatePrefix', () => {
  test('forgets what begins so, and counts it', async () => {
    const { cache } = cacheOf();
    for (const key of ['user:1', 'user:2', 'user', 'users:1', 'xuser:1', 'User:3']) cache.set(key, key);
    expect(await cache.invalidatePrefix('user:')).toBe(2);
    expect(['user:1', 'user:2', 'user', 'users:1', 'xuser:1', 'User:3'].map((key) => cache.has(key))).toEqual([false, false, true, true, true, true]);
    expect(await cache.invalidatePrefix('user:')).toBe(0);
    expect(await cache.invalidatePrefix('')).toBe(4);
  });

  test('is in force before it returns, however many there are', async () => {
    const { cache } = cacheOf({ maxEntries: 10_000 });
    fill(cache, 'a:', 5_000);
    fill(cache, 'b:', 5_000);
    const count = cache.invalidatePrefix('a:');
    for (const index of [0, 1, 999, 1_000, 2_500, 4_999]) {
      expect(cache.get(`a:${index}`)).toBeUndefined();
      expect(cache.has(`a:${index}`)).toBe(false);
      expect(cache.get(`b:${index}`)).toBe(index);
    }
    expect(await count).toBe(5_000);
    expect(cache.stats().entries).toBe(5_000);
  });

  test('gives memory back in slices: no turn of the event loop visits everything', async () => {
    const { cache } = cacheOf({ maxEntries: 10_000 });
    fill(cache, 'a:', 10_000);
    const seen: number[] = [];
    const count = cache.invalidatePrefix('a:');
    for (let turn = 0; turn < 42; turn++) {
      seen.push(cache.stats().entries);
      await settled();
    }
    expect(await count).toBe(10_000);
    expect(seen.slice(0, 3)).toEqual([9_750, 9_500, 9_250]);
    expect(seen.at(-1)).toBe(0);
  });

  test('what is set after it stays, also under a key that was just forgotten', async () => {
    const { cache } = cacheOf({ maxEntries: 10_000 });
    fill(cache, 'a:', 5_000);
    const count = cache.invalidatePrefix('a:');
    cache.set('a:4999', 'new');
    cache.set('a:new', 'new');
    for (let turn = 0; turn < 10; turn++) {
      cache.set(`a:during:${turn}`, turn);
      await settled();
    }
    expect(await count).toBe(5_000);
    expect([cache.get('a:4999'), cache.get('a:new'), cache.get('a:0')]).toEqual(['new', 'new', undefined]);
    expect(cache.stats().entries).toBe(12);
  });

  test('of several that overlap each entry is counted once, and all are gone', async () => {
    const { cache } = cacheOf({ maxEntries: 10_000 });
    for (let index = 0; index < 3_000; index++) cache.set(`${index % 2 ? 'a' : 'b'}:${index % 3 ? 'x' : 'y'}:${index}`, index);
    const counts = await Promise.all(['a:', 'a:x', '', 'b:y', 'nothing'].map((prefix) => cache.invalidatePrefix(prefix)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3_000);
    expect(counts.at(-1)).toBe(0);
    expect(cache.stats().entries).toBe(0);
  });

  test('what has to make room while it is pending counts for it, and is no eviction', async () => {
    const { cache } = cacheOf({ maxEntries: 5_000 });
    fill(cache, 'b:', 1_000);
    fill(cache, 'a:', 4_000);
    for (let index = 0; index < 1_000; index++) cache.get(`b:${index}`);
    // The first slice visits the entries that came first, so none of these is gone yet.
    const count = cache.invalidatePrefix('a:');
    expect(cache.stats().entries).toBe(5_000);
    for (let index = 0; index < 10; index++) cache.set(`new:${index}`, index);
    expect(await count).toBe(4_000);
    expect(cache.stats()).toMatchObject({ entries: 1_010, evictions: 0 });
  });

  test('what is read, deleted or set again while it is pending counts for it', async () => {
    const { cache } = cacheOf({ maxEntries: 5_000 });
    fill(cache, 'a:', 5_000);
    const count = cache.invalidatePrefix('a:');
    expect(cache.get('a:4999')).toBeUndefined();
    expect(cache.delete('a:4998')).toBe(false);
    expect(cache.has('a:4997')).toBe(false);
    cache.set('a:4996', 'new');
    expect(cache.delete('a:4996')).toBe(true);
    expect(await count).toBe(5_000);
    expect(cache.stats().entries).toBe(0);
  });

  test('a clear in between answers whoever waits', async () => {
    const { cache } = cacheOf({ maxEntries: 5_000 });
    fill(cache, 'a:', 5_000);
    const count = cache.invalidatePrefix('a:');
    const cleared = cache.clear();
    expect((await count) + cleared).toBe(5_000);
    expect(cache.stats().entries).toBe(0);
  });

  test('agrees with a plain map, whatever is set, read, deleted and invalidated in between', async () => {
    const key = fc.tuple(fc.constantFrom('a', 'ab', 'b', ''), fc.nat(3)).map(([prefix, number]) => `${prefix}${number}`);
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom('set', 'get', 'delete'), key }),
      fc.record({ kind: fc.constantFrom('invalidate'), key: fc.constantFrom('', 'a', 'ab', 'b', 'b1', 'z') }),
      fc.record({ kind: fc.constantFrom('turn'), key }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { cache } = cacheOf<number>({ maxEntries: 10_000 });
        // Ballast, so that a pass takes several turns.
        fill(cache as TtlCache<unknown>, 'zz', 2_500);
        const twin = new Map<string, number>();
        let removed = 0;
        const counts: Promise<number>[] = [];
        const asked: string[] = [];
        for (const [index, { kind, key: name }] of steps.entries()) {
          if (kind === 'set') {
            cache.set(name, index);
            twin.set(name, index);
          } else if (kind === 'get') expect(cache.get(name)).toBe(twin.get(name));
          else if (kind === 'delete') expect(cache.delete(name)).toBe(twin.delete(name));
          else if (kind === 'turn') await settled();
          else if (name !== 'z' && name !== '') {
            if (!asked.includes(name)) counts.push(cache.invalidatePrefix(name));
            else continue;
            asked.push(name);
            for (const each of [...twin.keys()]) if (each.startsWith(name) && twin.delete(each)) removed++;
          }
        }
        const total = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
        expect(total).toBe(removed);
        for (const [name, value] of twin) expect(cache.get(name)).toBe(value);
        expect(cache.stats().entries).toBe(twin.size + 2_500);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the sweep', () => {
  test('removes what is over without its being read, and leaves what is not', async () => {
    const { cache, clock } = cacheOf({ ttl: '1m', sweepInterval: '10s' });
    fill(cache, 'a', 500);
    cache.set('long', 1, { ttl: '1h' });
    await clock.advance(59_999);
    expect(cache.stats().entries).toBe(501);
    await clock.advance(1);
    expect(cache.stats()).toMatchObject({ entries: 1, expired: 0, evictions: 0, hits: 0, misses: 0 });
    cache.close();
  });

  test('goes on at every interval, and over more than one slice', async () => {
    const { cache, clock } = cacheOf({ ttl: '1s', sweepInterval: '10s', maxEntries: 5_000 });
    for (let round = 0; round < 3; round++) {
      fill(cache, `${round}:`, 4_000);
      await clock.advance(10_000);
      for (let turn = 0; turn < 18; turn++) await settled();
      expect(cache.stats().entries).toBe(0);
    }
    cache.close();
  });

  test('leaves no timer after close, and close forgets everything', async () => {
    const { cache, clock } = cacheOf({ sweepInterval: '10s' });
    cache.set('a', 1);
    expect(clock.sleeping).toBe(1);
    cache.close();
    await settled();
    expect(clock.sleeping).toBe(0);
    expect(cache.get('a')).toBeUndefined();
    cache.close();
    await clock.advance(60_000);
    expect(clock.sleeping).toBe(0);
  });

  test('there is none unless it is asked for', () => {
    const { clock } = cacheOf();
    expect(clock.sleeping).toBe(0);
    expect(cacheOf({ sweepInterval: 'none' }).clock.sleeping).toBe(0);
  });

  test.each([0, '0s', '1ms', '999ms', '0.5s'] as const)('an interval of %j is refused: it would sweep without end', (sweepInterval) => {
    const clock = new FakeClock();
    expect(() => new TtlCache({ clock, sweepInterval })).toThrow(/sweepInterval.*under a second/);
    expect(clock.sleeping).toBe(0);
  });

  test('an interval that is no duration is refused', () => {
    expect(() => cacheOf({ sweepInterval: 'often' })).toThrow(/sweepInterval: "often" is not a duration/);
    expect(() => cacheOf({ sweepInterval: 60 as never })).toThrow(/sweepInterval: 60 has no unit/);
  });
});

describe('the statistics', () => {
  test('of a cache that was never read have a hit rate of 0', () => {
    expect(cacheOf().cache.stats()).toEqual({
      entries: 0,
      maxEntries: 1_000,
      expired: 0,
      hits: 0,
      misses: 0,
      total: 0,
      hitRate: 0,
      evictions: 0,
      flights: 0,
      ttl: 300_000,
    });
  });

  test('count hits and misses of get and getOrSet, and nothing else', async () => {
    const { cache } = cacheOf<number>();
    cache.get('a');
    cache.getOrSet('a', () => 1);
    cache.get('a');
    cache.getOrSet('a', () => 1);
    await cache.getOrSet('b', () => Promise.resolve(2));
    cache.get('b');
    cache.has('a');
    cache.has('c');
    cache.delete('c');
    cache.ttlRemaining('a');
    expect(cache.stats()).toMatchObject({ hits: 3, misses: 3, total: 6, hitRate: 0.5, entries: 2 });
  });

  test('tell what is over and not yet swept', async () => {
    const { cache, clock } = cacheOf({ ttl: '1s' });
    fill(cache, 'a', 3);
    await clock.advance(500);
    fill(cache, 'b', 2);
    await clock.advance(500);
    expect(cache.stats()).toMatchObject({ entries: 5, expired: 3 });
  });
});
