/** What happens later: the next try ahead of time, the next sweep, the next form of the same value. */
import { expect, test, vi } from 'vitest';
import { beginCoolDown } from '../../src/cache/entry.ts';
import { SecretCache, TtlCache } from '../../src/cache/index.ts';
import { createSecrets, Secret } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told, unavailable } from '../support/source.ts';

test('a refresh ahead that failed is tried again after each cool-down, while the value is fresh', async () => {
  const clock = new FakeClock();
  const provider = told({ a: '1' }, { clock });
  const secrets = createSecrets({ providers: [provider], clock, ttl: '100s', random: () => 0 });
  await secrets.get('a');
  await clock.advance(85_000);
  provider.failure = unavailable();
  const reads: number[] = [];
  for (let second = 0; second < 5; second++) {
    await secrets.get('a');
    await settled();
    reads.push(provider.reads.length);
    await clock.advance(1_000);
  }
  // The first cool-down is a second, the next one two.
  expect(reads).toEqual([2, 3, 3, 4, 4]);
  await secrets.close();
});

test('an entry whose life is cut short is neither fresh nor usable in an outage afterwards', () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const secret = new Secret({ ref: { name: 'a' }, value: '1', provider: 'told', clock });
  const entry = cache.put(cache.enter('one'), 'a', secret, { quietUntil: 1_000, freshUntil: 2_000, staleUntil: 3_000 }, () => undefined);
  entry.endBy(500);
  expect([entry.quietUntil, entry.freshUntil, entry.staleUntil]).toEqual([500, 500, 500]);
});

test('a JSON string stays its own value in a copy that is marked', () => {
  const field = new Secret({ ref: { name: 'a' }, value: '{"x":"{\\"y\\":1}"}', provider: 'told' }).field('x');
  for (const copy of [field, new Secret(field, { stale: true }), new Secret(field, { fallback: true }), new Secret(field, { provider: 'other' })]) {
    expect(copy.json()).toBe('{"y":1}');
    expect(copy.scalars()).toEqual(['{"y":1}']);
    expect(() => copy.fieldNames()).toThrow(/no JSON object/);
  }
});

test('a shared cache that was left by all sweeps again for the next one', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock, sweepInterval: '5s' });
  for (let round = 0; round < 2; round++) {
    const secrets = createSecrets({ providers: [told({ a: '1' }, { clock })], cache, clock, ttl: '1s', staleIfError: 0, random: () => 0 });
    await secrets.get('a');
    await clock.advance(6_000);
    expect(secrets.stats().entries).toBe(0);
    await secrets.close();
    expect(clock.sleeping).toBe(0);
  }
});

test('the sweep of a TtlCache does not keep the process alive', () => {
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  const cache = new TtlCache({ sweepInterval: '1m' });
  expect(timeouts.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
  cache.close();
});

test('the marked value of an outage is made once, however often the source fails', () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const secret = new Secret({ ref: { name: 'a' }, value: '1', provider: 'told', clock });
  const entry = cache.put(cache.enter('one'), 'a', secret, { quietUntil: 1_000, freshUntil: 2_000, staleUntil: 3_000 }, () => undefined);
  beginCoolDown(entry, 'PROVIDER_UNAVAILABLE', 0);
  const { stale } = entry.outage!;
  beginCoolDown(entry, 'PROVIDER_UNAVAILABLE', 1_000);
  expect(entry.outage!.stale).toBe(stale);
  expect([stale.stale, stale.reveal()]).toEqual([true, '1']);
});
