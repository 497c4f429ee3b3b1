/** What explain tells of the cache, and invalidations that outlast a pass. */
import { expect, test } from 'vitest';
import { Reclaim } from '../../src/cache/bookkeeping.ts';
import { createSecrets, Secret } from '../../src/index.ts';
import type { Provider } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { told, unavailable } from '../support/source.ts';

test('explain tells the outage that a held value covers', async () => {
  const clock = new FakeClock();
  const provider = told({ a: '1' }, { clock });
  const secrets = createSecrets({ providers: [provider], clock, ttl: '10s', staleIfError: '1h', random: () => 0 });
  await secrets.get('a');
  expect((await secrets.explain('a')).cache).toMatchObject({ state: 'fresh', outage: undefined });
  await clock.advance(11_000);
  provider.failure = unavailable();
  await secrets.get('a');
  expect((await secrets.explain('a')).cache).toMatchObject({ state: 'stale', outage: 'PROVIDER_UNAVAILABLE' });
  await secrets.close();
});

test('explain tells of a field that a provider answers on its own what is held of it', async () => {
  const clock = new FakeClock();
  const provider: Provider = {
    name: 'own',
    identity: 'own',
    get: () => Promise.resolve(undefined),
    fieldOf: (ref) => (ref.field === 'x' ? new Secret({ ref, value: '1', provider: 'own', clock }) : undefined),
  };
  const secrets = createSecrets({ providers: [provider], clock });
  await secrets.get('a#x');
  expect((await secrets.explain('a#x')).cache).toMatchObject({ state: 'fresh', provider: 'own' });
  expect((await secrets.explain('a')).cache).toMatchObject({ state: 'nothing' });
  await secrets.close();
});

test('what waits for the next pass stays in force there, a short prefix after a long one', async () => {
  const items = new Map<string, { name: string; epoch: number }>();
  const reclaim = new Reclaim<{ name: string; epoch: number }>({
    *entries() {
      let left = items.size;
      for (const item of items.values()) if (left-- > 0) yield item;
    },
    visit: (item) => {
      if (reclaim.claim(item, item.name, undefined)) items.delete(item.name);
    },
  });
  const put = (name: string) => items.set(name, { name, epoch: reclaim.epoch });
  for (let index = 0; index < 1_500; index++) put(`x${index}`);
  const first = reclaim.invalidate('x');
  // It came when the pass had begun: only the next one visits it.
  put('a1');
  const counts = [first, reclaim.invalidate('longer'), reclaim.invalidate('a')];
  expect(await Promise.all(counts)).toEqual([1_500, 0, 1]);
  expect(items.size).toBe(0);
});
