import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WideMap } from '../../src/cache/wide-map.ts';

test.each([1, 10_000, 1_000_000])('made for %d keys it is a Map to its user', (expected) => {
  const key = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('prod/db', 'prod/db#password', '__proto__', ''));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('set', 'delete', 'get', 'clear'), key), { maxLength: 100 }), (operations) => {
      const wide = new WideMap<number>(expected);
      const twin = new Map<string, number>();
      for (const [at, [what, text]] of operations.entries()) {
        if (what === 'set') {
          wide.set(text, at);
          twin.set(text, at);
        } else if (what === 'delete') expect(wide.delete(text)).toBe(twin.delete(text));
        else if (what === 'clear' && at % 10 === 0) {
          wide.clear();
          twin.clear();
        }
        expect(wide.get(text)).toBe(twin.get(text));
        expect(wide.size).toBe(twin.size);
      }
      expect(new Set(wide.values())).toEqual(new Set(twin.values()));
    }),
  );
});

test('keys that differ in one character anywhere are spread evenly', () => {
  const wide = new WideMap<number>(100_000);
  for (const at of [0, 5, 20]) {
    const text = 'x'.repeat(30);
    for (let index = 0; index < 10_000; index++) wide.set(`${text.slice(0, at)}${index}${text.slice(at)}#password`, index);
  }
  // As many Maps as are needed, each with about as many keys.
  const sizes = wide.sizes();
  expect(sizes).toHaveLength(16);
  for (const size of sizes) expect(size).toBeGreaterThan(1_500);
  for (const size of sizes) expect(size).toBeLessThan(2_300);
});

test('going through the values ends, although keys come as fast as they are seen; and every old one is seen', () => {
  const wide = new WideMap<string>(100_000);
  const old = Array.from({ length: 3_000 }, (_, index) => `old ${index}`);
  for (const key of old) wide.set(key, key);
  const seen = new Set<string>();
  let came = 0;
  for (const value of wide.values()) {
    seen.add(value);
    wide.set(`new ${came++}`, 'new');
    if (came > 100_000) break;
  }
  expect(came).toBeLessThan(100_000);
  expect(old.every((key) => seen.has(key))).toBe(true);
});

test('what is deleted on the way is not seen, and hides no other', () => {
  const wide = new WideMap<string>(1);
  for (const key of ['a', 'b', 'c', 'd']) wide.set(key, key);
  const seen: string[] = [];
  for (const value of wide.values()) {
    seen.push(value);
    if (value === 'a') {
      wide.delete('b');
      wide.set('e', 'e');
    }
  }
  expect(seen).toEqual(expect.arrayContaining(['a', 'c', 'd']));
  expect(seen).not.toContain('b');
});
