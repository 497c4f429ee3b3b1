import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidReferenceError } from '../../src/core/errors.ts';
import { documentOf, formatDocument, formatRef, longestName, parseRef, type SecretRef, toRef } from '../../src/core/ref.ts';

const good: readonly (readonly [text: string, ref: SecretRef])[] = [
  ['prod/db', { name: 'prod/db' }],
  ['prod/db#password', { name: 'prod/db', field: 'password' }],
  ['prod/db?version=AWSPREVIOUS#password', { name: 'prod/db', version: 'AWSPREVIOUS', field: 'password' }],
  ['prod/db?version=3', { name: 'prod/db', version: '3' }],
  ['vault://secret/app#token', { provider: 'vault', name: 'secret/app', field: 'token' }],
  ['aws-2://a', { provider: 'aws-2', name: 'a' }],
  ['a', { name: 'a' }],
  ['/leading/slash', { name: '/leading/slash' }],
  ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf', { name: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf' }],
  ['projects/p/secrets/s/versions/latest', { name: 'projects/p/secrets/s/versions/latest' }],
  ['vault://a://b', { provider: 'vault', name: 'a://b' }],
  ['a%3A//b', { name: 'a://b' }],
  ['https%3A//kv.example.com/secrets/s', { name: 'https://kv.example.com/secrets/s' }],
  ['50%25', { name: '50%' }],
  ['%2523', { name: '%23' }],
  ['%253A//', { name: '%3A//' }],
  ['a%23b%3Fc', { name: 'a#b?c' }],
  ['a#b%23c%3Fd', { name: 'a', field: 'b#c?d' }],
  ['a?version=b%23c%3Fd', { name: 'a', version: 'b#c?d' }],
  ['a?version=version=1', { name: 'a', version: 'version=1' }],
  ['a#version=1', { name: 'a', field: 'version=1' }],
  ['a#b.c[0]', { name: 'a', field: 'b.c[0]' }],
  ['a b#c d', { name: 'a b', field: 'c d' }],
  ['schlüssel/日本#名', { name: 'schlüssel/日本', field: '名' }],
  ['a=b&c', { name: 'a=b&c' }],
  ['a:b', { name: 'a:b' }],
  ['vault:////b', { provider: 'vault', name: '//b' }],
  ['__proto__', { name: '__proto__' }],
  ['memory://constructor?version=then#__proto__', { provider: 'memory', name: 'constructor', version: 'then', field: '__proto__' }],
  ['n'.repeat(longestName), { name: 'n'.repeat(longestName) }],
];

describe('a reference that is right', () => {
  test.each(good)('%s means what it says', (text, ref) => {
    expect(parseRef(text)).toEqual(ref);
    expect(Object.keys(parseRef(text)).sort()).toEqual(Object.keys(ref).sort());
  });

  test('an escape may be written in either case, and its canonical text has upper case', () => {
    expect(formatRef(parseRef('a%3fb'))).toBe('a%3Fb');
    expect(formatRef(parseRef('a%3a//b#%3f'))).toBe('a%3A//b#%3F');
  });

  test('a "://" after the provider needs no escape, and gets one in the canonical text', () => {
    expect(formatRef(parseRef('vault://a://b'))).toBe('vault://a%3A//b');
    expect(formatRef(parseRef('vault://a#b://c'))).toBe('vault://a#b%3A//c');
  });

  test('nobody can change a parsed reference', () => {
    expect(Object.isFrozen(parseRef('vault://a?version=1#b'))).toBe(true);
    expect(Object.isFrozen(toRef({ name: 'a' }))).toBe(true);
  });

  test('the object form needs no escaping, and later changes of the object do not reach in', () => {
    const given = { name: 'a#b?c%20://d', field: 'e#f' };
    const ref = toRef(given);
    given.name = 'changed';
    expect(ref).toEqual({ name: 'a#b?c%20://d', field: 'e#f' });
    expect(formatRef(ref)).toBe('a%23b%3Fc%2520%3A//d#e%23f');
  });

  test('the object form takes an undefined part for a part that is left out', () => {
    expect(Object.keys(toRef({ name: 'a', provider: undefined, version: undefined, field: undefined } as never))).toEqual(['name']);
  });

  test('the document of a reference is the same without its field', () => {
    const ref = parseRef('vault://a?version=1#b');
    expect(documentOf(ref)).toEqual({ provider: 'vault', name: 'a', version: '1' });
    expect(formatDocument(ref)).toBe('vault://a?version=1');
    expect(documentOf(parseRef('a'))).toEqual({ name: 'a' });
  });
});

/** What is wrong, the text, a word of the message and a word of the hint. */
const bad: readonly (readonly [what: string, text: string, says: RegExp, mend: RegExp])[] = [
  ['nothing at all', '', /empty/, /Write a name/],
  ['a provider without a name', 'vault://', /empty name/, /Write a name/],
  ['a field without a name', '#password', /empty name/, /Write a name/],
  ['a version without a name', '?version=1', /empty name/, /Write a name/],
  ['an empty field', 'a#', /empty field/, /Leave the field out/],
  ['an empty version', 'a?version=', /empty version/, /Leave the version out/],
  ['an empty version before a field', 'a?version=#b', /empty version/, /Leave the version out/],
  ['an over-long name', 'n'.repeat(longestName + 1), /over 1024 bytes/, /shorter/],
  ['a name over-long in bytes, not in characters', 'ü'.repeat(longestName / 2 + 1), /over 1024 bytes/, /shorter/],
  ['an over-long field', `a#${'f'.repeat(longestName + 1)}`, /field over 1024 bytes/, /shorter/],
  ['an over-long version', `a?version=${'v'.repeat(longestName + 1)}`, /version over 1024 bytes/, /shorter/],
  ['a megabyte', 'n'.repeat(1_000_000), /too long/, /1024 bytes/],
  ['an over-long provider', `${'p'.repeat(longestName + 1)}://a`, /provider over 1024 bytes/, /shorter/],
  ['a line end', 'a\nb', /control character/, /line end/],
  ['a final line end', 'a\r\n', /control character/, /line end/],
  ['NUL', 'a\0', /control character/, /Remove/],
  ['DEL', 'a\x7f', /control character/, /Remove/],
  ['a C1 control character in a field', 'a#b\x9b', /control character.*field/, /Remove/],
  ['a tab in a version', 'a?version=\t', /control character.*version/, /Remove/],
  ['a name that is not NFC', 'u\u0308', /NFC/, /composed/],
  ['a field that is not NFC', 'a#e\u0301', /field that is not in Unicode NFC/, /composed/],
  ['a version that is not NFC', 'a?version=e\u0301', /version that is not in Unicode NFC/, /composed/],
  ['a compatibility character that NFC replaces', '\u212b', /NFC/, /composed/],
  ['a lone high surrogate', 'a\ud800', /half a character/, /Remove/],
  ['a lone low surrogate in a field', 'a#\udc00b', /half a character/, /Remove/],
  ['a bare percent sign', '100%', /bare "%" at 4/, /%25/],
  ['an escape that is not one of ours', 'a%20b', /bare "%" at 2/, /%25/],
  ['an escaped colon that is not before //', 'a%3Ab', /bare "%" at 2/, /%3A before \/\//],
  ['half an escape', 'a%2', /bare "%" at 2/, /%25/],
  ['a bare percent sign in a field', 'a#%zz', /bare "%" at 3/, /%25/],
  ['an escape made of two', 'a%%2323', /bare "%" at 2/, /%25/],
  ['a further # in the field', 'a#b#c', /further "#" or "\?"/, /%23/],
  ['a version after the field', 'a#b?version=1', /further "#" or "\?"/, /a version goes before the field/],
  ['a second ?', 'a?version=1?version=2', /second "\?"/, /%3F/],
  ['another key', 'a?stage=1', /other than a version/, /\?version=V/],
  ['a key in another case', 'a?Version=1', /other than a version/, /\?version=V/],
  ['a bare ?', 'a?', /other than a version/, /\?version=V/],
  ['two versions', 'a?version=1&version=2', /more than a version/, /one version/],
  ['a version and another key', 'a?version=1&stage=2', /more than a version/, /one version/],
  ['a provider in upper case', 'Vault://a', /no provider name/, /a-z, 0-9/],
  ['a provider that begins with a digit', '1p://a', /no provider name/, /a-z, 0-9/],
  ['a provider with an underscore', 'my_vault://a', /no provider name/, /a-z, 0-9/],
  ['nothing before ://', '://a', /no provider name/, /%3A\/\//],
  ['a :// that belongs to the name', 'a/b://c', /no provider name/, /%3A\/\//],
  ['a :// that belongs to a field', 'a#http://b', /no provider name/, /%3A\/\//],
  ['a space around a provider', ' vault://a', /no provider name/, /a-z, 0-9/],
];

/** One line that shows exactly what it is: no control, format (bidirectional, zero-width) or line separating character. */
const printable = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u;

function errorOf(make: () => unknown): InvalidReferenceError {
  try {
    make();
  } catch (error) {
    if (error instanceof InvalidReferenceError) return error;
    throw error;
  }
  throw new Error('It was taken.');
}

describe('a reference that is wrong says how to mend it', () => {
  test.each(bad)('%s is refused', (_, text, says, mend) => {
    const error = errorOf(() => parseRef(text));
    expect(error.code).toBe('INVALID_REFERENCE');
    expect(error.message).toMatch(says);
    expect(error.hint).toMatch(mend);
    expect(error.message).toMatch(printable);
    expect(error.message.length).toBeLessThan(400);
  });

  test.each([
    ['nothing', null],
    ['a number', 5],
    ['an object without a name', { field: 'a' }],
    ['a name that is no text', { name: 5 }],
    ['a version that is no text', { name: 'a', version: 3 }],
    ['a field that is null', { name: 'a', field: null }],
    ['a provider that is no text', { name: 'a', provider: true }],
    ['a provider that is no provider name', { name: 'a', provider: 'My Vault' }],
    ['a provider that carries a name of its own', { name: 'a', provider: 'vault://x' }],
    ['an over-long provider', { name: 'a', provider: 'p'.repeat(longestName + 1) }],
    ['an empty name', { name: '' }],
    ['an empty version', { name: 'a', version: '' }],
    ['an empty field', { name: 'a', field: '' }],
    ['two versions', { name: 'a', version: '1&version=2' }],
    ['a control character', { name: 'a', field: 'b\n' }],
    ['a name that is not NFC', { name: 'u\u0308' }],
    ['half a character', { name: 'a\ud800' }],
    ['an over-long name', { name: 'n'.repeat(longestName + 1) }],
  ])('as an object: %s is refused', (_, ref) => {
    const error = errorOf(() => toRef(ref as SecretRef));
    expect(error.code).toBe('INVALID_REFERENCE');
    expect(error.hint).toBeTruthy();
    expect(error.message).toMatch(printable);
  });

  const dangerous = [
    ...Array.from({ length: 0x20 }, (_, code) => code),
    ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
    0x061c,
    0x200b,
    0x200c,
    0x200d,
    0x200e,
    0x200f,
    0x2028,
    0x2029,
    0x202a,
    0x202b,
    0x202c,
    0x202d,
    0x202e,
    0x2060,
    0x2066,
    0x2067,
    0x2068,
    0x2069,
    0xfeff,
    0xe0001,
  ];
  test('no character of a wrong reference forges, hides or turns round a line of its message', () => {
    for (const code of dangerous) {
      const error = errorOf(() => parseRef(`a${String.fromCodePoint(code)}b%`));
      expect(error.message, `U+${code.toString(16)}`).toMatch(printable);
      expect(error.ref, `U+${code.toString(16)}`).toMatch(printable);
    }
  });

  test('a long reference is not repeated at length', () => {
    expect(errorOf(() => parseRef(`${'n'.repeat(5_000)}%`)).message.length).toBeLessThan(200);
  });
});

const magic = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
  '__lookupSetter__',
  'then',
  'toJSON',
  'length',
  'name',
  'isPrototypeOf',
  'undefined',
];
const pieces = [
  '%',
  '#',
  '?',
  ':',
  '/',
  '//',
  '://',
  '%25',
  '%23',
  '%3F',
  '%3A',
  '3A',
  '25',
  '?version=',
  'version=',
  '=',
  'a',
  'A',
  'é',
  'e\u0301',
  '\u0301',
  'ü',
  '日',
  '😀',
  ' ',
  '.',
  '[0]',
  ...magic,
];
const part = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 })
  .map((chosen) => chosen.join('').normalize('NFC'))
  .filter((text) => Buffer.byteLength(text) <= longestName);
const provider = fc.oneof(fc.constantFrom('a', 'vault', 'aws-2', 'constructor', 'then', 'version'), fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/));
const ref = fc
  .record({ provider, name: part, version: part.filter((text) => !text.includes('&')), field: part }, { requiredKeys: ['name'] })
  .map((parts) => toRef(parts as SecretRef));

describe('every reference has one text', () => {
  test('object, text and object again are the same', () => {
    fc.assert(
      fc.property(ref, (object) => {
        expect(parseRef(formatRef(object))).toEqual(object);
      }),
      { numRuns: 10_000 },
    );
  });

  test('canonical text, object and text again are the same', () => {
    fc.assert(
      fc.property(ref, (object) => {
        const canonical = formatRef(object);
        expect(formatRef(parseRef(canonical))).toBe(canonical);
      }),
      { numRuns: 10_000 },
    );
  });

  test('whatever text is taken, its canonical text means the same', () => {
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((chosen) => chosen.join(''));
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ unit: 'binary', maxLength: 20 })), (text) => {
        let object: SecretRef;
        try {
          object = parseRef(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidReferenceError);
          expect((error as Error).message).toMatch(printable);
          return;
        }
        taken++;
        expect(parseRef(formatRef(object))).toEqual(object);
        expect(toRef(object)).toEqual(object);
      }),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(1_000);
  });

  test('the longest parts there can be still make a text that is read back', () => {
    const longest = { provider: 'p'.repeat(longestName), name: '%'.repeat(longestName), version: '?'.repeat(longestName), field: '#'.repeat(longestName) };
    expect(parseRef(formatRef(toRef(longest)))).toEqual(longest);
  });

  test('two different references never share a text, in 300,000 made of delimiters, escapes, accents and magic names', () => {
    const random = seeded(0x5eed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const text = () =>
      Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(pieces))
        .join('')
        .normalize('NFC');
    const meanings = new Map<string, string>();
    for (let count = 0; count < 300_000; count++) {
      const object: SecretRef = toRef({
        ...(random() < 0.5 && { provider: pick(['a', 'version', 'vault', 'then', 'constructor']) }),
        name: text(),
        ...(random() < 0.5 && { version: text() }),
        ...(random() < 0.5 && { field: text() }),
      });
      const meaning = JSON.stringify([object.provider, object.name, object.version, object.field]);
      const key = formatRef(object);
      const before = meanings.get(key);
      if (before !== undefined && before !== meaning) throw new Error(`${before} and ${meaning} share ${key}`);
      meanings.set(key, meaning);
    }
    expect(meanings.size).toBeGreaterThan(100_000);
  });

  test('upper and lower case, and a leading slash, are different names', () => {
    expect(new Set(['a', 'A', '/a'].map((name) => formatRef({ name }))).size).toBe(3);
  });
});

/** A small generator with a seed (mulberry32): the same numbers on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
