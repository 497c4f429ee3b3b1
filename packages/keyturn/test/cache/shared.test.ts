/** Two createSecrets that share one cache: what either finds out, both know. */
import { expect, test } from 'vitest';
import { SecretCache } from '../../src/cache/index.ts';
import { createSecrets } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told, unavailable } from '../support/source.ts';

function shared() {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const source = told({ db: 'one', a: '1', b: '2', c: '3' }, { clock });
  const make = () => createSecrets({ providers: [source], cache, clock, ttl: '100s', negativeTtl: undefined, random: () => 0 });
  return { clock, source, first: make(), second: make() };
}

test('of two that share a cache, one that has read little keeps what it reads like one that has read much', async () => {
  const { source, first, second } = shared();
  for (const name of ['a', 'b', 'c', 'db']) await second.get(name);
  source.rotate('db', 'two');
  await first.refresh('db');
  source.reads.length = 0;
  for (let read = 0; read < 3; read++) expect((await first.get('db')).reveal()).toBe('two');
  expect(source.reads).toHaveLength(0);
});

test('of two that share a cache, either one that finds a secret deleted drops it: an outage does not bring it back', async () => {
  const { clock, source, first, second } = shared();
  for (const name of ['a', 'b', 'c', 'db']) await second.get(name);
  source.values.delete('db');
  await clock.advance(100_000);
  expect(await first.find('db')).toBeUndefined();
  await clock.advance(5_000);
  source.failure = unavailable();
  await expect(first.get('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  await settled();
});

test('of two that share a cache, either one that is refused drops the value: revocation wins over staleness', async () => {
  const { clock, source, first, second } = shared();
  for (const name of ['a', 'b', 'c', 'db']) await second.get(name);
  const { denied } = await import('../support/source.ts');
  source.failure = denied();
  await clock.advance(100_000);
  await expect(first.get('db')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  source.failure = unavailable();
  await expect(first.get('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

/** A second fault: `invalidate` outdates the flights of its own `createSecrets` only. */
test('of two that share a cache, a read of the one that an invalidation of the other overtook is not kept', async () => {
  const { source, first, second } = shared();
  source.isSlow = true;
  const before = first.get('db');
  await settled();
  await second.invalidate('db');
  source.pending[0]?.answer('old');
  expect((await before).reveal()).toBe('old');
  expect(second.peek('db')).toBeUndefined();
});
