import { expect, test } from 'vitest';
import { createSecrets, SecretNotFoundError } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { denied, loggedOut, told, unavailable } from '../support/source.ts';

function warm(options: Partial<Parameters<typeof createSecrets>[0]> = {}) {
  const clock = new FakeClock();
  const source = told({ db: 'one' }, { clock });
  const secrets = createSecrets({ providers: [source], clock, random: () => 0, ttl: '100s', staleIfError: '1h', sweepInterval: 'none', ...options });
  return { clock, source, secrets };
}

test('serves the last value in an outage, and says so with its age', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  const secret = await secrets.get('db');
  expect([secret.reveal(), secret.stale, secret.ageMs]).toEqual(['one', true, 100_000]);
});

test('the stale value ends with staleIfError, to the millisecond', async () => {
  const { clock, source, secrets } = warm({ staleIfError: '10m' });
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000 + 600_000 - 1);
  expect((await secrets.get('db')).stale).toBe(true);
  await clock.advance(1);
  await expect(secrets.get('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('during a cool-down nobody asks the source; after it exactly one does', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  for (let read = 0; read < 100; read++) expect((await secrets.get('db')).stale).toBe(true);
  expect(source.reads).toHaveLength(2);
  await clock.advance(1_000);
  await Promise.all(Array.from({ length: 100 }, () => secrets.get('db')));
  expect(source.reads).toHaveLength(3);
});

test('cool-downs double from one second to thirty', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  const gaps: number[] = [];
  let last = 0;
  for (let ms = 0; ms < 150_000; ms += 500) {
    const before = source.reads.length;
    await secrets.get('db');
    if (source.reads.length > before) {
      gaps.push(ms - last);
      last = ms;
    }
    await clock.advance(500);
  }
  expect(gaps).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('a probe of a known outage holds its readers up for a tenth of a second, not for the deadline', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  await secrets.get('db');
  source.isSlow = true;
  await clock.advance(1_000);
  const read = secrets.get('db');
  await clock.advance(99);
  let isServed = false;
  void read.then(() => (isServed = true));
  await settled();
  expect(isServed).toBe(false);
  await clock.advance(1);
  expect((await read).stale).toBe(true);
  // The probe goes on, and its answer is kept.
  source.pending[0]?.answer('two', 'v2');
  await settled();
  expect((await secrets.get('db')).reveal()).toBe('two');
});

test('when the source is back the next read after the cool-down is fresh', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  await secrets.get('db');
  source.failure = undefined;
  source.rotate('db', 'two');
  await clock.advance(1_000);
  const secret = await secrets.get('db');
  expect([secret.reveal(), secret.stale]).toEqual(['two', false]);
});

test('a refresh ahead that fails starts the cool-down, so that expiry serves stale at once', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(99_500);
  expect((await secrets.get('db')).stale).toBe(false);
  await settled();
  expect(source.reads).toHaveLength(2);
  await clock.advance(500);
  expect((await secrets.get('db')).stale).toBe(true);
  expect(source.reads).toHaveLength(2);
});

test('losing our own login is an outage, not a verdict', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = loggedOut();
  await clock.advance(100_000);
  expect((await secrets.get('db')).stale).toBe(true);
});

test('a refusal drops the value: revocation wins over staleness', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = denied();
  await clock.advance(100_000);
  await expect(secrets.get('db')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(secrets.stats().entries).toBe(0);
  source.failure = unavailable();
  await expect(secrets.get('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('a secret deleted at the source is gone, and an outage right after does not bring it back', async () => {
  const { clock, source, secrets } = warm({ negativeTtl: 0 });
  await secrets.get('db');
  source.values.delete('db');
  await clock.advance(100_000);
  await expect(secrets.get('db')).rejects.toThrow(SecretNotFoundError);
  source.failure = unavailable();
  await expect(secrets.get('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('a refresh during an outage keeps the old value readable', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await expect(secrets.refresh('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  expect((await secrets.get('db')).reveal()).toBe('one');
  await clock.advance(100_000);
  expect((await secrets.get('db')).stale).toBe(true);
});

test('maxAge bounds stale answers too', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  expect((await secrets.get('db', { maxAge: '100s' })).stale).toBe(true);
  await clock.advance(1);
  await expect(secrets.get('db', { maxAge: '100s' })).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('with staleIfError 0 an outage is an error as soon as the value has expired', async () => {
  const { clock, source, secrets } = warm({ secrets: { db: { staleIfError: 0 } } });
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  await expect(secrets.get('db')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('a silent source costs one attempt, then the stale value is served', async () => {
  const { clock, source, secrets } = warm({ attemptTimeout: '3s' });
  await secrets.get('db');
  source.isSlow = true;
  await clock.advance(100_000);
  const read = secrets.get('db');
  await clock.advance(3_000);
  expect((await read).stale).toBe(true);
  expect(source.pending[0]?.signal.aborted).toBe(true);
});

test('a caller in a hurry gets the stale value when its own time is up', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.isSlow = true;
  await clock.advance(100_000);
  const read = secrets.get('db', { timeout: '200ms' });
  await clock.advance(200);
  expect((await read).stale).toBe(true);
});

test('with nothing in memory silence ends at the deadline, and no timer is left', async () => {
  const { clock, source, secrets } = warm({ attemptTimeout: 'none', deadline: '10s' });
  source.isSlow = true;
  const read = secrets.get('db').catch((error: unknown) => error);
  await clock.advance(10_000);
  expect(await read).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(clock.sleeping).toBe(0);
  expect(secrets.stats().flights).toBe(0);
});

test('errors are never remembered: every read of a failing source asks again', async () => {
  const { source, secrets } = warm();
  source.failure = unavailable();
  await expect(secrets.get('db')).rejects.toThrow();
  await expect(secrets.get('db')).rejects.toThrow();
  expect(source.reads).toHaveLength(2);
});

test('an absent secret is remembered as absent for five seconds, in a pool that displaces no value', async () => {
  const { clock, source, secrets } = warm({ maxEntries: 1 });
  await secrets.get('db');
  for (let name = 0; name < 2_000; name++) expect(await secrets.find(`none${name}`)).toBeUndefined();
  expect(secrets.peek('db')).toBeDefined();
  source.reads.length = 0;
  await secrets.find('none1999');
  expect(source.reads).toHaveLength(0);
  expect(secrets.stats()).toMatchObject({ negativeHits: 1, entries: 1 });
  await clock.advance(5_000);
  await secrets.find('none1999');
  expect(source.reads).toHaveLength(1);
});

test('a document that does not parse is kept no longer than an absence', async () => {
  const { clock, source, secrets } = warm();
  source.values.set('db', '{"password":');
  await expect(secrets.get('db#password')).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  source.values.set('db', '{"password":"mended"}');
  await expect(secrets.get('db#password')).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  await clock.advance(5_000);
  expect((await secrets.get('db#password')).reveal()).toBe('mended');
});

test('an outage that is over leaves nothing behind: the next one serves the newer value, and its first cool-down is a second', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  expect((await secrets.get('db')).reveal()).toBe('one');
  await clock.advance(1_000);
  expect((await secrets.get('db')).reveal()).toBe('one');
  source.failure = undefined;
  source.rotate('db', 'two');
  await clock.advance(2_000);
  expect((await secrets.get('db')).reveal()).toBe('two');
  expect((await secrets.explain('db')).cache.outage).toBeUndefined();
  source.failure = unavailable();
  await clock.advance(100_000);
  const stale = await secrets.get('db');
  expect([stale.reveal(), stale.stale, stale.version]).toEqual(['two', true, 'v2']);
  source.reads.length = 0;
  await clock.advance(999);
  await secrets.get('db');
  expect(source.reads).toHaveLength(0);
  await clock.advance(1);
  await secrets.get('db');
  expect(source.reads).toHaveLength(1);
});

test('maxAge bounds an absence, too: one found longer ago is asked about again', async () => {
  const { clock, source, secrets } = warm();
  await secrets.find('late');
  source.values.set('late', 'now there');
  await clock.advance(3_000);
  expect(await secrets.find('late', { maxAge: '3s' })).toBeUndefined();
  expect(source.reads).toHaveLength(1);
  expect((await secrets.get('late', { maxAge: '2999ms' })).reveal()).toBe('now there');
});

test('prefetch asks nobody during a cool-down either: it gives the stale value', async () => {
  const { clock, source, secrets } = warm();
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  await secrets.get('db');
  source.reads.length = 0;
  const events: unknown[] = [];
  secrets.on('stale', (event) => events.push(event));
  expect((await secrets.prefetch(['db'])).map((secret) => [secret?.reveal(), secret?.stale])).toEqual([['one', true]]);
  expect([source.reads.length, events.length]).toEqual([0, 1]);
  await clock.advance(1_000);
  await secrets.prefetch(['db']);
  expect(source.reads).toHaveLength(1);
});

test('a value that is served stale counts as used: in a full cache another one leaves', async () => {
  const { clock, source, secrets } = warm({ maxEntries: 2 });
  for (const name of ['other', 'third']) source.values.set(name, 'x');
  const evicted: string[] = [];
  secrets.on('evict', ({ ref }) => evicted.push(ref.name));
  await secrets.get('db');
  await secrets.get('other');
  source.failure = unavailable();
  await clock.advance(100_000);
  expect((await secrets.get('db')).stale).toBe(true);
  source.failure = undefined;
  await secrets.get('third');
  expect(evicted).toEqual(['other']);
});

test('a reader held up by a probe while the stale value ends waits for the probe', async () => {
  const { clock, source, secrets } = warm({ staleIfError: '1050ms' });
  await secrets.get('db');
  source.failure = unavailable();
  await clock.advance(100_000);
  await secrets.get('db');
  source.isSlow = true;
  await clock.advance(1_000);
  const read = secrets.get('db');
  await clock.advance(100);
  source.pending[0]?.answer('two', 'v2');
  expect((await read).reveal()).toBe('two');
});

test('a refusal ends a remembered absence: the next read asks again', async () => {
  const { source, secrets } = warm();
  expect(await secrets.find('late')).toBeUndefined();
  source.failure = denied();
  await expect(secrets.refresh('late')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  source.failure = undefined;
  source.values.set('late', 'there');
  expect((await secrets.get('late')).reveal()).toBe('there');
});
