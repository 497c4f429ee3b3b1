import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settled } from '../support/fake-clock.ts';
import { bundle } from '../../src/core/bundle.ts';
import { AccessDeniedError, ProviderUnavailableError } from '../../src/core/errors.ts';
import type { Provider, ReadOptions } from '../../src/core/provider.ts';
import type { SecretRef } from '../../src/core/ref.ts';
import { Secret } from '../../src/core/secret.ts';

const reading = (signal = new AbortController().signal): ReadOptions => ({ signal, deadline: Infinity });

interface Read {
  readonly ref: SecretRef;
  readonly signal: AbortSignal;
  answer(text: string | undefined, version?: string, ageMs?: number): void;
  fail(error: Error): void;
}

/** A provider whose every read is answered by hand. */
function byHand(settings: Partial<Provider> = {}) {
  const reads: Read[] = [];
  const provider: Provider = {
    name: 'cloud',
    ...settings,
    get: (ref, { signal }) =>
      new Promise((resolve, reject) => {
        reads.push({
          ref,
          signal,
          answer: (text, version, ageMs = 0) => {
            resolve(text === undefined ? undefined : new Secret({ ref, value: text, provider: 'cloud', version, ageMs }));
          },
          fail: reject,
        });
      }),
  };
  return { reads, provider };
}

/** One read of a document that is `text`. */
async function readIn(text: string | undefined, name: string): Promise<Secret | undefined> {
  const { reads, provider } = byHand();
  const result = bundle(provider, 'app').get({ name }, reading());
  await settled();
  reads[0]?.answer(text);
  return result;
}

test('a member is a secret of its own, with the version and the age of the document', async () => {
  const { reads, provider } = byHand();
  const ref = { name: 'prod/db', version: 'AWSPREVIOUS' };
  const result = bundle(provider, 'app').get(ref, reading());
  await settled();
  expect(reads[0]?.ref).toEqual({ name: 'app', version: 'AWSPREVIOUS' });
  await settled();
  reads[0]?.answer('{"prod/db":"s3cret"}', 'v7', 60_000);
  const secret = await result;
  expect(secret?.reveal()).toBe('s3cret');
  expect(secret?.ref).toEqual(ref);
  expect(secret?.version).toBe('v7');
  expect(secret?.ageMs).toBeGreaterThanOrEqual(60_000);
  expect(secret?.provider).toBe('cloud');
});

test.each([
  ['a string’s own text', '{"x":"a\\u00e4\\n\\"b\\""}', 'aä\n"b"'],
  ['the empty string', '{"x":""}', ''],
  ['a number with its digits', '{"x": 1.10e2 }', '1.10e2'],
  ['a number too large for JavaScript', '{"x":123456789012345678901234567890}', '123456789012345678901234567890'],
  ['true', '{"x":true}', 'true'],
  ['an object’s exact source', '{"x": { "a" : 1.0 } }', '{ "a" : 1.0 }'],
  ['an array’s exact source', '{"x":[1, 2]}', '[1, 2]'],
  ['the text null', '{"x":"null"}', 'null'],
])('a member can be %s', async (_, document, expected) => {
  expect((await readIn(document, 'x'))?.reveal()).toBe(expected);
});

test('a member that is JSON has fields, written as an object or as a text', async () => {
  expect((await readIn('{"db":{"password":"p"}}', 'db'))?.field('password').reveal()).toBe('p');
  expect((await readIn('{"db":"{\\"password\\":\\"p\\"}"}', 'db'))?.field('password').reveal()).toBe('p');
});

test('a missing member, a null, and every member of a missing document are absent', async () => {
  expect(await readIn('{"x":null}', 'x')).toBeUndefined();
  expect(await readIn('{"x":"1"}', 'y')).toBeUndefined();
  expect(await readIn(undefined, 'x')).toBeUndefined();
});

test('a name with a dot or brackets is a key, never a path', async () => {
  expect(await readIn('{"a":{"b":"1"},"c":["2"]}', 'a.b')).toBeUndefined();
  expect(await readIn('{"a":{"b":"1"},"c":["2"]}', 'c[0]')).toBeUndefined();
  expect((await readIn('{"a":{"b":"1"},"a.b":"3"}', 'a.b'))?.reveal()).toBe('3');
});

test('names that mean something to JavaScript are keys like others', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then']) {
    expect((await readIn(`{"${name}":"mine"}`, name))?.reveal()).toBe('mine');
    expect(await readIn('{}', name)).toBeUndefined();
  }
});

test('any object of texts gives every text back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), async (members) => {
      for (const [name, text] of Object.entries(members)) expect((await readIn(JSON.stringify(members), name))?.reveal()).toBe(text);
    }),
    { numRuns: 50 },
  );
});

test.each([['not json at all'], ['"text"'], ['[]'], ['5'], ['null'], [''], ['{"a":1,"a":2}'], ['{"canary-s3cret":']])(
  'a document that is %s is invalid, and the error shows nothing of it',
  async (text) => {
    const error = await readIn(text, 'x').catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'INVALID_SECRET', ref: 'x', provider: 'cloud' });
    expect(JSON.stringify(Object.getOwnPropertyDescriptors(error))).not.toContain('canary-s3cret');
  },
);

test('reads of different members that begin together share one read of the document', async () => {
  const { reads, provider } = byHand();
  const app = bundle(provider, 'app');
  const both = Promise.all([app.get({ name: 'a' }, reading()), app.get({ name: 'b' }, reading())]);
  await settled();
  expect(reads).toHaveLength(1);
  await settled();
  reads[0]?.answer('{"a":"1","b":"2"}');
  expect((await both).map((secret) => secret?.reveal())).toEqual(['1', '2']);
});

test('reads of different versions are different reads', async () => {
  const { reads, provider } = byHand();
  const app = bundle(provider, 'app');
  void app.get({ name: 'a' }, reading());
  void app.get({ name: 'a', version: '1' }, reading());
  void app.get({ name: 'b', version: '1' }, reading());
  await settled();
  expect(reads.map(({ ref }) => ref.version)).toEqual([undefined, '1']);
});

test('no read joins one that has left: it might follow an invalidation', async () => {
  const { reads, provider } = byHand();
  const app = bundle(provider, 'app');
  const before = app.get({ name: 'a' }, reading());
  await settled();
  const after = app.get({ name: 'b' }, reading());
  await settled();
  expect(reads).toHaveLength(2);
  await settled();
  reads[1]?.answer('{"a":"new","b":"new"}');
  reads[0]?.answer('{"a":"old","b":"old"}');
  expect((await Promise.all([before, after])).map((secret) => secret?.reveal())).toEqual(['old', 'new']);
});

test('one caller leaving ends nobody else’s read; the last one leaving ends it, and a newcomer starts anew', async () => {
  const { reads, provider } = byHand();
  const app = bundle(provider, 'app');
  const first = new AbortController();
  const second = new AbortController();
  const leaves = app.get({ name: 'a' }, reading(first.signal));
  const stays = app.get({ name: 'b' }, reading(second.signal));
  first.abort(new Error('left'));
  await expect(leaves).rejects.toThrow('left');
  await settled();
  expect(reads[0]?.signal.aborted).toBe(false);
  second.abort(new Error('left too'));
  await expect(stays).rejects.toThrow('left too');
  await settled();
  expect(reads[0]?.signal.aborted).toBe(true);
  const newcomer = app.get({ name: 'c' }, reading());
  await settled();
  reads[1]?.answer('{"c":"3"}');
  expect((await newcomer)?.reveal()).toBe('3');
});

test('a failure is shared and not kept', async () => {
  const { reads, provider } = byHand();
  const app = bundle(provider, 'app');
  const both = [app.get({ name: 'a' }, reading()), app.get({ name: 'b' }, reading())];
  const refusal = new AccessDeniedError('no');
  await settled();
  reads[0]?.fail(refusal);
  for (const one of both) await expect(one).rejects.toBe(refusal);
  const again = app.get({ name: 'a' }, reading());
  await settled();
  reads[1]?.answer('{"a":"1"}');
  expect((await again)?.reveal()).toBe('1');
});

test('many members cost one read of each version, and one failing version is no failure of the other', async () => {
  const { reads, provider } = byHand();
  const many = bundle(provider, 'app').getMany!([{ name: 'a' }, { name: 'b' }, { name: 'a', version: '1' }, { name: 'none' }, { name: 'a' }], reading());
  await settled();
  expect(reads).toHaveLength(2);
  const outage = new ProviderUnavailableError('away');
  await settled();
  reads[0]?.answer('{"a":"1","b":2}');
  reads[1]?.fail(outage);
  const results = await many;
  expect(results.map((result) => (result instanceof Secret ? result.reveal() : result))).toEqual(['1', '2', outage, undefined, '1']);
});

test('leaving while many are read ends with the caller’s reason', async () => {
  const { reads, provider } = byHand();
  const caller = new AbortController();
  const many = bundle(provider, 'app').getMany!([{ name: 'a' }, { name: 'b' }], reading(caller.signal));
  const reason = new ProviderUnavailableError('my own reason');
  caller.abort(reason);
  await expect(many).rejects.toBe(reason);
  await settled();
  expect(reads[0]?.signal.aborted).toBe(true);
});

test('a bundle keeps the settings and powers of its provider, and lacks those that it lacks', async () => {
  const { provider } = byHand({
    match: ['prod/**'],
    ttl: '1m',
    staleIfError: 0,
    identity: 'here',
    kind: 'cloud-kind',
    check: () => Promise.resolve(),
    set: () => Promise.resolve({}),
  });
  const app = bundle(provider, 'app');
  expect(app).toMatchObject({ name: 'cloud', kind: 'cloud-kind', match: ['prod/**'], ttl: '1m', staleIfError: 0 });
  expect(app.identity).not.toBe(bundle(provider, 'other').identity);
  expect(app).not.toHaveProperty('set');
  expect(app).not.toHaveProperty('close');
  await app.check?.(reading());
});
