import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Matcher } from '../../src/redaction/matcher.ts';
import { ScrubStream } from '../../src/redaction/stream.ts';
import { slowTwin } from './slow-twin.ts';

/** Few letters, so that values overlap, repeat and contain each other. */
const fewLetters = (options: { minLength?: number; maxLength: number }) => fc.string({ ...options, unit: fc.constantFrom('a', 'b', 'c', '\xff') });
const anyForms = fc.array(fewLetters({ minLength: 1, maxLength: 9 }), { maxLength: 8 });

function quick(forms: readonly string[], text: string, cuts: readonly number[] = []): string {
  const matcher = new Matcher(forms);
  const stream = new ScrubStream(() => matcher);
  const bytes = Buffer.from(text, 'latin1');
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const shown = places.slice(1).map((end, index) => stream.write(bytes.subarray(places[index], end)));
  return Buffer.concat([...shown, stream.end()]).toString('latin1');
}

test('hides what the slow twin hides, however the text is cut into chunks', () => {
  fc.assert(
    fc.property(anyForms, fewLetters({ maxLength: 60 }), fc.array(fc.nat(), { maxLength: 6 }), (forms, text, cuts) => {
      expect(quick(forms, text, cuts)).toBe(slowTwin(forms, text));
    }),
    { numRuns: 5_000 },
  );
});

test('hides what the slow twin hides when the text is made of the values and their parts', () => {
  const value = fc.string({ minLength: 4, maxLength: 40, unit: 'binary' }).map((text) => Buffer.from(text).toString('latin1'));
  const forms = fc.array(value, { minLength: 1, maxLength: 6 });
  const textOf = (known: readonly string[]) => {
    const part = fc.tuple(fc.constantFrom(...known), fc.nat(60), fc.nat(60)).map(([form, from, to]) => form.slice(from % form.length, to));
    return fc.array(fc.oneof(fc.constantFrom(...known), part, value), { maxLength: 8 }).map((parts) => parts.join(''));
  };
  const cases = forms.chain((known) => fc.tuple(fc.constant(known), textOf(known), fc.array(fc.nat(), { maxLength: 8 })));
  fc.assert(
    fc.property(cases, ([known, text, cuts]) => {
      expect(quick(known, text, cuts)).toBe(slowTwin(known, text));
    }),
    { numRuns: 3_000 },
  );
});

test('a matcher that learnt in two steps finds what one that learnt at once finds', () => {
  fc.assert(
    fc.property(anyForms, anyForms, fewLetters({ maxLength: 40 }), (first, second, text) => {
      const bytes = Buffer.from(text, 'latin1');
      const inSteps = new Matcher(first).with(second).scrub(bytes, -1, true);
      expect(inSteps.shown.toString('latin1')).toBe(slowTwin([...first, ...second], text));
    }),
  );
});

test('the longest value wins, and no part of two overlapping ones stays', () => {
  expect(quick(['abcdef', 'abcdefghij'], '<abcdefghij>')).toBe('<[redacted]>');
  expect(quick(['abcdef', 'abcdefghij'], '<abcdefghi>')).toBe('<[redacted]ghi>');
  expect(quick(['abcdefgh', 'efghijkl'], '<abcdefghijkl>')).toBe('<[redacted]>');
});

test('values that touch become one mark, whole or cut', () => {
  const text = '<secret1secret2>';
  for (let cut = 0; cut <= text.length; cut++) expect(quick(['secret1', 'secret2'], text, [cut])).toBe('<[redacted]>');
});

test('nothing known, nothing touched: the very same bytes come out', () => {
  const chunk = Buffer.from('plain');
  const matcher = new Matcher([]);
  expect(new ScrubStream(() => matcher).write(chunk)).toEqual(chunk);
  expect(matcher.scrub(chunk, -1, false).shown).toBe(chunk);
});
