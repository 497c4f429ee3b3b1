import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deepestJson, type JsonSlice, JsonSource, JsonSourceError } from '../../src/core/json-source.ts';

/**
 * What `JSON.parse` says, and then what we refuse besides: a slow twin that shares nothing with the scanner.
 *
 * Its keys are in hexadecimal, because V8 13.6 (Node 24.21) takes an escaped key for another one that it saw before in an object of that shape:
 * after `JSON.parse('[{"a":1,"\\\\":2}]')` the key of `JSON.parse('[{"a":1,"\\n":2}]')` is a backslash.
 */
function twin(text: string): { readonly value: unknown } | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  // Valid from here on, so this expression finds every string, and the colon after those that are keys.
  let keys = 0;
  const marked = text.replaceAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g, (whole, key: string, colon?: string) => {
    if (colon === undefined) return whole;
    keys++;
    return `"${hex(JSON.parse(key) as string)}":`;
  });
  const value: unknown = JSON.parse(marked);
  return keys === countKeys(value) && depthOf(value) <= deepestJson ? { value } : undefined;
}

function hex(key: string): string {
  return Buffer.from(key, 'utf16le').toString('hex');
}

/** A key that stood twice is one key less in the parsed value. */
function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, each) => sum + countKeys(each), 0);
  return Array.isArray(value) ? inner : inner + Object.keys(value).length;
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** The twin's value put together again from slices. */
function rebuilt(text: string, slice: JsonSlice): unknown {
  if (slice.kind === 'object') {
    return Object.fromEntries(Array.from(new JsonSource(text).members(slice), ([key, member]) => [hex(key), rebuilt(text, member)]));
  }
  if (slice.kind === 'array') return new JsonSource(text).elements(slice).map((element) => rebuilt(text, element));
  return JSON.parse(text.slice(slice.start, slice.end));
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function agrees(text: string): boolean {
  const expected = twin(text);
  let slice: JsonSlice;
  try {
    slice = new JsonSource(text).value();
  } catch (error) {
    expect(error).toBeInstanceOf(JsonSourceError);
    expect(expected).toBeUndefined();
    return false;
  }
  expect(expected).toBeDefined();
  expect(slice.kind).toBe(kindOf(expected?.value));
  expect(text.slice(slice.start, slice.end)).toBe(text.replaceAll(/^[ \t\n\r]+|[ \t\n\r]+$/g, ''));
  expect(rebuilt(text, slice)).toEqual(expected?.value);
  return true;
}

const magicKey = fc.constantFrom('__proto__', 'constructor', 'toString', 'then', 'a', 'a.b', 'a[0]', '', 'é', '😀', '"', '\\', '\n');
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(magicKey, tie('json')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  ),
}));
const text = fc.oneof(
  fc.json({ stringUnit: 'binary' }),
  fc.tuple(json, fc.constantFrom(undefined, 1, '\t', '\n ')).map(([value, space]) => JSON.stringify(value, null, space)),
);

test('it takes whatever JSON.stringify writes, and its slices read as the same values', () => {
  fc.assert(
    fc.property(text, (written) => {
      expect(agrees(written)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

const scrap = fc.constantFrom(
  '"',
  '\\',
  '\\u',
  '\\u00e9',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '0',
  '1',
  '-',
  '+',
  '.',
  'e',
  'E5',
  'true',
  'null',
  'nul',
  ' ',
  '\n',
  '\f',
  '\u00a0',
  '\ufeff',
  '\0',
  '\x1f',
  '\x7f',
  "'",
  '/',
  '//',
  '"a":1,',
  '{"a":1,"a":2}',
  '\u2028',
  'é',
  '01',
  'NaN',
);
const mutated = fc
  .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.option(scrap, { nil: '' })), { minLength: 1, maxLength: 3 }))
  .map(([written, changes]) =>
    changes.reduce((now, [at, drop, put]) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + put + now.slice(place + drop);
    }, written),
  );

test('of what was JSON once and was changed since, it takes exactly what JSON.parse takes, without keys that stand twice', () => {
  let taken = 0;
  fc.assert(
    fc.property(mutated, (written) => {
      if (agrees(written)) taken++;
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(1_000);
});

test('of scraps thrown together, too', () => {
  let taken = 0;
  fc.assert(
    fc.property(fc.array(scrap, { maxLength: 6 }), (scraps) => {
      if (agrees(scraps.join(''))) taken++;
    }),
    { numRuns: 20_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test.each([
  '',
  ' ',
  '{',
  '[',
  '"',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '[1,',
  '[1,]',
  '[,]',
  '{,}',
  '{a:1}',
  '{1:1}',
  '01',
  '1.',
  '.5',
  '1e',
  '+1',
  '-',
  '0x1',
  '1_0',
  'NaN',
  'Infinity',
  'undefined',
  'True',
  'nulll',
  '"\t"',
  '"\\x"',
  '"\\u12g4"',
  '"\\u123"',
  '"\\',
  "'a'",
  '1 2',
  '{}{}',
  '\ufeff1',
  '\u00a01',
  '1\f',
  '/**/1',
  '"\ud800',
  '[1 2]',
  '{"a" 1}',
  '{"a":1 "b":2}',
])('%j is not JSON', (written) => {
  expect(() => new JsonSource(written).value()).toThrow(JsonSourceError);
  expect(twin(written)).toBeUndefined();
});

test.each(['0', '-0', '-0.0e-0', '1E+5', '"\\u00e9\\/\\b"', '"\ud800"', '"\\ud800"', '"\x7f"', '"\u2028"', ' [ ] ', '\r\n{ }\t', '{"":0}', '"a"', 'true'])(
  '%j is JSON',
  (written) => {
    expect(agrees(written)).toBe(true);
  },
);

test('an error says at which character, counted from one', () => {
  expect(() => new JsonSource('{"a":x}').value()).toThrow('is not JSON (at character 6)');
});
