import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigurationError } from '../../src/core/errors.ts';
import { matcher } from '../../src/core/provider.ts';

test.each([
  ['prod/*', 'prod/db', true],
  ['prod/*', 'prod/', true],
  ['prod/*', 'prod', false],
  ['prod/*', 'prod/db/main', false],
  ['prod/*', 'xprod/db', false],
  ['prod/**', 'prod/db/main', true],
  ['prod/**', 'prod/db', true],
  ['prod/**', 'prod', false],
  ['prod/**', 'production/db', false],
  ['**', 'anything/at/all', true],
  ['*', 'one', true],
  ['*', 'one/two', false],
  ['*/db', 'prod/db', true],
  ['*/db', 'a/b/db', false],
  ['**/db', 'a/b/db', true],
  ['p*d/db', 'prod/db', true],
  ['p*d/db', 'p/d/db', false],
  ['prod/***', 'prod/a/b', true],
  ['prod/db', 'prod/db', true],
  ['prod/db', 'prod/dbx', false],
  ['prod/db', 'Prod/db', false],
  ['/prod/*', 'prod/db', true],
  ['prod/*', '/prod/db', true],
  ['/prod/*', '/prod/db', true],
  ['prod/*', '//prod/db', false],
  ['a.b', 'axb', false],
  ['a.b', 'a.b', true],
  ['a+(b)[c]{2}|d?^$\\', 'a+(b)[c]{2}|d?^$\\', true],
  ['[ab]', 'a', false],
  ['a|b', 'a', false],
  ['prod/*', 'prod/😀', true],
  ['prod/*', 'prod/line\nend', true],
  ['prod/**', 'prod/line\u2028end/x', true],
  ['__proto__/*', '__proto__/x', true],
])('of the pattern %s the name %j: %j', (pattern, name, matches) => {
  expect(matcher([pattern], 'vault')(name)).toBe(matches);
});

test('any one of several patterns is enough', () => {
  const matches = matcher(['prod/*', 'shared/**'], 'vault');
  expect(['prod/a', 'shared/a/b', 'test/a'].map(matches)).toEqual([true, true, false]);
});

test('without patterns every name matches', () => {
  expect(matcher(undefined, 'vault')('anything')).toBe(true);
});

test.each([[[]], ['prod/*'], [['']], [[5]], [[null]], [{ 0: 'a' }], [null]])('%j is no list of patterns', (patterns) => {
  expect(() => matcher(patterns as never, 'vault')).toThrow(ConfigurationError);
  expect(() => matcher(patterns as never, 'vault')).toThrow(/^vault\.match/);
});

test('text without a star means itself, whatever characters it has', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), (pattern, other) => {
      fc.pre(!pattern.includes('*') && !pattern.startsWith('/'));
      expect(matcher([pattern], 'x')(pattern)).toBe(true);
      if (other.replace(/^\//, '') !== pattern) expect(matcher([pattern], 'x')(other)).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

/** The obvious slow way: try every length for every star. */
function slow(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const star = pattern.startsWith('**') ? '**' : pattern.startsWith('*') ? '*' : '';
  if (star === '') return name !== '' && pattern[0] === name[0] && slow(pattern.slice(1), name.slice(1));
  for (let length = 0; length <= name.length; length++) {
    if (star === '*' && name.slice(0, length).includes('/')) break;
    if (slow(pattern.slice(star.length), name.slice(length))) return true;
  }
  return false;
}

test('patterns mean what their slow twin says', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', '/', '*', '**', '.'), { minLength: 1, maxLength: 6 }).map((chosen) => chosen.join(''));
  const names = fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 6 }).map((chosen) => chosen.join(''));
  fc.assert(
    fc.property(pieces, names, (pattern, name) => {
      const bare = pattern.replace(/^\//, '');
      expect(matcher([pattern], 'x')(name)).toBe(slow(bare, name.replace(/^\//, '')));
    }),
    { numRuns: 5_000 },
  );
});
