import { expect, describe, test } from 'vitest';
import { InvalidSecretError, SecretNotFoundError } from '../../src/core/errors.ts';
import { deepestJson } from '../../src/core/json-source.ts';
import { parseRef } from '../../src/core/ref.ts';
import { isSecret, Secret, type SecretInit } from '../../src/core/secret.ts';
import { FakeClock } from '../support/fake-clock.ts';

function secretOf(value: string | Uint8Array, init: Partial<SecretInit> = {}): Secret {
  return new Secret({ ref: { name: 'prod/db' }, provider: 'cloud', value, ...init });
}

function errorOf(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

describe('the fields of a JSON object', () => {
  test('a string is its characters, everything else its exact source text', () => {
    const db = secretOf('{ "s": "a\\u0062\\n\\"", "n": 5432, "t": true, "f": false, "o": { "x" :  1 }, "a": [1,  "2"] }');
    expect(db.field('s').reveal()).toBe('ab\n"');
    expect(db.field('n').reveal()).toBe('5432');
    expect(db.field('t').reveal()).toBe('true');
    expect(db.field('f').reveal()).toBe('false');
    expect(db.field('o').reveal()).toBe('{ "x" :  1 }');
    expect(db.field('a').reveal()).toBe('[1,  "2"]');
  });

  test.each(['12345678901234567890', '1.10', '1e5', '-0', '1E+400', '0.1000', '-12.50e-07'])('the number %s keeps its digits', (digits) => {
    expect(secretOf(`{"n": ${digits} }`).field('n').reveal()).toBe(digits);
    expect(secretOf(`{"list":[${digits}]}`).field('list[0]').reveal()).toBe(digits);
  });

  test('an exact key comes before a path', () => {
    const both = secretOf('{"a.b":"key","a":{"b":"path","c[0]":"inner"},"x[0]":"key","x":["element"]}');
    expect(both.field('a.b').reveal()).toBe('key');
    expect(both.field('x[0]').reveal()).toBe('key');
  });

  test('a path goes through objects and arrays', () => {
    const nested = secretOf('{"a":{"b":[{"c":"found"},[1,[2]]]},"0":"key","list":["zero"]}');
    expect(nested.field('a.b[0].c').reveal()).toBe('found');
    expect(nested.field('a.b[1][1][0]').reveal()).toBe('2');
    expect(nested.field('0').reveal()).toBe('key');
    for (const none of [
      'a.b[2]',
      'a.b.0',
      'a.c',
      'a.b[0].c.d',
      'list.length',
      'list.zero',
      'list[00]',
      'list[-1]',
      'a..b',
      '.a',
      'a.',
      'a[b]',
      'a[',
      ']',
      '[0]',
      'list[999999999999999999999]',
    ]) {
      expect(nested.hasField(none), none).toBe(false);
      expect(
        errorOf(() => nested.field(none)),
        none,
      ).toBeInstanceOf(SecretNotFoundError);
    }
  });

  test('a key that is missing or null is no field', () => {
    const db = secretOf('{"user":null,"deep":{"x":null},"a.b":null,"a":{"b":"not asked"}}');
    for (const name of ['user', 'password', 'deep.x', 'a.b', '']) {
      expect(db.hasField(name)).toBe(false);
      const error = errorOf(() => db.field(name)) as SecretNotFoundError;
      expect(error).toBeInstanceOf(SecretNotFoundError);
      expect(error.code).toBe('SECRET_NOT_FOUND');
      expect(error.provider).toBe('cloud');
    }
    expect((errorOf(() => db.field('user')) as SecretNotFoundError).ref).toBe('prod/db#user');
  });

  test('a missing field with a line end in its name makes no second line of the message', () => {
    const error = errorOf(() => secretOf('{}').field('a\nERROR forged\u2028\u202e')) as SecretNotFoundError;
    expect(error.message).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
  });

  test.each(['text', '', '"a string"', '[1]', '5', 'null', 'true', '{"a":1', '{"a":1}x', "{'a':1}", '\ufeff{"a":1}'])(
    '%j has no fields, and that is said',
    (value) => {
      const secret = secretOf(value);
      const error = errorOf(() => secret.field('a')) as InvalidSecretError;
      expect(error).toBeInstanceOf(InvalidSecretError);
      expect(error.code).toBe('INVALID_SECRET');
      expect(errorOf(() => secret.hasField('a'))).toBeInstanceOf(InvalidSecretError);
      expect(errorOf(() => secret.fieldNames())).toBeInstanceOf(InvalidSecretError);
      expect(secret.reveal()).toBe(value);
    },
  );

  test('the text of a JSON string is not parsed a second time', () => {
    const inner = secretOf('{"config":"{\\"a\\":1}"}').field('config');
    expect(inner.reveal()).toBe('{"a":1}');
    expect(inner.json()).toBe('{"a":1}');
    expect(errorOf(() => inner.field('a'))).toBeInstanceOf(InvalidSecretError);
  });

  test('a field of a field is named by its path', () => {
    const port = secretOf('{"db":{"port":5432}}', { ref: parseRef('cloud://prod?version=7'), version: '7' })
      .field('db')
      .field('port');
    expect(port.reveal()).toBe('5432');
    expect(port.ref).toEqual({ provider: 'cloud', name: 'prod', version: '7', field: 'db.port' });
    expect(port.version).toBe('7');
  });

  test('magic names are names like any other', () => {
    const names = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      '__defineGetter__',
      '__defineSetter__',
      '__lookupGetter__',
      'then',
      'toJSON',
      'length',
      'isPrototypeOf',
      'propertyIsEnumerable',
    ];
    const before = Reflect.ownKeys(Object.prototype).length;
    for (const name of names) {
      const full = secretOf(`{"${name}":"mine","nested":{"${name}":"deep"}}`);
      expect(full.field(name).reveal()).toBe('mine');
      expect(full.field(`nested.${name}`).reveal()).toBe('deep');
      expect(full.fieldNames()).toEqual([name, 'nested']);
      expect(Object.keys(full.json() as object)).toEqual([name, 'nested']);
      const empty = secretOf('{"nested":{}}');
      expect(empty.hasField(name)).toBe(false);
      expect(empty.hasField(`nested.${name}`)).toBe(false);
    }
    expect(Reflect.ownKeys(Object.prototype)).toHaveLength(before);
    expect(({} as Record<string, unknown>)['mine']).toBeUndefined();
  });

  test('a secret is no promise, even one with a field named then', async () => {
    const secret = secretOf('{"then":"x"}');
    expect(await Promise.resolve(secret)).toBe(secret);
  });

  test('the names of the fields keep the order of the source, also those that are numbers', () => {
    expect(secretOf('{"b":1,"2":null,"a":3,"1":4}').fieldNames()).toEqual(['b', '2', 'a', '1']);
  });

  test('a key that stands twice in one object is refused: which one is meant?', () => {
    for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":{"a":1,"a":1}}', '[{"a":1,"a":1}]', '{"__proto__":1,"__proto__":2}']) {
      expect(
        errorOf(() => secretOf(text).json()),
        text,
      ).toBeInstanceOf(InvalidSecretError);
    }
    expect(secretOf('[{"a":1},{"a":2}]').json()).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test('no value of a document is more than 64 levels deep', () => {
    const arrays = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth);
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}"v"${'}'.repeat(depth)}`;
    expect(deepestJson).toBe(64);
    for (const fits of [arrays(64, ''), arrays(63, '1'), objects(63)]) expect(() => secretOf(fits).json()).not.toThrow();
    for (const deep of [arrays(65, ''), arrays(64, '1'), objects(64)]) expect((errorOf(() => secretOf(deep).json()) as Error).message).toMatch(/64 levels/);
  });

  test('a million levels end with an error of ours, not with a full stack', () => {
    for (const text of ['['.repeat(1_000_000), '{"a":'.repeat(1_000_000), '['.repeat(1_000_000) + ']'.repeat(1_000_000)]) {
      expect(errorOf(() => secretOf(text).json())).toBeInstanceOf(InvalidSecretError);
      expect(secretOf(text).scalars()).toEqual([text]);
    }
  });

  test('an error about malformed JSON says where, and quotes nothing of it', () => {
    const canary = 'hunter2-canary';
    for (const text of [
      `{"a":"${canary}`,
      `{"a":${canary}}`,
      canary,
      `{"${canary}":1,"${canary}":2}`,
      `{"a":"${canary}"} ${canary}`,
      `{"a":"${canary}\\q"}`,
      `{${canary}:1}`,
    ]) {
      const error = errorOf(() => secretOf(text).field('a')) as InvalidSecretError;
      expect(error).toBeInstanceOf(InvalidSecretError);
      expect(`${error.message} ${error.hint} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(/hunter2|canary/);
      expect(error.message).toMatch(/^prod\/db /);
    }
  });
});

describe('the value', () => {
  test('text comes back as it came, a final newline, a byte order mark and half a character included', () => {
    for (const text of ['', 's3cret\n', '\ufeffs3cret', 'null', ' {"a":1} ', 'a\0b', 'ü😀', '\ud800']) expect(secretOf(text).reveal()).toBe(text);
  });

  test('bytes that are UTF-8 are text too, with their byte order mark', () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xbc]);
    expect(secretOf(bytes).reveal()).toBe('\ufeffü');
    expect(secretOf(bytes).bytes()).toEqual(bytes);
    expect(secretOf(new TextEncoder().encode('{"a":"b"}')).field('a').reveal()).toBe('b');
  });

  test.each([[[0xff, 0xfe]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0xaf]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'the bytes %j are not UTF-8: they are there as bytes, and as text an error',
    (list) => {
      const secret = secretOf(Uint8Array.from(list));
      for (const ask of [() => secret.reveal(), () => secret.json(), () => secret.field('a')]) {
        const error = errorOf(ask) as InvalidSecretError;
        expect(error).toBeInstanceOf(InvalidSecretError);
        expect(error.hint).toMatch(/read its bytes/);
      }
      expect([...secret.bytes()]).toEqual(list);
    },
  );

  test('the bytes of text are UTF-8', () => {
    expect(Buffer.from(secretOf('ü').bytes()).toString('hex')).toBe('c3bc');
  });

  test('bytes are copied on their way in and on their way out', () => {
    const given = Buffer.from('pooled secret');
    const secret = secretOf(given);
    given.fill(0);
    secret.bytes().fill(0);
    expect(secret.reveal()).toBe('pooled secret');
  });

  test('what goes out shares no memory with other values', () => {
    const given = Buffer.from('pooled secret');
    expect(given.buffer.byteLength).toBeGreaterThan(given.length);
    const out = secretOf(given).bytes();
    expect(out).not.toBeInstanceOf(Buffer);
    expect(out.buffer.byteLength).toBe(given.length);
    expect(secretOf('text').bytes().buffer.byteLength).toBe(4);
  });

  test('json() is the parsed value', () => {
    expect(secretOf('{"a":[1.10,null,"x"]}').json()).toEqual({ a: [1.1, null, 'x'] });
    expect(secretOf('null').json()).toBeNull();
    expect(secretOf(' "x" ').json()).toBe('x');
    expect(secretOf('{"a":{"b":[1]}}').field('a').json()).toEqual({ b: [1] });
    expect(secretOf('{"a":"1"}').field('a').json()).toBe('1');
    expect(errorOf(() => secretOf('no json').json())).toBeInstanceOf(InvalidSecretError);
  });

  test('what one caller does to json() reaches nobody else', () => {
    const secret = secretOf('{"a":{"b":1}}');
    (secret.json() as { a: { b: number } }).a.b = 2;
    expect(secret.json()).toEqual({ a: { b: 1 } });
    expect(secret.field('a.b').reveal()).toBe('1');
  });

  test('its size is counted in bytes', () => {
    expect(secretOf('ü').size).toBe(2);
    expect(secretOf(new Uint8Array(3)).size).toBe(3);
  });

  test('the scrubber learns every scalar and the whole text', () => {
    const text = '{"a":"p\\u0061ss","b":[5432,{"c":"deep"}],"d":true,"e":null}';
    expect(secretOf(text).scalars()).toEqual([text, 'pass', '5432', 'deep', 'true']);
    expect(secretOf('{"a":').scalars()).toEqual(['{"a":']);
    expect(secretOf('plain').scalars()).toEqual(['plain']);
    expect(secretOf(text).field('a').scalars()).toEqual(['pass']);
    expect(secretOf('{"a":"{\\"b\\":\\"c\\"}"}').field('a').scalars()).toEqual(['{"b":"c"}']);
  });
});

describe('where and when it came from', () => {
  test('its age grows with the clock that moved further: a night in a closed laptop counts, a wall clock set back does not', async () => {
    const clock = new FakeClock(500, 1_000_000);
    const secret = secretOf('x', { clock });
    expect(secret.ageMs).toBe(0);
    await clock.advance(3_000);
    clock.setWall(-3_600_000);
    expect(secret.ageMs).toBe(3_000);
    clock.setWall(7_200_000);
    expect(secret.ageMs).toBe(3_603_000);
    expect(secret.fetchedAt).toBe(1_000_000);
  });

  test('a value that arrives with an age is as old as that from the beginning', async () => {
    const clock = new FakeClock(0, 1_000_000);
    const secret = secretOf('{"a":"b"}', { clock, ageMs: 60_000 });
    expect(secret.ageMs).toBe(60_000);
    expect(secret.fetchedAt).toBe(940_000);
    await clock.advance(1_000);
    expect(secret.field('a').ageMs).toBe(61_000);
    expect(secret.field('a').fetchedAt).toBe(940_000);
  });

  test('an age is never negative', () => {
    expect(secretOf('x', { clock: new FakeClock(), ageMs: -5_000 }).ageMs).toBe(0);
  });

  test('a field has the version, the provider, the marks and the age of its document', async () => {
    const clock = new FakeClock();
    const document = new Secret(secretOf('{"a":"b"}', { clock, version: 'v7' }), { stale: true, fallback: true });
    await clock.advance(10);
    const field = document.field('a');
    expect(field).toMatchObject({ ref: { name: 'prod/db', field: 'a' }, version: 'v7', provider: 'cloud', stale: true, fallback: true });
    expect(field.ageMs).toBe(10);
  });

  test('a stale copy differs from its original in the mark only, and leaves the original as it was', async () => {
    const clock = new FakeClock();
    const original = secretOf('{"a":"b"}', { clock, version: '1', ageMs: 5 });
    original.field('a');
    await clock.advance(5);
    const stale = new Secret(original, { stale: true });
    expect({ ...stale }).toEqual({ ...original });
    expect([stale.stale, stale.fallback]).toEqual([true, false]);
    expect([stale.ageMs, stale.reveal(), stale.field('a').reveal(), stale.field('a').stale]).toEqual([10, '{"a":"b"}', 'b', true]);
    expect([original.stale, original.fallback]).toEqual([false, false]);
    expect(new Secret(stale, { fallback: true }).stale).toBe(true);
  });

  test('a copy with other content shows nothing of the old one', () => {
    const original = secretOf('{"a":"old"}');
    original.fieldNames();
    const copy = new Secret(original, { content: '{"b":"new"}' });
    expect(copy.reveal()).toBe('{"b":"new"}');
    expect(copy.fieldNames()).toEqual(['b']);
  });

  test('a secret is shared by all who asked, so none of them can change it', () => {
    const secret = secretOf('{"a":"b"}');
    for (const name of ['ref', 'version', 'provider', 'fetchedAt', 'stale', 'fallback', 'reveal', 'added']) {
      expect(() => {
        (secret as unknown as Record<string, unknown>)[name] = 'mine';
      }, name).toThrow(TypeError);
    }
    expect(secret.reveal()).toBe('{"a":"b"}');
    expect(secret.field('a').reveal()).toBe('b');
  });

  test('two secrets are the same when version and value are, text by text and bytes by bytes', () => {
    const same = (a: string | Uint8Array, b: string | Uint8Array, versions: readonly [string?, string?] = []) =>
      secretOf(a, { version: versions[0] }).equals(secretOf(b, { version: versions[1] }));
    expect(same('x', 'x')).toBe(true);
    expect(same(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true);
    expect(same('x', 'x', ['1', '1'])).toBe(true);
    expect(same('x', 'y')).toBe(false);
    expect(same('x', 'x', ['1', '2'])).toBe(false);
    expect(same('x', 'x', ['1'])).toBe(false);
    expect(same(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
    expect(same('x', Buffer.from('x'))).toBe(false);
  });

  test('a secret is known by its brand, also from another copy of the library', () => {
    expect(isSecret(secretOf('x'))).toBe(true);
    expect(isSecret({ [Symbol.for('keyturn.secret')]: true })).toBe(true);
    for (const other of [null, undefined, 'x', {}, { reveal: () => 'x' }]) expect(isSecret(other)).toBe(false);
  });
});
