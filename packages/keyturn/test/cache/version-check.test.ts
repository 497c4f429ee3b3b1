/** A provider that can tell whether a secret changed is asked that before the secret is read again; and a check is never taken for a read. */
import { expect, test } from 'vitest';
import { type Provider, type ProviderSettings, Secret } from '../../src/index.ts';
import { AccessDeniedError, createSecrets, InvalidSecretError, isKeyturnError } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { denied, told, unavailable } from '../support/source.ts';

const minute = 60_000;

interface Checked {
  /** What a check answers or throws. */
  version: string | undefined | Error;
  expiresAt: number | undefined;
  checks: number;
}

function checking(options: Partial<Parameters<typeof createSecrets>[0]> = {}, settings: ProviderSettings & { versionCheck?: boolean } = {}) {
  const clock = new FakeClock();
  const source = told({ db: '{"password":"one"}' }, { clock });
  const state: Checked = { version: 'v1', expiresAt: undefined, checks: 0 };
  const provider: Provider = {
    ...source,
    versionCheck: true,
    ...settings,
    get: (ref, how) => source.get(ref, how),
    versionOf() {
      state.checks++;
      const { version, expiresAt } = state;
      if (version instanceof Error) return Promise.reject(version);
      return Promise.resolve(version === undefined ? undefined : { version, expiresAt });
    },
  };
  const events: string[] = [];
  const secrets = createSecrets({ providers: [provider], clock, random: () => 0, ttl: '5m', ...options });
  for (const name of ['miss', 'refresh', 'unchanged', 'rotate'] as const) secrets.on(name, () => events.push(name));
  return { clock, source, state, secrets, events };
}

test('a check that finds nothing new reads nothing, and begins a new ttl', async () => {
  const { clock, source, state, secrets, events } = checking();
  await secrets.get('db#password');
  for (let round = 1; round <= 5; round++) {
    await clock.advance(4 * minute + 1);
    expect((await secrets.get('db#password')).reveal()).toBe('one');
    await clock.advance(0);
    expect(state.checks).toBe(round);
  }
  expect(source.reads).toEqual(['db']);
  expect(events).toEqual(['miss', ...Array.from({ length: 5 }, () => 'unchanged')]);
  expect(secrets.peek('db')?.ageMs).toBe(5 * (4 * minute + 1));
  await secrets.close();
});

test('an expired value is checked while its reader waits, and comes back with its true age and no mark of an outage', async () => {
  const { clock, source, state, secrets } = checking();
  await secrets.get('db');
  await clock.advance(6 * minute);
  const secret = await secrets.get('db');
  expect([secret.reveal(), secret.stale, secret.ageMs, state.checks, source.reads.length]).toEqual(['{"password":"one"}', false, 6 * minute, 1, 1]);
  await secrets.close();
});

test('another version is read, and told as a rotation', async () => {
  const { clock, source, state, secrets, events } = checking();
  await secrets.get('db');
  source.rotate('db', '{"password":"two"}');
  state.version = 'v2';
  await clock.advance(6 * minute);
  expect((await secrets.get('db#password')).reveal()).toBe('two');
  expect(source.reads).toHaveLength(2);
  expect(events).toEqual(['miss', 'miss', 'rotate']);
  await secrets.close();
});

test('a provider whose check was not switched on is read each time', async () => {
  const { clock, source, state, secrets } = checking({}, { versionCheck: false });
  await secrets.get('db');
  await clock.advance(6 * minute);
  await secrets.get('db');
  expect([state.checks, source.reads.length]).toEqual([0, 2]);
  await secrets.close();
});

test('whoever lost the right to read is found out within the limit, although every check still answers', async () => {
  const { clock, source, state, secrets } = checking({ rereadAfter: '30m' });
  await secrets.get('db');
  source.failure = denied();
  let left = 0;
  for (let at = 1; at <= 30 && left === 0; at++) {
    await clock.advance(minute);
    await secrets.get('db').catch((error: unknown) => {
      expect(error).toBeInstanceOf(AccessDeniedError);
      left = at;
    });
    await clock.advance(0);
  }
  expect(left).toBeGreaterThan(20);
  expect(left).toBeLessThanOrEqual(30);
  expect(state.checks).toBeGreaterThan(3);
  expect(secrets.stats().entries).toBe(0);
  await secrets.close();
});

test('nobody reads ahead in a quiet hour, and even then no check lets a value live past the limit', async () => {
  const { clock, source, secrets } = checking({ rereadAfter: '8m', ttl: '5m' });
  await secrets.get('db');
  await clock.advance(6 * minute);
  await secrets.get('db');
  expect(source.reads).toHaveLength(1);
  source.failure = denied();
  await clock.advance(2 * minute);
  await expect(secrets.get('db')).rejects.toBeInstanceOf(AccessDeniedError);
  await secrets.close();
});

test.each([
  ['is denied', denied()],
  ['is answered in a way nobody understands', new InvalidSecretError('nonsense')],
  ['breaks the contract', new TypeError('broken')],
])('a check that %s decides nothing: the secret is read', async (_, failure) => {
  const { clock, source, state, secrets } = checking();
  await secrets.get('db');
  state.version = failure;
  await clock.advance(6 * minute);
  expect((await secrets.get('db')).stale).toBe(false);
  expect(source.reads).toHaveLength(2);
  await secrets.close();
});

test('a check that cannot reach the source is an outage like any other: one attempt, and the last value covers', async () => {
  const { clock, source, state, secrets } = checking();
  await secrets.get('db');
  state.version = unavailable();
  await clock.advance(6 * minute);
  expect((await secrets.get('db')).stale).toBe(true);
  expect([state.checks, source.reads.length]).toEqual([1, 1]);
  await secrets.close();
});

test('a secret that its source describes as deleted is gone', async () => {
  const { clock, state, secrets } = checking();
  await secrets.get('db');
  state.version = undefined;
  await clock.advance(6 * minute);
  expect(await secrets.find('db')).toBeUndefined();
  expect(secrets.stats().entries).toBe(0);
  await secrets.close();
});

test('whoever asks for a read gets a read: refresh, maxAge, a forced prefetch', async () => {
  const { clock, source, state, secrets } = checking();
  await secrets.get('db');
  await secrets.refresh('db');
  await secrets.get('db', { maxAge: 0 });
  await secrets.prefetch(['db'], { force: true });
  await clock.advance(6 * minute);
  await secrets.get('db', { maxAge: '1m' });
  expect([state.checks, source.reads.length]).toEqual([0, 5]);
  await secrets.close();
});

test('a reader who wants it young joins no check that others began', async () => {
  const { clock, source, state, secrets } = checking();
  await secrets.get('db');
  await clock.advance(6 * minute);
  const [old, young] = await Promise.all([secrets.get('db'), secrets.get('db', { maxAge: '1m' })]);
  expect([old.ageMs, young.ageMs]).toEqual([6 * minute, 0]);
  expect([state.checks, source.reads.length]).toEqual([1, 2]);
  await secrets.close();
});

test('an invalidated value is read, not checked', async () => {
  const { source, state, secrets } = checking();
  await secrets.get('db');
  await secrets.invalidate('db');
  await secrets.get('db');
  expect([state.checks, source.reads.length]).toEqual([0, 2]);
  await secrets.close();
});

test('what one provider answered is never checked with another', async () => {
  const clock = new FakeClock();
  const first: Provider = { ...told({}, { clock, name: 'first' }), versionCheck: true, versionOf: () => Promise.reject(new Error('must not be asked')) };
  const second = told({ db: 'one' }, { clock, name: 'second' });
  const secrets = createSecrets({ providers: [first, second], clock, random: () => 0 });
  await secrets.get('db');
  await clock.advance(6 * minute);
  await secrets.get('db');
  expect(second.reads).toHaveLength(2);
  await secrets.close();
});

test('one that many wait for is checked once', async () => {
  const { clock, state, secrets } = checking();
  await secrets.get('db');
  await clock.advance(6 * minute);
  await Promise.all(Array.from({ length: 100 }, () => secrets.get('db')));
  expect(state.checks).toBe(1);
  await secrets.close();
});

test('no ttl lasts past the rotation that the source has announced, and one that is late says nothing', async () => {
  const clock = new FakeClock();
  const announced = clock.wallNow() + 3 * minute;
  const reads: number[] = [];
  const provider: Provider = {
    name: 'announcing',
    identity: 'announcing',
    get: (ref) => {
      reads.push(clock.now());
      return Promise.resolve(new Secret({ ref, value: 'one', provider: 'announcing', version: 'v1', clock, expiresAt: announced }));
    },
  };
  const secrets = createSecrets({ providers: [provider], clock, random: () => 0, ttl: '10m' });
  const startedAt = clock.now();
  await secrets.get('db');
  await clock.advance(3 * minute - 1);
  expect(secrets.peek('db')).toBeDefined();
  await clock.advance(1);
  expect(secrets.peek('db')).toBeUndefined();
  await secrets.get('db');
  await clock.advance(7 * minute);
  await secrets.get('db');
  await clock.advance(0);
  expect(reads.map((at) => at - startedAt)).toEqual([0, 3 * minute]);
  await secrets.close();
});

test('a rotation that a check tells of ends the ttl too', async () => {
  const { clock, state, secrets } = checking();
  await secrets.get('db');
  await clock.advance(6 * minute);
  state.expiresAt = clock.wallNow() + minute;
  await secrets.get('db');
  await clock.advance(minute - 1);
  expect(secrets.peek('db')).toBeDefined();
  await clock.advance(1);
  expect(secrets.peek('db')).toBeUndefined();
  await secrets.close();
});

test('secrets over secrets: what the inner ones confirmed is as old to the outer ones as it is', async () => {
  const { clock, source, secrets: inner } = checking({ rereadAfter: '1h' });
  const outer = createSecrets({
    providers: [{ name: 'inner', identity: 'inner', get: (ref) => inner.find(ref) }],
    clock,
    random: () => 0,
    ttl: '10m',
  });
  await outer.get('db');
  await clock.advance(6 * minute);
  await inner.get('db');
  await clock.advance(2 * minute);
  await outer.invalidate('db');
  await outer.get('db');
  await clock.advance(2 * minute);
  expect(outer.peek('db')).toBeUndefined();
  expect(source.reads).toHaveLength(1);
  await outer.close();
  await inner.close();
});

test('rereadAfter is a duration', () => {
  let failure: unknown;
  try {
    createSecrets({ providers: [told({})], rereadAfter: 5 as never });
  } catch (error) {
    failure = error;
  }
  expect(isKeyturnError(failure) && failure.message).toContain('rereadAfter');
});
