import { expect, test } from 'vitest';
import { ConfigurationError, createSecrets, InvalidReferenceError, Secret } from '../src/index.ts';
import type { Provider } from '../src/index.ts';
import { FakeClock } from './support/fake-clock.ts';
import { denied, loggedOut, told, unavailable } from './support/source.ts';

function chain(first: Record<string, string>, second: Record<string, string>, options: Partial<Parameters<typeof createSecrets>[0]> = {}) {
  const clock = new FakeClock();
  const one = told(first, { clock, name: 'one' });
  const two = told(second, { clock, name: 'two' });
  return { clock, one, two, secrets: createSecrets({ providers: [one, two], clock, random: () => 0, ttl: '100s', ...options }) };
}

test('the first provider that has the secret answers, and the secret says which', async () => {
  const { two, secrets } = chain({ a: 'from one' }, { a: 'from two', b: 'from two' });
  expect([(await secrets.get('a')).provider, (await secrets.get('b')).provider]).toEqual(['one', 'two']);
  expect(two.reads).toEqual(['b']);
});

test('a provider asked for by name is the only one asked', async () => {
  const { one, secrets } = chain({ a: '1' }, { a: '2' });
  const secret = await secrets.get('two://a');
  expect([secret.reveal(), secret.provider, secret.ref]).toEqual(['2', 'two', { provider: 'two', name: 'a' }]);
  expect(one.reads).toEqual([]);
});

test('an unknown provider name is an error that names the known ones', async () => {
  const { secrets } = chain({}, {});
  await expect(secrets.get('vualt://a')).rejects.toThrow(InvalidReferenceError);
  await expect(secrets.get('vualt://a')).rejects.toMatchObject({ hint: expect.stringContaining('one, two') as string });
});

test.each([
  ['unavailable', unavailable('one')],
  ['denied', denied('one')],
  ['logged out', loggedOut('one')],
])('a provider that is %s stops the chain: a later one must not stand in', async (_, failure) => {
  const { one, two, secrets } = chain({}, { a: 'older' });
  one.failure = failure;
  await expect(secrets.get('a')).rejects.toThrow(failure.message);
  expect(two.reads).toEqual([]);
});

test('a provider that may be passed over is, while it cannot be reached; the answer says so and is kept for thirty seconds', async () => {
  const { clock, one, two, secrets } = chain({ a: 'first' }, { a: 'second' }, { onUnavailable: { one: 'next' } });
  one.failure = unavailable('one');
  const secret = await secrets.get('a');
  expect([secret.reveal(), secret.fallback, secret.stale]).toEqual(['second', true, false]);
  await clock.advance(23_999);
  await secrets.get('a');
  expect(two.reads).toHaveLength(1);
  one.failure = undefined;
  await clock.advance(30_000);
  expect((await secrets.get('a')).reveal()).toBe('first');
});

test('a provider that refuses is never passed over', async () => {
  const { one, secrets } = chain({}, { a: 'second' }, { onUnavailable: { one: 'next' } });
  one.failure = denied('one');
  await expect(secrets.get('a')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});

test("a detour is given before a stale value, and never replaces the first provider's copy", async () => {
  const { clock, one, two, secrets } = chain({ a: 'first' }, { a: 'second' }, { onUnavailable: { one: 'next' } });
  await secrets.get('a');
  one.failure = unavailable('one');
  await clock.advance(100_000);
  const detour = await secrets.get('a');
  expect([detour.reveal(), detour.fallback]).toEqual(['second', true]);
  two.failure = unavailable('two');
  await clock.advance(30_000);
  const stale = await secrets.get('a');
  expect([stale.reveal(), stale.stale]).toEqual(['first', true]);
  one.failure = undefined;
  await clock.advance(60_000);
  expect((await secrets.get('a')).reveal()).toBe('first');
});

test('absent after a provider was passed over is no proof of absence', async () => {
  const { clock, one, secrets } = chain({ a: 'first' }, {}, { onUnavailable: { one: 'next' } });
  await secrets.get('a');
  one.failure = unavailable('one');
  await expect(secrets.get('b')).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  await clock.advance(100_000);
  expect((await secrets.get('a')).stale).toBe(true);
});

test("another provider's refusal does not drop the value of the provider that had it", async () => {
  const { clock, one, secrets } = chain({}, { a: 'second' });
  await secrets.get('a');
  one.failure = denied('one');
  await clock.advance(100_000);
  await expect(secrets.get('a')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(secrets.stats().stale).toBe(1);
});

test('a provider is asked only for names that match, and explain says so', async () => {
  const clock = new FakeClock();
  const prod = told({ 'prod/db': '1', 'test/db': '2' }, { clock, name: 'prod', match: ['prod/**'] });
  const secrets = createSecrets({ providers: [prod, told({}, { clock, name: 'rest' })], clock });
  expect(await secrets.find('test/db')).toBeUndefined();
  expect((await secrets.get('prod/db')).reveal()).toBe('1');
  expect((await secrets.explain('test/db')).steps).toMatchObject([
    { provider: 'prod', outcome: 'no match' },
    { provider: 'rest', outcome: 'absent' },
  ]);
});

test('explain reads once, stores nothing, and tells what each said and what the cache held', async () => {
  const { one, two, secrets } = chain({ a: '{"x":1}' }, {});
  const explanation = await secrets.explain('a#x');
  expect(explanation).toMatchObject({
    ref: 'a#x',
    outcome: 'found',
    provider: 'one',
    cache: { state: 'nothing' },
    steps: [{ outcome: 'found' }, { outcome: 'not asked' }],
  });
  expect(secrets.stats().entries).toBe(0);
  await secrets.get('a');
  one.failure = denied('one');
  expect(await secrets.explain('a')).toMatchObject({
    outcome: 'failed',
    error: { code: 'ACCESS_DENIED' },
    cache: { state: 'fresh', provider: 'one' },
    steps: [{ outcome: 'failed', code: 'ACCESS_DENIED' }],
  });
  expect(two.reads).toEqual([]);
  one.failure = undefined;
  expect(await secrets.explain('a#nope')).toMatchObject({ outcome: 'absent', error: { code: 'SECRET_NOT_FOUND' } });
});

test('a document without the field, or with null there, ends the chain', async () => {
  const { two, secrets } = chain({ a: '{"x":null}' }, { a: '{"x":"y"}' });
  await expect(secrets.get('a#x')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  expect(await secrets.find('a#y')).toBeUndefined();
  expect(two.reads).toEqual([]);
});

test.each([
  ['text', 'hunter2'],
  ['null', null],
  ['a plain object', { value: 'hunter2' }],
  ['something over 1 MiB', new Secret({ ref: { name: 'a' }, value: 'x'.repeat(1_048_577), provider: 'odd' })],
])('a provider that answers %s is told apart from one that answers', async (_, answer) => {
  const odd = { name: 'odd', get: () => Promise.resolve(answer) } as unknown as Provider;
  const secrets = createSecrets({ providers: [odd], clock: new FakeClock() });
  const error = await secrets.get('a').catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ code: 'INVALID_SECRET', provider: 'odd' });
  expect(JSON.stringify([String(error), error])).not.toContain('hunter2');
});

test('a provider that throws an error of its own kind is not quoted', async () => {
  const odd: Provider = {
    name: 'odd',
    get() {
      throw new TypeError('could not parse hunter2');
    },
  };
  const secrets = createSecrets({ providers: [odd], clock: new FakeClock() });
  await expect(secrets.get('a')).rejects.toMatchObject({ code: 'INVALID_SECRET', message: 'a: odd failed in a way it should not (TypeError).' });
});

test('wrong chains are refused at once, with the mend', () => {
  expect(() => createSecrets({ providers: [] })).toThrow(ConfigurationError);
  expect(() => createSecrets({ providers: [told(), told()] })).toThrow(/two are called "told"/);
  expect(() => createSecrets({ providers: [told()], onUnavailable: { vault: 'next' } })).toThrow(/no provider "vault"/);
  expect(() => createSecrets({ providers: [told()], tll: '5m' } as never)).toThrow(/unknown option "tll"/);
  expect(() => createSecrets({ providers: [told()], deadline: 0 })).toThrow(/deadline/);
});

test('a write goes to the one provider that can, and to none when several could', async () => {
  const clock = new FakeClock();
  const [one, two] = [told({ a: 'shadow' }, { clock, name: 'one' }), told({}, { clock, name: 'two' })];
  two.set = () => Promise.resolve({});
  const secrets = createSecrets({ providers: [one, two], clock });
  expect(await secrets.set('a', 'x')).toEqual({ provider: 'two', shadowedBy: 'one' });
  one.set = () => Promise.resolve({});
  const both = createSecrets({ providers: [one, two], clock: new FakeClock() });
  await expect(both.set('a', 'x')).rejects.toMatchObject({ code: 'INVALID_REFERENCE', hint: 'Name one: one://a.' });
  expect(await both.set('two://a', 'x')).toMatchObject({ provider: 'two' });
  await expect(secrets.delete('a')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

test('a field that a provider answers on its own comes in chain order, and never enters a document', async () => {
  const clock = new FakeClock();
  const file = told({}, { clock, name: 'file' });
  const environment: Provider = {
    name: 'env',
    get: () => Promise.resolve(undefined),
    fieldOf: (ref) => (ref.field === 'password' && ref.name === 'db' ? new Secret({ ref, value: 'from env', provider: 'env', clock }) : undefined),
  };
  const cloud = told({ db: '{"user":"u","password":"from cloud"}' }, { clock, name: 'cloud' });
  const secrets = createSecrets({ providers: [file, environment, cloud], clock, random: () => 0 });
  await secrets.get('db');
  expect((await secrets.get('db#password')).reveal()).toBe('from env');
  expect((await secrets.get('db#user')).reveal()).toBe('u');
  expect((await secrets.get('db')).field('password').reveal()).toBe('from cloud');
  expect((await secrets.fields('db'))['password']?.reveal()).toBe('from cloud');
  expect(cloud.reads).toHaveLength(1);
  // A provider before it that has the document wins.
  file.values.set('db', '{"password":"from file"}');
  await secrets.invalidate('db');
  expect((await secrets.get('db#password')).reveal()).toBe('from file');
});

test('isAvailable asks those who can tell', async () => {
  const { one, secrets } = chain({}, {});
  expect(await secrets.isAvailable()).toBe(true);
  const checked = createSecrets({ providers: [{ ...one, check: () => Promise.reject(unavailable('one')) }], clock: new FakeClock() });
  expect([await checked.isAvailable(), await checked.isAvailable('one')]).toEqual([false, false]);
  await expect(checked.isAvailable('two')).rejects.toThrow(ConfigurationError);
  expect(checked.providers).toEqual(['one']);
});

test('an answer that may not be kept takes away the older one of another provider, too', async () => {
  const clock = new FakeClock();
  const [one, two] = [told({ a: 'from one' }, { clock, name: 'one' }), told({ a: 'from two' }, { clock, name: 'two', ttl: 0 })];
  const secrets = createSecrets({ providers: [one, two], clock, random: () => 0, ttl: '100s' });
  await secrets.get('a');
  one.values.delete('a');
  expect((await secrets.refresh('a')).reveal()).toBe('from two');
  expect(secrets.peek('a')).toBeUndefined();
  expect(secrets.stats().entries).toBe(0);
  expect((await secrets.get('a')).reveal()).toBe('from two');
});

test('a detour goes on being given when its own provider cannot be reached any more either, no longer than it may be kept and no older than maxAge', async () => {
  const { clock, one, two, secrets } = chain({ a: 'first' }, { a: 'second' }, { onUnavailable: { one: 'next' } });
  await secrets.get('a');
  one.failure = unavailable('one');
  await clock.advance(100_000);
  await secrets.get('a');
  two.failure = unavailable('two');
  await clock.advance(5_000);
  for (let probe = 0; probe < 2; probe++) {
    expect((await secrets.get('a')).reveal()).toBe('second');
    expect((await secrets.get('a', { maxAge: '7s' })).reveal()).toBe('second');
    await expect(secrets.get('a', { maxAge: '4s' })).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    await clock.advance(2_000);
  }
  await clock.advance(21_000);
  const stale = await secrets.get('a');
  expect([stale.reveal(), stale.stale]).toEqual(['first', true]);
});

test('many at once follow the rules of one: a refusal is never passed over, and a detour says that it is one', async () => {
  const { one, two, secrets } = chain({}, { a: 'second', b: 'second' }, { onUnavailable: { one: 'next' } });
  one.failure = denied('one');
  const errors: unknown[] = [];
  expect(await secrets.prefetch(['a', 'b'], { onError: ({ code }, ref) => errors.push([ref, code]) })).toEqual([undefined, undefined]);
  expect(errors).toEqual([
    ['a', 'ACCESS_DENIED'],
    ['b', 'ACCESS_DENIED'],
  ]);
  expect(two.reads).toEqual([]);
  one.failure = unavailable('one');
  expect((await secrets.prefetch(['a', 'b'])).map((secret) => [secret?.reveal(), secret?.fallback])).toEqual([
    ['second', true],
    ['second', true],
  ]);
  expect(await secrets.prefetch(['c', 'd'], { onError: ({ code }) => errors.push(code) })).toEqual([undefined, undefined]);
  expect(errors.slice(2)).toEqual(['PROVIDER_UNAVAILABLE', 'PROVIDER_UNAVAILABLE']);
});

test('only a provider that is asked before the one written to shadows what was written', async () => {
  const clock = new FakeClock();
  const own = (name: string): Provider => ({
    name,
    get: () => Promise.resolve(undefined),
    fieldOf: (ref) => (ref.name === `in ${name}` ? new Secret({ ref, value: 'x', provider: name, clock }) : undefined),
  });
  const writer = told({ a: 'older' }, { clock, name: 'writer' });
  writer.set = () => Promise.resolve({});
  const late = told({ a: 'late', b: 'late' }, { clock, name: 'late' });
  const secrets = createSecrets({ providers: [own('early'), writer, own('later'), late], clock });
  for (const ref of ['a', 'b', 'in later#field']) expect(await secrets.set(ref, 'new')).toEqual({ provider: 'writer' });
  expect(await secrets.set('in early#field', 'new')).toEqual({ provider: 'writer', shadowedBy: 'early' });
  expect(late.reads).toEqual([]);
});

test('close ends every provider once, however often it is called, and one that cannot end keeps no other from it', async () => {
  const closed: string[] = [];
  const closing = (name: string, failure?: Error) => ({
    ...told({}, { name }),
    close: () => {
      closed.push(name);
      return failure ? Promise.reject(failure) : Promise.resolve();
    },
  });
  const secrets = createSecrets({ providers: [closing('one', new Error('no')), closing('two')], clock: new FakeClock() });
  await Promise.all([secrets.close(), secrets.close()]);
  await secrets.close();
  expect(closed).toEqual(['one', 'two']);
});
