/** Careless providers and careless callers: each gets one typed error, and none of them breaks a promise. */
import { expect, test } from 'vitest';
import { AccessDeniedError, createSecrets, isKeyturnError, Secret, SecretNotFoundError } from '../src/index.ts';
import type { Provider } from '../src/index.ts';
import { SecretCache, TtlCache } from '../src/cache/index.ts';
import { FakeClock, settled } from './support/fake-clock.ts';
import { told, unavailable } from './support/source.ts';

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'a value',
    (error: unknown) => (isKeyturnError(error) ? error : new Error('an error that is not ours')),
  );

test('a refusal drops the value although the provider did not say who it is', async () => {
  const clock = new FakeClock();
  const source = told({ db: 'one' }, { clock });
  const secrets = createSecrets({ providers: [source], clock, random: () => 0, ttl: '100s' });
  await secrets.get('db');
  source.failure = new AccessDeniedError('no');
  await clock.advance(100_000);
  expect(await outcome(secrets.get('db'))).toMatchObject({ code: 'ACCESS_DENIED', ref: 'db', provider: 'told', message: 'db: no' });
  source.failure = unavailable();
  expect(await outcome(secrets.get('db'))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('a provider that throws not-found says absent, and revocation wins', async () => {
  const clock = new FakeClock();
  const source = told({ db: 'one' }, { clock });
  const secrets = createSecrets({ providers: [source], clock, random: () => 0, ttl: '100s', negativeTtl: 0 });
  await secrets.get('db');
  source.failure = new SecretNotFoundError('none');
  await clock.advance(100_000);
  expect(await secrets.find('db')).toBeUndefined();
  source.failure = unavailable();
  expect(await outcome(secrets.get('db'))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('a secret made by another copy of the library keeps its value through an outage, marked', async () => {
  const other = (await import(/* @vite-ignore */ ['../src/core/secret.ts', 'another-copy'].join('?'))) as { Secret: typeof Secret };
  expect(other.Secret).not.toBe(Secret);
  const clock = new FakeClock();
  let isAway = false;
  const foreign: Provider = {
    name: 'foreign',
    get: (ref) =>
      isAway
        ? Promise.reject(unavailable('foreign'))
        : Promise.resolve(
            new other.Secret({ ref, value: ref.name === 'bytes' ? Buffer.from([255, 0]) : 'the password', provider: 'foreign', version: 'v1', clock }),
          ),
  };
  const secrets = createSecrets({ providers: [foreign], clock, random: () => 0, ttl: '100s' });
  expect([...(await secrets.get('bytes')).bytes()]).toEqual([255, 0]);
  await secrets.get('db');
  isAway = true;
  await clock.advance(100_000);
  const stale = await secrets.get('db');
  expect([stale.reveal(), stale.stale, stale.version]).toEqual(['the password', true, 'v1']);
});

test.each([[{}], [[]], ['text'], [undefined]])('a batch that is answered with %j is invalid, and drops and forgets nothing', async (answer) => {
  const clock = new FakeClock();
  const source: Provider = told({ a: '1', b: '2' }, { clock });
  let isBroken = false;
  source.getMany = (refs, options) => (isBroken ? Promise.resolve(answer as never) : Promise.all(refs.map((ref) => source.get(ref, options))));
  const secrets = createSecrets({ providers: [source], clock });
  await secrets.prefetch(['a', 'b']);
  isBroken = true;
  expect(await outcome(secrets.prefetch(['a', 'b'], { force: true }))).toMatchObject({ code: 'INVALID_SECRET' });
  expect((await secrets.get('a')).reveal()).toBe('1');
});

test('two providers without an identity never share an entry of a shared cache', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const plain = (value: string): Provider => ({ name: 'p', get: (ref) => Promise.resolve(new Secret({ ref, value, provider: 'p', clock })) });
  const [production, staging] = [plain('prod'), plain('stage')].map((provider) => createSecrets({ providers: [provider], cache, clock }));
  expect([(await production!.get('db')).reveal(), (await staging!.get('db')).reveal()]).toEqual(['prod', 'stage']);
});

test('a reader of ttl 0 never finds what a neighbour on the same cache has kept', async () => {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const source = told({ otp: '1' }, { clock });
  const keeper = createSecrets({ providers: [source], cache, clock });
  const careful = createSecrets({ providers: [source], cache, clock, secrets: { otp: { ttl: 0 } } });
  await keeper.get('otp');
  source.rotate('otp', '2');
  expect((await careful.get('otp')).reveal()).toBe('2');
});

test('a thousand callers who ask for a read now cost two', async () => {
  const clock = new FakeClock();
  const source = told({ db: 'one' }, { clock });
  source.isSlow = true;
  const secrets = createSecrets({ providers: [source], clock });
  const reads = Array.from({ length: 1_000 }, (_, index) => (index % 2 ? secrets.refresh('db') : secrets.get('db', { maxAge: 0 })));
  await settled();
  source.pending[0]?.answer('one');
  await settled();
  source.pending[1]?.answer('two', 'v2');
  expect(new Set((await Promise.all(reads)).map((secret) => secret.reveal()))).toEqual(new Set(['one', 'two']));
  expect(source.reads).toHaveLength(2);
});

test('whoever waits for the next turn of a read waits no longer than the deadline, and the turn after a dropped one comes', async () => {
  const clock = new FakeClock();
  const source = told({ db: 'one' }, { clock });
  source.isSlow = true;
  const secrets = createSecrets({ providers: [source], clock });
  const leaver = new AbortController();
  const first = outcome(secrets.refresh('db', { signal: leaver.signal }));
  const second = outcome(secrets.refresh('db', { timeout: '1s' }));
  await clock.advance(1_000);
  expect(await second).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  const third = secrets.refresh('db');
  leaver.abort(new Error('left'));
  await first;
  await settled();
  source.pending[1]?.answer('two');
  expect((await third).reveal()).toBe('two');
});

test.each([
  ['a name that is a value', Object.assign(new Error('x'), { name: 'CANARY_hunter2' })],
  ['a message that is a value', new TypeError('CANARY_hunter2')],
  [
    'a name that throws',
    Object.defineProperty(new Error('x'), 'name', {
      get: () => {
        throw new Error('CANARY_hunter2');
      },
    }),
  ],
  ['a thing that poses as our error', { [Symbol.for('keyturn.error')]: true, code: 'ACCESS_DENIED', message: 'CANARY_hunter2' }],
  ['a text', 'CANARY_hunter2'],
])('what is thrown with %s is not quoted', async (_, thrown) => {
  const odd: Provider = { name: 'odd', get: () => Promise.reject(thrown as Error) };
  const secrets = createSecrets({ providers: [odd], clock: new FakeClock() });
  const error = (await outcome(secrets.get('a'))) as Error;
  expect(error).toMatchObject({ code: 'INVALID_SECRET', provider: 'odd' });
  expect(JSON.stringify([error.message, error.stack, error, await secrets.explain('a')])).not.toContain('CANARY');
});

test("a silent provider's timeout names the secret", async () => {
  const clock = new FakeClock();
  const source = told({}, { clock });
  source.isSlow = true;
  const secrets = createSecrets({ providers: [source], clock });
  const read = outcome(secrets.get('prod/db'));
  await clock.advance(3_000);
  expect(await read).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', ref: 'prod/db', provider: 'told', message: 'prod/db: told did not answer within 3s.' });
});

test('prefetch with a collector collects malformed references, too', async () => {
  const secrets = createSecrets({ providers: [told({ a: '1' })], clock: new FakeClock() });
  const codes: string[] = [];
  const [a] = await secrets.prefetch(['a', 'nope://x', 'b#'], { onError: (error) => codes.push(error.code) });
  expect([a?.reveal(), codes]).toEqual(['1', ['INVALID_REFERENCE', 'INVALID_REFERENCE']]);
});

test.each<[string, () => unknown]>([
  ['no options', () => createSecrets(undefined as never)],
  ['a clock that is none', () => createSecrets({ providers: [told()], clock: 5 as never })],
  ['a cache that is none', () => createSecrets({ providers: [told()], cache: {} as never })],
  ['onUnavailable null', () => createSecrets({ providers: [told()], onUnavailable: null as never })],
  ['settings that are null', () => createSecrets({ providers: [told()], secrets: { a: null } as never })],
  ['a misspelt setting of a secret', () => createSecrets({ providers: [told()], secrets: { a: { tll: 0 } } as never })],
  ['a misspelt log option', () => createSecrets({ providers: [told()], log: { lvl: 'debug' } as never })],
  ['a logger that is none', () => createSecrets({ providers: [told()], logger: {} as never })],
  ['a random that is a number', () => createSecrets({ providers: [told()], random: 5 as never })],
  ['a misspelt option of TtlCache', () => new TtlCache({ maxSize: 3 } as never)],
  ['a misspelt option of SecretCache', () => new SecretCache({ maxSize: 3 } as never)],
  ['an event that is none', () => createSecrets({ providers: [told()] }).on('nope' as never, () => undefined)],
  ['a listener that is none', () => createSecrets({ providers: [told()] }).on('hit', 5 as never)],
])('%s is refused at once', (_, call) => {
  expect(call).toThrow(expect.objectContaining({ code: 'CONFIGURATION', hint: expect.any(String) as string }) as Error);
});

test.each<[string, (secrets: ReturnType<typeof createSecrets>) => Promise<unknown>]>([
  ['get with null', (secrets) => secrets.get('a', null as never)],
  ['get with a signal that is none', (secrets) => secrets.get('a', { signal: 5 as never })],
  ['prefetch of a text', (secrets) => secrets.prefetch('a/b' as never)],
  ['prefetch of nothing', (secrets) => secrets.prefetch(null as never)],
  ['prefetch with a misspelt option', (secrets) => secrets.prefetch(['a'], { forc: true } as never)],
  ['set of nothing', (secrets) => secrets.set('a', undefined as never)],
  ['set of a number', (secrets) => secrets.set('a', 5 as never)],
  ['invalidate of nothing', (secrets) => secrets.invalidate(null as never)],
  ['invalidate of a number', (secrets) => secrets.invalidate(5 as never)],
  ['invalidate with a misspelt key', (secrets) => secrets.invalidate({ prefx: 'a' } as never)],
  ['invalidate of an unknown provider', (secrets) => secrets.invalidate({ provider: 'nope' })],
])('%s is refused, and nothing is forgotten or written', async (_, call) => {
  const clock = new FakeClock();
  const source: Provider = { ...told({ a: '1' }, { clock }), set: () => Promise.reject(new Error('written')) };
  const secrets = createSecrets({ providers: [source], clock });
  await secrets.get('a');
  const error = await outcome(call(secrets));
  expect(['CONFIGURATION', 'INVALID_REFERENCE']).toContain((error as { code: string }).code);
  expect(secrets.peek('a')).toBeDefined();
});

test('after close nothing goes on', async () => {
  const secrets = createSecrets({ providers: [{ ...told(), list: () => Promise.resolve(['a']) }] });
  await secrets.close();
  for (const call of [secrets.list(), secrets.isAvailable(), secrets.explain('a'), secrets.invalidate('a'), secrets.set('a', 'x'), secrets.prefetch(['a'])]) {
    expect(await outcome(call)).toMatchObject({ code: 'CLOSED' });
  }
});

test('of a document with a thousand fields no more than a few dozen are remembered by their text', async () => {
  const clock = new FakeClock();
  const document = JSON.stringify(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, `${index}`])));
  const secrets = createSecrets({ providers: [told({ db: document }, { clock })], clock });
  const first = await secrets.get('db#f0');
  expect(await secrets.get('db#f0')).toBe(first);
  for (let index = 0; index < 1_000; index++) expect((await secrets.get(`db#f${index}`)).reveal()).toBe(`${index}`);
  // Cut anew, for it was forgotten meanwhile.
  expect(await secrets.get('db#f0')).not.toBe(first);
});
