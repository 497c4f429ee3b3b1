/** The fake provider under a whole `createSecrets`, as a program's tests use it. That it keeps the contract is in test/contract. */
import { describe, expect, test } from 'vitest';
import { createSecrets, isKeyturnError } from '../../src/index.ts';
import { FakeClock, type Fault, fakeProvider } from '../../src/testing/index.ts';
import { calm } from '../providers/scratch.ts';

function program(values: Record<string, string> = { 'prod/db': 'one' }) {
  const clock = new FakeClock();
  const source = fakeProvider(values, { clock });
  const secrets = createSecrets({ providers: [source], ttl: '5m', staleIfError: '1h', random: () => 0, clock });
  return { clock, source, secrets, read: async (name = 'prod/db') => (await secrets.get(name)).reveal() };
}

test('a rotation is seen when the ttl is over, and its version with it', async () => {
  const { clock, source, secrets, read } = program();
  expect(await read()).toBe('one');
  source.rotate('prod/db', 'two');
  expect(await read()).toBe('one');
  await clock.advance('5m');
  expect(await secrets.get('prod/db')).toMatchObject({ version: 'v2', provider: 'fake' });
  expect(await read()).toBe('two');
  await secrets.close();
});

test('what is removed is not found, and what is new is', async () => {
  const { source, secrets, read } = program();
  source.remove('prod/db');
  source.rotate('prod/new', 'first');
  await expect(read()).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  expect(await read('prod/new')).toBe('first');
  await secrets.close();
});

describe('told to fail', () => {
  test.each([
    ['unavailable', 'PROVIDER_UNAVAILABLE', 'PROVIDER_UNAVAILABLE'],
    ['throttled', 'PROVIDER_UNAVAILABLE', 'PROVIDER_UNAVAILABLE'],
    ['login', 'AUTHENTICATION', 'AUTHENTICATION'],
    ['denied', 'ACCESS_DENIED', undefined],
    ['invalid', 'INVALID_SECRET', undefined],
    ['conflict', undefined, undefined],
  ] satisfies [Fault, string | undefined, string | undefined][])('"%s": a read ends with %s, a check with %s', async (fault, ofRead, ofCheck) => {
    const source = fakeProvider({ a: '1' }, { name: 'vault' });
    const codeOf = (call: Promise<unknown>) => call.then(undefined, (error: unknown) => isKeyturnError(error) && [error.code, error.provider, error.message]);
    source.fail(fault);
    expect(await codeOf(source.get({ name: 'a' }, calm).then(() => undefined))).toEqual(
      ofRead && [ofRead, 'vault', expect.stringMatching(/^a: vault /) as string],
    );
    expect(await codeOf(source.check(calm))).toEqual(ofCheck && [ofCheck, 'vault', expect.stringMatching(/^vault /) as string]);
    expect(await codeOf(source.set({ name: 'a' }, '2', calm).then(() => undefined))).toBeDefined();
    source.recover();
    expect((await source.get({ name: 'a' }, calm))?.reveal()).toBe('1');
  });

  test('for some names only, the others go on, many at once too', async () => {
    const source = fakeProvider({ 'prod/a': '1', 'dev/a': '2' });
    source.fail('unavailable', 'prod/*');
    const [prod, dev] = await source.getMany([{ name: 'prod/a' }, { name: 'dev/a' }], calm);
    expect(prod).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', ref: 'prod/a' });
    expect(dev).toMatchObject({ version: 'v1' });
    await source.check(calm);
    expect(await source.list('', calm)).toEqual(['prod/a', 'dev/a']);
  });

  test('the latest word on a name counts', async () => {
    const source = fakeProvider({ a: '1' });
    source.fail('unavailable');
    source.fail('denied', 'a');
    await expect(source.get({ name: 'a' }, calm)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await expect(source.get({ name: 'b' }, calm)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  test('a stale value covers an outage, and not a refusal', async () => {
    const { clock, source, secrets, read } = program();
    await read();
    source.fail('unavailable');
    await clock.advance('6m');
    expect(await secrets.get('prod/db')).toMatchObject({ stale: true });
    source.recover();
    source.fail('denied', 'prod/db');
    await expect(secrets.refresh('prod/db')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await expect(read()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await secrets.close();
  });
});

describe('told to be slow', () => {
  test('it answers when the time is over on its clock', async () => {
    const { clock, source, secrets, read } = program();
    source.slow('2s');
    const reading = read();
    await clock.advance('1999ms');
    expect(source.waiting).toBe(1);
    await clock.advance(1);
    expect(await reading).toBe('one');
    expect(source.waiting).toBe(0);
    await secrets.close();
  });

  test('an attempt that is too slow is ended, and its wait too', async () => {
    const { clock, source, secrets, read } = program();
    source.slow('1h');
    const failed = read().catch((error: unknown) => error);
    await clock.advance('3s');
    expect(await failed).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(source.waiting).toBe(0);
    await secrets.close();
  });

  test('a slow answer is what the source had when it was asked', async () => {
    const { source, secrets, read } = program();
    source.slow('none');
    const before = read();
    await new Promise((resolve) => setImmediate(resolve));
    source.rotate('prod/db', 'two');
    source.recover();
    expect(await before).toBe('one');
    await secrets.close();
  });

  test('a failure is as slow as an answer', async () => {
    const clock = new FakeClock();
    const source = fakeProvider({}, { clock });
    source.slow('2s');
    source.fail('login');
    const failed = source.get({ name: 'a' }, calm).catch((error: unknown) => error);
    await clock.advance('1s');
    expect(source.waiting).toBe(1);
    await clock.advance('1s');
    expect(await failed).toMatchObject({ code: 'AUTHENTICATION' });
  });
});

test('every call is recorded when it is made, also one that fails or is never answered', async () => {
  const source = fakeProvider({ a: '1' });
  source.fail('unavailable', 'a');
  await source.get({ name: 'a' }, calm).catch(() => undefined);
  source.slow('none');
  const waiting = source.get({ name: 'b', version: 'v9' }, calm);
  expect(source.calls).toEqual([
    { op: 'get', name: 'a', version: undefined },
    { op: 'get', name: 'b', version: 'v9' },
  ]);
  source.rotate('a', '2');
  expect(source.calls).toHaveLength(2);
  source.reset();
  expect(source.calls).toEqual([]);
  source.recover();
  await waiting;
});

test.each([
  [() => fakeProvider({}, { nmae: 'x' } as never), 'fake: unknown option "nmae"'],
  [() => fakeProvider({}, { name: 'No Name' }), 'no provider name'],
  [
    () => {
      fakeProvider().fail('fire' as never);
    },
    '"fire" is no fault',
  ],
  [
    () => {
      fakeProvider().fail('denied', '');
    },
    'fail: the names must be one pattern',
  ],
  [
    () => {
      fakeProvider().slow(5 as never);
    },
    'slow: 5 has no unit',
  ],
  [
    () => {
      fakeProvider().rotate('a', undefined as never);
    },
    'rotate: the value is neither text',
  ],
])('what cannot be meant is refused, and said: %s', (act, said) => {
  expect(act).toThrow(said);
});
