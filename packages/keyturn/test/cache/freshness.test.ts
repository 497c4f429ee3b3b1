import { expect, test, vi } from 'vitest';
import { ConfigurationError, createSecrets, Secret } from '../../src/index.ts';
import { SecretCache } from '../../src/cache/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';

function cold(options: Partial<Parameters<typeof createSecrets>[0]> = {}, values: Record<string, string> = { db: 'one' }) {
  const clock = new FakeClock();
  const source = told(values, { clock });
  const secrets = createSecrets({ providers: [source], clock, random: () => 0, ...options });
  return { clock, source, secrets };
}

const reveal = async (promise: Promise<{ reveal(): string }>) => (await promise).reveal();

test('a value is read once and then served from memory until its time is over', async () => {
  const { clock, source, secrets } = cold({ ttl: '5m' });
  expect(await reveal(secrets.get('db'))).toBe('one');
  await clock.advance(299_999 * 0.8 - 1);
  expect(await reveal(secrets.get('db'))).toBe('one');
  expect(source.reads).toHaveLength(1);
  source.rotate('db', 'two');
  await clock.advance(300_000);
  expect(await reveal(secrets.get('db'))).toBe('two');
  expect(source.reads).toHaveLength(2);
});

test('a hit gives the very promise that was given before', async () => {
  const { secrets } = cold();
  await secrets.get('db');
  expect(secrets.get('db')).toBe(secrets.get('db'));
});

test('with ttl 0 every read reads, and nothing is kept', async () => {
  const { source, secrets } = cold({ ttl: 0 });
  await secrets.get('db');
  await secrets.get('db');
  expect(source.reads).toHaveLength(2);
  expect(secrets.stats().entries).toBe(0);
  expect(secrets.peek('db')).toBeUndefined();
});

test('with ttl none a value survives ten years', async () => {
  const { clock, source, secrets } = cold({ ttl: 'none', sweepInterval: 'none' });
  await secrets.get('db');
  await clock.advance(10 * 365 * 86_400_000);
  await secrets.get('db');
  expect(source.reads).toHaveLength(1);
});

test('a wall clock set back by an hour does not prolong any entry', async () => {
  const { clock, source, secrets } = cold({ ttl: '5m' });
  await secrets.get('db');
  clock.setWall(-3_600_000);
  await clock.advance(300_001);
  await secrets.get('db');
  expect(source.reads).toHaveLength(2);
});

test('a wall clock that jumps past the ttl ends the entry, as after a night in a closed laptop', async () => {
  const { clock, source, secrets } = cold({ ttl: '5m' });
  await secrets.get('db');
  clock.setWall(8 * 3_600_000);
  await secrets.get('db');
  expect(source.reads).toHaveLength(2);
});

test('lifetimes of one moment end spread over a tenth, never late', async () => {
  const clock = new FakeClock();
  const source = told({ early: 'x', late: 'x' }, { clock });
  let random = 0.999_999;
  const secrets = createSecrets({ providers: [source], clock, ttl: '100s', staleIfError: 0, random: () => random });
  await secrets.get('early');
  random = 0;
  await secrets.get('late');
  await clock.advance(90_000 - 1);
  expect([secrets.peek('early'), secrets.peek('late')].map(Boolean)).toEqual([true, true]);
  await clock.advance(2);
  expect([secrets.peek('early'), secrets.peek('late')].map(Boolean)).toEqual([false, true]);
  await clock.advance(9_998);
  expect(secrets.peek('late')).toBeDefined();
  await clock.advance(1);
  expect(secrets.peek('late')).toBeUndefined();
});

test('from four fifths of its life an entry that is read is read again in the background', async () => {
  const { clock, source, secrets } = cold({ ttl: '100s' });
  await secrets.get('db');
  source.rotate('db', 'two');
  await clock.advance(80_000);
  expect(await reveal(secrets.get('db'))).toBe('one');
  await clock.advance(0);
  expect(source.reads).toHaveLength(2);
  expect(await reveal(secrets.get('db'))).toBe('two');
  await clock.advance(79_999);
  await secrets.get('db');
  expect(source.reads).toHaveLength(2);
});

test('an entry that nobody reads is not read ahead', async () => {
  const { clock, source, secrets } = cold({ ttl: '100s' });
  await secrets.get('db');
  await clock.advance(99_000);
  expect(source.reads).toHaveLength(1);
});

test("the ttl of one secret comes before its provider's, and that before the default", async () => {
  const clock = new FakeClock();
  const source = told({ a: '1', b: '2' }, { clock, ttl: '20s' });
  const secrets = createSecrets({ providers: [source], clock, random: () => 0, ttl: '100s', staleIfError: 0, secrets: { a: { ttl: '10s' } } });
  await secrets.prefetch(['a', 'b']);
  await clock.advance(10_000);
  expect([secrets.peek('a'), secrets.peek('b')].map(Boolean)).toEqual([false, true]);
  await clock.advance(10_000);
  expect(secrets.peek('b')).toBeUndefined();
});

test('the strictest field governs the document it shares with others', async () => {
  const { clock, source, secrets } = cold({ secrets: { 'db#otp': { ttl: 0 } } }, { db: '{"otp":"1","user":"u"}' });
  expect(await reveal(secrets.get('db#user'))).toBe('u');
  source.rotate('db', '{"otp":"2","user":"u"}');
  expect(await reveal(secrets.get('db#otp'))).toBe('2');
  await secrets.get('db#user');
  expect(source.reads).toHaveLength(3);
  expect(secrets.stats().entries).toBe(0);
  await clock.advance(0);
});

test('bounds clamp a ttl with one warning that names both numbers', async () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const line = (text: string) => void lines.push(text);
  const source = told({ a: '1', b: '2' }, { clock });
  const secrets = createSecrets({
    providers: [source],
    clock,
    ttl: '1s',
    minTtl: '60s',
    maxTtl: '1h',
    random: () => 0,
    logger: { debug: line, info: line, warn: line, error: line },
  });
  await secrets.get('a');
  await secrets.get('b');
  await clock.advance(47_000);
  expect(secrets.peek('a')).toBeDefined();
  expect(lines.filter((text) => text.includes('clamp'))).toEqual(['keyturn: clamp: a ttl of 1s became 1m, the minTtl']);
});

test('a bare number for a ttl is refused, quoting both readings', () => {
  expect(() => cold({ ttl: 300 as never })).toThrow(ConfigurationError);
  expect(() => cold({ ttl: 300 as never })).toThrow(/'300s' or '300ms'/);
});

test('maxAge reads again what is older, and leaves alone what is not', async () => {
  const { clock, source, secrets } = cold();
  await secrets.get('db');
  await clock.advance(10_000);
  await secrets.get('db', { maxAge: '10s' });
  expect(source.reads).toHaveLength(1);
  await clock.advance(1);
  await secrets.get('db', { maxAge: '10s' });
  expect(source.reads).toHaveLength(2);
  await secrets.get('db', { maxAge: 0 });
  expect(source.reads).toHaveLength(3);
});

test('peek gives only what is fresh, counts as a hit and starts nothing', async () => {
  const { clock, source, secrets } = cold({ ttl: '100s' });
  expect(secrets.peek('db')).toBeUndefined();
  expect(source.reads).toHaveLength(0);
  await secrets.get('db');
  await clock.advance(90_000);
  expect(secrets.peek('db')?.reveal()).toBe('one');
  await clock.advance(9_999);
  expect(secrets.peek('db')?.reveal()).toBe('one');
  expect(source.reads).toHaveLength(1);
  expect(secrets.stats()).toMatchObject({ hits: 2, misses: 1, total: 3 });
  await clock.advance(1);
  expect(secrets.peek('db')).toBeUndefined();
});

test('peek counts as a use: what was peeked at stays, what was not leaves', async () => {
  const { secrets } = cold({ maxEntries: 2 }, { a: '1', b: '2', c: '3' });
  await secrets.get('a');
  await secrets.get('b');
  secrets.peek('a');
  await secrets.get('c');
  expect(['a', 'b', 'c'].map((name) => secrets.peek(name)?.reveal())).toEqual(['1', undefined, '3']);
});

test('at its size only a new name makes the least recently used one leave', async () => {
  const values = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`s${index}`, 'x']));
  const { secrets } = cold({}, values);
  const evicted: string[] = [];
  secrets.on('evict', ({ ref }) => evicted.push(ref.name));
  for (let index = 0; index < 1_000; index++) await secrets.get(`s${index}`);
  await secrets.get('s0');
  await secrets.refresh('s5');
  expect(evicted).toEqual([]);
  await secrets.get('s1000');
  expect(evicted).toEqual(['s1']);
  expect(secrets.stats()).toMatchObject({ entries: 1_000, evictions: 1 });
});

test('after a hundred thousand names with fields no more than maxEntries are left', async () => {
  const clock = new FakeClock();
  const secrets = createSecrets({
    providers: [
      {
        ...told({}, { clock }),
        get: async (ref) => told({ [ref.name]: '{"f":"x"}' }, { clock }).get(ref, { signal: new AbortController().signal, deadline: Infinity }),
      },
    ],
    clock,
    maxEntries: 100,
  });
  for (let index = 0; index < 100_000; index++) await secrets.get(`n${index}#f`);
  expect(secrets.stats()).toMatchObject({ entries: 100, flights: 0 });
  expect(await secrets.clear()).toBe(100);
}, 60_000);

test('a value past every limit leaves memory without being read', async () => {
  const { clock, secrets } = cold({ ttl: '1m', staleIfError: '1m', sweepInterval: '60s' });
  await secrets.get('db');
  await clock.advance(119_999);
  expect(secrets.stats()).toMatchObject({ entries: 1, fresh: 0, stale: 1 });
  await clock.advance(60_000);
  expect(secrets.stats()).toMatchObject({ entries: 0, expired: 0 });
});

test('statistics of a cache that was never read say a hit rate of 0', () => {
  const { secrets } = cold();
  expect(secrets.stats()).toEqual({
    ...{ entries: 0, maxEntries: 1_000, fresh: 0, stale: 0, expired: 0, hits: 0, misses: 0, total: 0 },
    ...{ hitRate: 0, evictions: 0, flights: 0, negativeHits: 0, ttl: 300_000 },
  });
});

test('one cache shared by production and staging never mixes them', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const production = createSecrets({ providers: [{ ...told({ db: 'prod' }, { clock }), identity: 'vault:prod' }], cache, clock });
  const staging = createSecrets({ providers: [{ ...told({ db: 'stage' }, { clock }), identity: 'vault:stage' }], cache, clock });
  expect([await reveal(production.get('db')), await reveal(staging.get('db'))]).toEqual(['prod', 'stage']);
  await production.invalidate({ prefix: '' });
  expect([production.peek('db'), staging.peek('db')?.reveal()]).toEqual([undefined, 'stage']);
  await production.close();
  expect(staging.peek('db')?.reveal()).toBe('stage');
});

test('two that share a cache and a source share its entries, and one that closes takes nothing from the other', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const source = told({ db: 'x' }, { clock });
  const [first, second] = [createSecrets({ providers: [source], cache, clock }), createSecrets({ providers: [source], cache, clock })];
  await first.get('db');
  await first.close();
  await expect(first.get('db')).rejects.toThrow('closed');
  expect(second.peek('db')?.reveal()).toBe('x');
  expect(source.reads).toHaveLength(1);
});

test.each(['get', 'peek'] as const)('a loop of %s that never gives the event loop a turn sees a lifetime end within 64 reads', async (read) => {
  const monotonic = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const source = told({ db: 'one' });
  const secrets = createSecrets({ providers: [source], ttl: '100s', staleIfError: 0, random: () => 0 });
  await secrets.get('db');
  expect(secrets.peek('db')).toBeDefined();
  monotonic.mockReturnValue(101_001);
  const answers = Array.from({ length: 64 }, () => secrets[read]('db'));
  // Until the clock is looked at again, a hit costs no look: that is what the 64 are for.
  expect(answers[0]).toBeDefined();
  if (read === 'peek') expect(answers.at(-1)).toBeUndefined();
  else await Promise.all(answers as Promise<unknown>[]);
  expect(source.reads).toHaveLength(read === 'peek' ? 1 : 2);
  await secrets.close();
});

test('a field that was read before is of the new version as soon as the document is', async () => {
  const { clock, source, secrets } = cold({ ttl: '100s' }, { db: '{"password":"one"}' });
  const password = async () => [await reveal(secrets.get('db#password')), secrets.peek('db#password')?.version];
  expect(await password()).toEqual(['one', 'v1']);
  source.rotate('db', '{"password":"two"}');
  await secrets.refresh('db');
  expect(await password()).toEqual(['two', 'v2']);
  source.rotate('db', '{"password":"three"}');
  await clock.advance(80_000);
  await secrets.get('db');
  await clock.advance(0);
  expect(await password()).toEqual(['three', 'v3']);
});

test('a document with any number of fields is remembered under few of them', () => {
  const cache = new SecretCache({ clock: new FakeClock() });
  const scope = cache.enter('any');
  const secret = new Secret({ ref: { name: 'db' }, provider: 'told', value: '{"f":"x"}' });
  const entry = cache.put(scope, 'db', secret, { quietUntil: 1e6, freshUntil: 1e6, staleUntil: 1e6 }, () => undefined);
  for (let index = 0; index < 1_000; index++) {
    expect(cache.putField(entry, `db#f${index}`, secret).secret).toBe(secret);
    expect(scope.slots.size).toBeLessThanOrEqual(33);
  }
  expect(scope.slots.get('db')?.secret).toBe(secret);
  expect(scope.slots.get('db#f999')?.entry).toBe(entry);
  cache.removeName(scope, 'db');
  expect(scope.slots.size).toBe(0);
});

test('two that share a cache and differ only in what is asked of whom share no entries', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const source = (match?: string[]) => told({ db: 'x' }, { clock, ...(match && { match }) });
  const first = createSecrets({ providers: [source()], cache, clock });
  await first.get('db');
  const narrower = createSecrets({ providers: [source(['prod/**'])], cache, clock });
  const laxer = createSecrets({ providers: [source()], onUnavailable: { told: 'next' }, cache, clock });
  expect([first, narrower, laxer].map((secrets) => secrets.peek('db')?.reveal())).toEqual(['x', undefined, undefined]);
  expect(await narrower.find('db')).toBeUndefined();
});

test('one cache shared by production and staging does not take what one has not for absent in the other', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const [production, staging] = [told({}, { clock, name: 'prod' }), told({ db: 'stage' }, { clock, name: 'stage' })].map((source) =>
    createSecrets({ providers: [source], cache, clock }),
  );
  expect(await production?.find('db')).toBeUndefined();
  expect((await staging?.find('db'))?.reveal()).toBe('stage');
  expect(await staging?.find('none')).toBeUndefined();
  expect(staging?.stats().negativeHits).toBe(0);
});
