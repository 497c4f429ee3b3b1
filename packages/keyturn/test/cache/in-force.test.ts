/** On the system's clock: an invalidation is in force while its memory comes back, and the short way is open again afterwards. */
import { expect, test } from 'vitest';
import { SecretCache } from '../../src/cache/index.ts';
import { createSecrets } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';

const names = Array.from({ length: 600 }, (_, index) => `n${index}`);

test('what was forgotten is not given by the short way while its memory is not back, and then hits glance again', async () => {
  const cache = new SecretCache();
  const provider = told(Object.fromEntries(names.map((name) => [name, '1'])));
  const secrets = createSecrets({ providers: [provider], cache });
  for (const name of names) await secrets.get(name);
  for (const name of names.slice(-10)) secrets.peek(name);
  expect(cache.clock.glance).toBeLessThan(Infinity);
  const count = secrets.invalidate({ prefix: 'n' });
  for (const name of names.slice(-10)) {
    expect(secrets.peek(name)).toBeUndefined();
    expect(secrets.peek(name)).toBeUndefined();
  }
  expect(await count).toBe(600);
  await secrets.get('n1');
  secrets.peek('n1');
  expect(cache.clock.glance).toBeLessThan(Infinity);
  await secrets.close();
});

test('the sweep goes through every chain that shares the cache', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock, sweepInterval: '5s' });
  const make = (name: string) => createSecrets({ providers: [told({ a: '1' }, { clock, name })], cache, clock, ttl: '1s', staleIfError: 0, random: () => 0 });
  const both = [make('one'), make('two')];
  for (const each of both) await each.get('a');
  expect(both[0]!.stats().entries).toBe(2);
  await clock.advance(6_000);
  expect(both[0]!.stats().entries).toBe(0);
  for (const each of both) await each.close();
});

test('several fields of one document are remembered side by side', async () => {
  const fields = Array.from({ length: 32 }, (_, index) => `f${index}`);
  const secrets = createSecrets({ providers: [told({ a: JSON.stringify(Object.fromEntries(fields.map((field) => [field, field]))) })] });
  const first = [];
  for (const field of fields) first.push(await secrets.get(`a#${field}`));
  for (const [index, field] of fields.entries()) expect(await secrets.get(`a#${field}`)).toBe(first[index]);
  await secrets.close();
});
