import { expect, test } from 'vitest';
import { createSecrets } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told, unavailable } from '../support/source.ts';

async function kept(names: readonly string[], options: Partial<Parameters<typeof createSecrets>[0]> = {}) {
  const clock = new FakeClock();
  const source = told(Object.fromEntries(names.map((name) => [name, '{"f":"x"}'])), { clock });
  const secrets = createSecrets({ providers: [source], clock, maxEntries: 100_000, ...options });
  for (const name of names) await secrets.get(name);
  return { clock, source, secrets };
}

test('invalidating a name forgets it with all its fields and versions, and nothing else', async () => {
  const { secrets } = await kept(['db', 'db2']);
  for (const ref of ['db#f', 'db?version=v1', 'told://db', 'db?version=v2#f', 'db2#f']) await secrets.get(ref);
  expect(await secrets.invalidate('db#f')).toBe(4);
  expect(['db', 'db#f', 'db?version=v1', 'told://db', 'db?version=v2#f'].filter((ref) => secrets.peek(ref))).toEqual([]);
  expect(['db2', 'db2#f'].filter((ref) => secrets.peek(ref))).toEqual(['db2', 'db2#f']);
});

test('a prefix is forgotten before the call returns, and the count follows', async () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `${index % 2 ? 'prod' : 'test'}/${index}`);
  const { secrets } = await kept(names);
  const count = secrets.invalidate({ prefix: 'prod/' });
  expect(secrets.peek('prod/4999')).toBeUndefined();
  expect(secrets.peek('test/4998')).toBeDefined();
  expect(await count).toBe(2_500);
  expect(secrets.stats().entries).toBe(2_500);
});

test('what is read again after an invalidation stays, although the memory of the old is not back yet', async () => {
  const names = Array.from({ length: 5_000 }, (_, index) => `prod/${index}`);
  const { source, secrets } = await kept(names);
  const count = secrets.invalidate({ prefix: 'prod/' });
  source.rotate('prod/4999', '{"f":"new"}');
  await secrets.get('prod/4999');
  expect(await count).toBe(5_000);
  expect(secrets.peek('prod/4999')?.reveal()).toBe('{"f":"new"}');
  expect(secrets.stats().entries).toBe(1);
});

test('overlapping invalidations are all in force, and every document is counted once', async () => {
  const { secrets } = await kept(Array.from({ length: 3_000 }, (_, index) => `a/b/${index}`));
  const counts = await Promise.all([secrets.invalidate({ prefix: 'a/b/' }), secrets.invalidate({ prefix: 'a/' }), secrets.invalidate({ prefix: 'a/b/1' })]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(3_000);
});

test('ten thousand different prefixes at once leave nothing wrong behind', async () => {
  const { secrets } = await kept(Array.from({ length: 2_000 }, (_, index) => `n${index}`));
  const counts = Array.from({ length: 10_000 }, (_, index) => secrets.invalidate({ prefix: `n${index}-` }));
  await Promise.all(counts);
  await secrets.get('n1');
  expect(secrets.peek('n1')).toBeDefined();
});

test('invalidating a provider forgets what it answered, and only that', async () => {
  const clock = new FakeClock();
  const [first, second] = [told({ a: '1' }, { clock, name: 'first' }), told({ b: '2' }, { clock, name: 'second' })];
  const secrets = createSecrets({ providers: [first, second], clock });
  await secrets.prefetch(['a', 'b']);
  expect(await secrets.invalidate({ provider: 'second' })).toBe(1);
  expect([secrets.peek('a'), secrets.peek('b')].map(Boolean)).toEqual([true, false]);
});

test('clear forgets everything, absences too, and answers how much it was', async () => {
  const { source, secrets } = await kept(['a', 'b']);
  await secrets.find('c');
  expect(await secrets.clear()).toBe(2);
  source.values.set('c', 'now there');
  expect((await secrets.get('c')).reveal()).toBe('now there');
});

test('a write is seen by the next read', async () => {
  const clock = new FakeClock();
  const source = told({ db: 'old' }, { clock });
  source.set = (ref, value) => {
    source.rotate(ref.name, String(value));
    return Promise.resolve({ version: 'v2' });
  };
  const secrets = createSecrets({ providers: [source], clock });
  await secrets.get('db');
  expect(await secrets.set('db', 'new')).toEqual({ provider: 'told', version: 'v2' });
  expect((await secrets.get('db')).reveal()).toBe('new');
});

test('a new version at the source is told as a rotation, without a value', async () => {
  const { source, secrets } = await kept(['db']);
  const events: unknown[] = [];
  secrets.on('rotate', (event) => events.push(event));
  await secrets.refresh('db');
  source.rotate('db', 'two');
  await secrets.refresh('db');
  expect(events).toEqual([{ ref: { name: 'db' }, provider: 'told', from: 'v1', to: 'v2' }]);
});

test('a local source that changed loses its entries on the next access, at most a second later', async () => {
  const clock = new FakeClock();
  const source = told({ db: 'one' }, { clock });
  let isChanged = false;
  const secrets = createSecrets({ providers: [{ ...source, get: source.get, hasChanged: () => isChanged && !(isChanged = false) }], clock });
  await secrets.get('db');
  source.rotate('db', 'two');
  isChanged = true;
  await clock.advance(999);
  expect((await secrets.get('db')).reveal()).toBe('one');
  await clock.advance(1);
  expect((await secrets.get('db')).reveal()).toBe('two');
});

test('a local source is asked for changes once a second for as long as it is read: a second change is seen like the first', async () => {
  const clock = new FakeClock();
  const source = told({ db: 'one' }, { clock });
  let isChanged = false;
  let questions = 0;
  const hasChanged = () => {
    questions++;
    return isChanged && !(isChanged = false);
  };
  const secrets = createSecrets({ providers: [{ ...source, get: source.get, hasChanged }], clock });
  await secrets.get('db');
  for (const value of ['two', 'three']) {
    source.rotate('db', value);
    isChanged = true;
    await clock.advance(1_000);
    for (let read = 0; read < 10; read++) expect((await secrets.get('db')).reveal()).toBe(value);
  }
  expect(questions).toBe(2);
});

test('a read under way when its provider is invalidated is joined by nobody, and its late answer is not kept', async () => {
  const clock = new FakeClock();
  const source = told({}, { clock });
  source.isSlow = true;
  const secrets = createSecrets({ providers: [source], clock });
  const before = secrets.get('db');
  await settled();
  void secrets.invalidate({ provider: 'told' });
  const after = secrets.get('db');
  await settled();
  expect(source.pending).toHaveLength(2);
  source.pending[0]?.answer('old');
  expect((await before).reveal()).toBe('old');
  expect(secrets.peek('db')).toBeUndefined();
  source.pending[1]?.answer('new');
  expect((await after).reveal()).toBe('new');
});

test('invalidating a name forgets that it was absent, too', async () => {
  const { source, secrets } = await kept([]);
  expect(await secrets.find('db')).toBeUndefined();
  source.values.set('db', 'now there');
  expect(await secrets.find('db')).toBeUndefined();
  expect(await secrets.invalidate('db')).toBe(0);
  expect((await secrets.get('db')).reveal()).toBe('now there');
});

test('what was forgotten and makes room before its memory is back is no eviction', async () => {
  const { source, secrets } = await kept(
    Array.from({ length: 3_000 }, (_, index) => `old${index}`),
    { maxEntries: 3_000 },
  );
  const evicted: string[] = [];
  secrets.on('evict', ({ ref }) => evicted.push(ref.name));
  const count = secrets.invalidate({ prefix: 'old' });
  // The first 250 are gone at once; so many new ones make it full again, and one more has to displace.
  for (let index = 0; index < 260; index++) {
    source.values.set(`new${index}`, 'x');
    await secrets.get(`new${index}`);
  }
  expect([evicted, secrets.stats().evictions, secrets.stats().entries]).toEqual([[], 0, 3_000]);
  expect(await count).toBe(3_000);
  expect(secrets.stats()).toMatchObject({ entries: 260, fresh: 260 });
});

/** A source that can be written to, with `db` in it, read once; each write is made, and fails if `failure` is given. */
async function writable(failure?: Error) {
  const clock = new FakeClock();
  const source = told({ db: 'old' }, { clock });
  source.set = (ref, value) => {
    source.rotate(ref.name, String(value));
    return failure ? Promise.reject(failure) : Promise.resolve({});
  };
  source.delete = (ref) => {
    const wasThere = source.values.delete(ref.name);
    return failure ? Promise.reject(failure) : Promise.resolve(wasThere);
  };
  const secrets = createSecrets({ providers: [source], clock });
  await secrets.get('db');
  return secrets;
}

test('a deletion is seen by the next read', async () => {
  const secrets = await writable();
  expect(await secrets.delete('db')).toBe(true);
  expect(await secrets.find('db')).toBeUndefined();
  expect(await secrets.delete('db')).toBe(false);
});

test('a write or a deletion that failed may have been made all the same: the next read asks', async () => {
  const written = await writable(unavailable());
  await expect(written.set('db', 'new')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  expect((await written.get('db')).reveal()).toBe('new');
  const deleted = await writable(unavailable());
  await expect(deleted.delete('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  expect(await deleted.find('db')).toBeUndefined();
});
