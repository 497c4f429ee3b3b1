import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formsOf } from '../../src/redaction/forms.ts';
import { Scrubber } from '../../src/redaction/index.ts';

/** Fifty values of every kind that people keep: passwords, tokens, keys, certificates, binary, and letters of other scripts. */
const values: (string | Uint8Array)[] = [
  'hunter2-hunter2',
  'correct horse battery staple',
  `p4$$'w"o\\r/d&<x>=+%23`,
  'пароль-секрет',
  '密码🔑密码',
  '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n',
  '{"user":"app","password":"s3cr3t-\\u00e9"}',
  'postgres://app:pa%40ss@db:5432/app?ssl=true',
  'aaaaaaaaaaaa',
  'abababababab',
  ...Array.from({ length: 15 }, (_, index) => randomBytes(6 + index * 3).toString('base64')),
  ...Array.from({ length: 15 }, (_, index) => randomBytes(4 + index).toString('hex')),
  ...Array.from({ length: 10 }, (_, index) => randomBytes(6 + index * 5)),
];

test('fifty values in all their forms, cut at every byte: no part comes out, and all else does, unchanged', () => {
  const scrubber = new Scrubber();
  for (const value of values) scrubber.add(value, { always: true });
  let cuts = 0;
  const wrong: string[] = [];
  for (const [index, value] of values.entries()) {
    for (const form of formsOf(value, { lines: true })) {
      const text = Buffer.concat([Buffer.from('before \u{1F512}|'), Buffer.from(form, 'latin1'), Buffer.from('|\u{1F513} after\n')]);
      for (let cut = 0; cut <= text.length; cut++) {
        const stream = scrubber.stream();
        const shown = Buffer.concat([stream.write(text.subarray(0, cut)), stream.write(text.subarray(cut)), stream.end()]);
        const isRight = shown.toString() === 'before \u{1F512}|[redacted]|\u{1F513} after\n';
        // Not one `expect` for each: there are hundreds of thousands.
        if (!isRight) wrong.push(`value ${index}, cut at ${cut}: ${shown.toString('latin1')}`);
        cuts++;
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(values).toHaveLength(50);
  expect(cuts).toBeGreaterThan(50_000);
});

test('chunks of any size give what one chunk gives', () => {
  const scrubber = new Scrubber();
  for (const value of values) scrubber.add(value, { always: true });
  const part = fc.oneof(
    fc.constantFrom(...values).map((value) => Buffer.from(value as string)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }).map((parts) => Buffer.concat(parts)),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (bytes, sizes) => {
        const whole = scrubber.stream();
        const expected = Buffer.concat([whole.write(bytes), whole.end()]);
        const stream = scrubber.stream();
        const shown: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const end = at + sizes[turn % sizes.length]!;
          shown.push(stream.write(bytes.subarray(at, end)));
          at = end;
        }
        expect(Buffer.concat([...shown, stream.end()]).equals(expected)).toBe(true);
      },
    ),
  );
});

test('a prompt comes out at once, without its line end', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hunter2');
  const stream = scrubber.stream();
  expect(stream.write(Buffer.from('Password: ')).toString()).toBe('Password: ');
  expect(stream.write(Buffer.from('Overwrite? [y/N] ')).toString()).toBe('Overwrite? [y/N] ');
});

test('only the beginning of a value waits, and comes out as soon as it is none', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hunter2');
  const stream = scrubber.stream();
  expect(stream.write(Buffer.from('go hunter')).toString()).toBe('go ');
  expect(stream.write(Buffer.from('2')).toString()).toBe('');
  expect(stream.write(Buffer.from('!')).toString()).toBe('hunter2!');
  expect(stream.write(Buffer.from('hunter2-hunt')).toString()).toBe('');
  expect(stream.end().toString()).toBe('hunter2-hunt');
});

test('a value is hidden as soon as its last byte is there, unless a longer one may follow', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hunter2');
  scrubber.add('hunter2-hunter2-hunter3');
  const stream = scrubber.stream();
  expect(stream.write(Buffer.from('hunter2-hunter2')).toString()).toBe('');
  expect(stream.write(Buffer.from('\n')).toString()).toBe('[redacted]\n');
  expect(stream.write(Buffer.from('hunter2-hunter2-hunter3')).toString()).toBe('[redacted]');
});

test('a value that repeats itself for ever is not held for ever', () => {
  const scrubber = new Scrubber();
  scrubber.add('aaaaaa');
  const stream = scrubber.stream();
  let shown = '';
  for (let chunk = 0; chunk < 1_000; chunk++) shown += stream.write(Buffer.from('aaaaa')).toString();
  expect(shown).toBe('[redacted]');
  expect(stream.write(Buffer.from(' done')).toString()).toBe(' done');
});

test('a chunk that its sender uses again does not change what is held', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hunter2');
  const stream = scrubber.stream();
  const chunk = Buffer.from('hunter2-');
  stream.write(chunk);
  chunk.fill('x');
  expect(stream.write(Buffer.from('hunter2')).toString()).toBe('[redacted]');
});

test('a value learnt between two chunks is hidden from the next chunk on', () => {
  const scrubber = new Scrubber();
  const stream = scrubber.stream();
  stream.write(Buffer.from('hello '));
  scrubber.add('hunter2-hunter2');
  expect(stream.write(Buffer.from('hunter2-hunter2.')).toString()).toBe('[redacted].');
});

test('after its end a stream begins anew', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hunter2');
  const stream = scrubber.stream();
  for (const _ of [1, 2]) {
    stream.write(Buffer.from('hunter2-hunter2'));
    expect(stream.end().toString()).toBe('');
  }
  stream.write(Buffer.from('hunter2-hunter2'));
  stream.end();
  expect(stream.write(Buffer.from('hunter2-hunter2')).toString()).toBe('[redacted]');
});
