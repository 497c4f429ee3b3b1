import assert from 'node:assert';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import v8 from 'node:v8';
import { describe, expect, test } from 'vitest';
import { Redacted, redactedText } from '../../src/core/redacted.ts';
import { Secret } from '../../src/core/secret.ts';
import { FakeClock } from '../support/fake-clock.ts';

const canary = 'hunter2';
/** As it is, and as the sinks that write bytes would have it. */
const shapes = [
  canary,
  Buffer.from(canary, 'utf16le').toString('latin1'),
  Buffer.from(canary).toString('base64').replaceAll('=', ''),
  Buffer.from(canary).toString('hex'),
  Array.from(Buffer.from(canary)).join(','),
  Array.from(Buffer.from(canary)).join(', '),
];

function secretOf(value: string | Uint8Array): Secret {
  return new Secret({ ref: { name: 'prod/db' }, provider: 'cloud', version: '1', value, clock: new FakeClock() });
}

function used(secret: Secret): Secret {
  secret.reveal();
  secret.bytes();
  if (secret.ref.field === undefined) secret.field('password').reveal();
  return secret;
}

const holders: Readonly<Record<string, () => object>> = {
  'a Redacted': () => new Redacted(canary),
  'a Redacted of an object': () => new Redacted({ password: canary, list: [canary] }),
  'a Redacted of bytes': () => new Redacted(Buffer.from(canary)),
  'a Secret of text': () => secretOf(canary),
  'a Secret of bytes': () => secretOf(Buffer.from(canary)),
  'a Secret whose fields were read': () => used(secretOf(`{"user":"app","password":"${canary}"}`)),
  'a field of a Secret': () => used(secretOf(`{"password":"${canary}"}`).field('password')),
  'a field that is an object': () => used(secretOf(`{"db":{"password":"${canary}"}}`).field('db')),
  'a stale Secret': () => new Secret(used(secretOf(`{"password":"${canary}"}`)), { stale: true }),
};

function printed(print: (console: Console) => void): string {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  print(new Console({ stdout: stream, stderr: stream, colorMode: false, inspectOptions: { showHidden: true, depth: Infinity } }));
  return text;
}

function messageOf(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    return `${(error as Error).message} ${(error as Error).stack} ${inspect(error, { showHidden: true, depth: 9 })}`;
  }
  throw new Error('It did not fail.');
}

class Box {
  readonly inner: unknown;
  constructor(inner: unknown) {
    this.inner = inner;
  }
}

const sinks: Readonly<Record<string, (value: object) => string>> = {
  'String()': (value) => String(value as unknown),
  'a template': (value) => `value: ${value as unknown as string}`,
  '+ with text': (value) => 'value: ' + (value as unknown as string),
  'a number': (value) => String(Number(value)),
  'toLocaleString()': (value) => (value as Date).toLocaleString(),
  join: (value) => [value as unknown].join(),
  'String.raw': (value) => String.raw`value: ${value as unknown as string}`,
  'a property name': (value) => Object.keys({ [value as unknown as string]: 1 }).join(),
  'Object.prototype.toString': (value) => Object.prototype.toString.call(value),
  'JSON.stringify': (value) => JSON.stringify(value),
  'JSON.stringify with spaces and a replacer': (value) => JSON.stringify({ value }, (_, inner: unknown) => inner, 2),
  inspect: (value) => inspect(value),
  'inspect with everything': (value) => inspect(value, { showHidden: true, depth: null, getters: true, maxStringLength: null, breakLength: 1 }),
  'inspect without custom inspection': (value) => inspect(value, { customInspect: false, showHidden: true, depth: null, getters: true }),
  'inspect with a proxy': (value) => inspect(new Proxy(value, {}), { showProxy: true, showHidden: true, depth: null }),
  'console.log': (value) => printed((console) => console.log(value)),
  'console.log %o %O %j %s %d': (value) => printed((console) => console.log('%o %O %j %s %d', value, value, value, value, value)),
  'console.error, table, dir, group': (value) =>
    printed((console) => {
      console.error(value);
      console.table([value]);
      console.table(value);
      console.dir(value, { showHidden: true, depth: null, customInspect: false });
      console.group(value);
    }),
  'util.format %i %f %c': (value) => format('%i %f %c', value, value, value),
  'Object.entries, keys and values': (value) => inspect([Object.entries(value), Object.keys(value), Object.values(value)], { depth: 9, customInspect: false }),
  'own property descriptors': (value) => inspect(Object.getOwnPropertyDescriptors(value), { depth: 9, showHidden: true, customInspect: false }),
  'for … in': (value) => {
    let text = '';
    for (const key in value) text += `${key}=${inspect((value as Record<string, unknown>)[key], { customInspect: false, showHidden: true })}`;
    return text;
  },
  spread: (value) => inspect({ ...value }, { depth: 9, customInspect: false }) + JSON.stringify({ ...value }),
  'Object.assign': (value) => inspect(Object.assign({}, value), { depth: 9, customInspect: false }) + JSON.stringify(Object.assign({}, value)),
  structuredClone: (value) => inspect(structuredClone(value), { depth: 9, showHidden: true, customInspect: false }),
  'v8.serialize': (value) => v8.serialize(value).toString('latin1') + inspect(v8.deserialize(v8.serialize(value)), { depth: 9 }),
  'the message of an error': (value) =>
    messageOf(() => {
      throw new Error(`failed: ${value as unknown as string}`);
    }),
  'the cause of an error': (value) =>
    messageOf(() => {
      throw new Error('failed', { cause: value });
    }),
  'a property of an error': (value) =>
    messageOf(() => {
      throw Object.assign(new Error('failed'), { value });
    }),
  'an AggregateError': (value) =>
    messageOf(() => {
      throw new AggregateError([value, new Error('x', { cause: value })], 'failed');
    }),
  'assert.strictEqual': (value) =>
    messageOf(() => {
      assert.strictEqual(value, 'expected');
    }),
  'assert.deepStrictEqual': (value) =>
    messageOf(() => {
      assert.deepStrictEqual({ value }, { value: 5 });
    }),
  'assert.fail on two of them': (value) =>
    messageOf(() => {
      assert.notStrictEqual(value, value);
    }),
  'a difference shown by the test runner': (value) =>
    messageOf(() => {
      expect(value).toEqual({ other: 1 });
    }),
  'a difference inside a holder': (value) =>
    messageOf(() => {
      expect([{ value }]).toStrictEqual([{ value: 'x' }]);
    }),
  'an array': (value) => inspect([[value]], { depth: 9, showHidden: true }) + JSON.stringify([value]),
  'a Map and a Set': (value) => inspect([new Map([[value, value]]), new Set([value])], { depth: 9, showHidden: true, customInspect: false }),
  "a class of one's own": (value) => inspect(new Box(new Box(value)), { depth: 9, showHidden: true, customInspect: false }) + JSON.stringify(new Box(value)),
  'an object without a prototype': (value) => inspect(Object.assign(Object.create(null), { value }), { depth: 9, showHidden: true }),
  URLSearchParams: (value) => new URLSearchParams({ value: value as unknown as string }).toString(),
  encodeURIComponent: (value) => encodeURIComponent(value as unknown as string),
  'every method that takes no reveal': (value) => {
    const shown: string[] = [];
    for (const key of Reflect.ownKeys(Object.getPrototypeOf(value) as object)) {
      if (['constructor', 'reveal', 'bytes', 'json', 'scalars', 'field', 'hasField', 'fieldNames', 'equals'].includes(String(key))) continue;
      const member = (value as Record<string | symbol, unknown>)[key];
      shown.push(inspect(typeof member === 'function' ? (member as () => unknown).call(value) : member));
    }
    return shown.join();
  },
};

describe.each(Object.entries(holders))('the value of %s is shown by no', (_, make) => {
  test.each(Object.entries(sinks))('%s', (_name, sink) => {
    const text = sink(make());
    expect(typeof text).toBe('string');
    for (const shape of shapes) expect(text.includes(shape)).toBe(false);
  });
});

test('the sinks of this test would show a value that is not hidden', () => {
  class Open {
    readonly password = canary;
  }
  for (const name of [
    'JSON.stringify',
    'inspect',
    'console.log',
    'spread',
    'structuredClone',
    'v8.serialize',
    'assert.deepStrictEqual',
    'the cause of an error',
    'a difference shown by the test runner',
    'a Map and a Set',
  ]) {
    expect(sinks[name]?.(new Open()), name).toContain(canary);
  }
});

test('it prints as [redacted] wherever it prints', () => {
  const hidden = new Redacted(canary);
  for (const text of [String(hidden), `${hidden as unknown as string} `.trim(), JSON.parse(JSON.stringify(hidden)) as string, inspect(hidden)])
    expect(text).toBe(redactedText);
  expect(inspect(secretOf('x'))).toBe('Secret(prod/db) [redacted]');
  expect(inspect(secretOf('{"a":"b"}').field('a'))).toBe('Secret(prod/db#a) [redacted]');
  expect(JSON.stringify({ db: secretOf('x') })).toBe('{"db":"[redacted]"}');
});

test('the one way out is reveal()', () => {
  expect(new Redacted(canary).reveal()).toBe(canary);
  const object = { a: 1 };
  expect(new Redacted(object).reveal()).toBe(object);
});

test('nobody can put a method of his own in the place of one that hides', () => {
  const hidden = new Redacted(canary);
  expect(Object.isFrozen(hidden)).toBe(true);
  expect(() => {
    hidden.toString = () => 'mine';
  }).toThrow(TypeError);
});

test('two of them are not compared by their values: an equality test would tell', () => {
  expect(new Redacted('a') == new Redacted('a')).toBe(false);
  expect(new Redacted(canary) == (canary as unknown)).toBe(false);
  expect(new Redacted(canary) < (canary as unknown as Redacted)).toBe(redactedText < canary);
});
