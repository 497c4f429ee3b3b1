/** Listeners that do what listeners should not need to: read, forget and close in the middle of being told. */
import { expect, test, vi } from 'vitest';
import { SecretCache } from '../../src/cache/secret-cache.ts';
import { createSecrets } from '../../src/index.ts';
import type { Secrets } from '../../src/index.ts';
import { env } from '../../src/providers/env.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';

const json = '{"x":"field"}';

const forgetting: [string, (secrets: Secrets) => unknown][] = [
  ['invalidates it', (secrets) => secrets.invalidate('a')],
  ['invalidates a prefix', (secrets) => secrets.invalidate({ prefix: 'a' })],
  ['clears', (secrets) => secrets.clear()],
  ['closes', (secrets) => secrets.close()],
];

test.each(forgetting.flatMap(([what, forget]) => [false, true].map((isFirstOfTurn) => [what, isFirstOfTurn, forget] as const)))(
  'a hit whose listener %s gives the value all the same (first read of its turn: %s)',
  async (_, isFirstOfTurn, forget) => {
    for (const [text, value] of [
      ['a', json],
      ['a#x', 'field'],
    ] as const) {
      for (const read of [
        (secrets: Secrets) => secrets.get(text),
        (secrets: Secrets) => secrets.peek(text),
        (secrets: Secrets) => secrets.get(text, { timeout: '5s' }),
      ]) {
        const secrets = createSecrets({ providers: [told({ a: json })] });
        await secrets.get(text);
        if (isFirstOfTurn) await settled();
        secrets.on('hit', () => void forget(secrets));
        expect((await read(secrets))?.reveal()).toBe(value);
        await secrets.close();
      }
    }
  },
);

test('a field that a provider answers on its own comes back although its listener forgets it', async () => {
  const secrets = createSecrets({ providers: [env({ env: { PROD_DB_PASSWORD: 'own' } })] });
  await secrets.get('prod/db#password');
  secrets.on('hit', () => void secrets.clear());
  expect((await secrets.get('prod/db#password', { timeout: '5s' })).reveal()).toBe('own');
  await secrets.close();
});

test.each([1, 2, 5, 100])('a read in an evict listener leaves no more than %d entries, and all in order', async (maxEntries) => {
  const values = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`s${index}`, 'x']));
  const source = told(values);
  const secrets = createSecrets({ providers: [env({ env: { OWN_A_F: 'own' } }), source], maxEntries });
  let reads = 0;
  secrets.on('evict', () => {
    if (reads++ % 3 === 0) void secrets.get('own-a#f');
  });
  for (let index = 0; index < 300; index++) {
    await secrets.get(`s${index}`);
    expect(secrets.stats().entries).toBeLessThanOrEqual(maxEntries);
  }
  const newest = Array.from({ length: Math.floor(maxEntries / 2) }, (_, index) => `s${299 - index}`);
  source.reads.length = 0;
  for (const name of newest) await secrets.get(name);
  expect(source.reads).toEqual([]);
  await secrets.close();
});

test.each(['miss', 'rotate', 'evict', 'refresh'] as const)('what a %s listener forgets is not there for the next reader', async (event) => {
  const source = told({ a: '1', b: '2' });
  const secrets = createSecrets({ providers: [source], maxEntries: 1 });
  if (event === 'evict') await secrets.get('b');
  else if (event !== 'miss') await secrets.get('a');
  source.rotate('a', 'new');
  const off = secrets.on(event, () => void secrets.clear());
  if (event === 'miss' || event === 'evict') await secrets.get('a');
  else await secrets.refresh('a');
  off();
  source.reads.length = 0;
  expect(secrets.peek('a')).toBeUndefined();
  await secrets.get('a');
  expect(source.reads).toEqual(['a']);
  await secrets.close();
});

test('what a miss listener forgets of an absence is asked for again', async () => {
  const source = told();
  const secrets = createSecrets({ providers: [source] });
  const off = secrets.on('miss', () => void secrets.invalidate('none'));
  await expect(secrets.get('none')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  off();
  await expect(secrets.get('none')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  expect(source.reads).toEqual(['none', 'none']);
  await secrets.close();
});

test('a close in an evict listener leaves nothing in a shared cache', async () => {
  const cache = new SecretCache({ maxEntries: 2 });
  const source = told({ a: '1', b: '2', c: '3' });
  const [one, other] = [createSecrets({ providers: [source], cache }), createSecrets({ providers: [told({ z: 'z' }, { name: 'other' })], cache })];
  await one.get('a');
  await one.get('b');
  one.on('evict', () => void one.close());
  await one.get('c').catch(() => undefined);
  for (let turn = 0; turn < 3; turn++) await settled();
  expect(cache.stats().entries).toBe(0);
  expect((await other.get('z')).reveal()).toBe('z');
  await other.close();
});

test.each(['close', 'clear'] as const)('%s in a hit listener, late in the life of a value, reads nothing more', async (what) => {
  const clock = new FakeClock();
  const source = told({ a: '1' }, { clock });
  const secrets = createSecrets({ providers: [source], clock, ttl: '100s', random: () => 0 });
  await secrets.get('a');
  secrets.on('hit', () => void secrets[what]());
  expect((await secrets.get('a')).reveal()).toBe('1');
  await settled();
  expect([source.reads, secrets.stats().flights]).toEqual([['a'], 0]);
  await secrets.close();
  expect(clock.sleeping).toBe(0);
});

test('a variable that appears in place of a kept field is given to every reader, whatever was read before', async () => {
  const clock = new FakeClock();
  const variables: Record<string, string> = {};
  const source = told({ 'prod/x': 'x', 'prod/db': '{"password":"old"}' }, { clock });
  const secrets = createSecrets({ providers: [env({ env: variables }), source], clock, ttl: '100s', random: () => 0 });
  const read = async () => {
    await secrets.get('prod/x');
    return [(await secrets.get('prod/db#password')).reveal(), secrets.peek('prod/x')?.reveal(), secrets.peek('prod/db#password')?.reveal()];
  };
  for (let round = 0; round < 3; round++) expect(await read()).toEqual(['old', 'x', 'old']);
  variables['PROD_DB_PASSWORD'] = 'own';
  await clock.advance(85_000);
  for (let round = 0; round < 3; round++) expect(await read()).toEqual(['own', 'x', 'own']);
  await secrets.close();
});

test("the clock goes on when a test took the world's setImmediate away for a while", async () => {
  let now = 1_000;
  const [monotonic, wall] = [vi.spyOn(performance, 'now').mockImplementation(() => now), vi.spyOn(Date, 'now').mockImplementation(() => 1e12 + now)];
  const secrets = createSecrets({ providers: [told({ a: '1' })], ttl: '50ms', staleIfError: 0 });
  const immediate = vi.spyOn(globalThis, 'setImmediate').mockImplementation((() => undefined) as never);
  await secrets.get('a');
  expect(secrets.peek('a')?.reveal()).toBe('1');
  immediate.mockRestore();
  await settled();
  now += 120;
  expect(secrets.peek('a')).toBeUndefined();
  await secrets.close();
  monotonic.mockRestore();
  wall.mockRestore();
});

test('the event of a hit cannot be changed for those who come later', async () => {
  const secrets = createSecrets({ providers: [told({ a: '1' })] });
  await secrets.get('a');
  secrets.on('hit', (event) => {
    expect(() => Object.assign(event, { provider: 'x' })).toThrow(TypeError);
  });
  const seen: unknown[] = [];
  secrets.on('hit', ({ provider }) => seen.push(provider));
  secrets.peek('a');
  expect(seen).toEqual(['told']);
  await secrets.close();
});
