import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LifetimeOptions, Lifetimes, longestDetour } from '../../src/cache/lifetime.ts';
import { ConfigurationError, InvalidReferenceError } from '../../src/core/errors.ts';
import type { ProviderSettings } from '../../src/core/provider.ts';
import { parseRef } from '../../src/core/ref.ts';
import { Secret } from '../../src/core/secret.ts';
import { FakeClock } from '../support/fake-clock.ts';

const clock = new FakeClock(1_000_000);
const now = 1_000_000;
const hour = 3_600_000;

function secretOf(ref = 'prod/db', { provider = 'cloud', ageMs = 0, fallback = false } = {}): Secret {
  const secret = new Secret({ ref: parseRef(ref), provider, value: '{}', clock, ageMs });
  return fallback ? new Secret(secret, { fallback: true }) : secret;
}

function lifetimesOf(options: LifetimeOptions = {}, providers: readonly (ProviderSettings & { readonly name: string })[] = []) {
  const clamped: [setting: string, from: number, to: number][] = [];
  const lifetimes = new Lifetimes({ random: () => 0, ...options }, providers, (...clamp) => clamped.push(clamp));
  return { lifetimes, clamped };
}

/** How long a secret is fresh, in ms; 0 when it is not kept. */
function freshFor(secret: Secret, options: LifetimeOptions = {}, providers: readonly (ProviderSettings & { readonly name: string })[] = []): number {
  const times = lifetimesOf(options, providers).lifetimes.of(secret, now);
  return times === undefined ? 0 : times.freshUntil - now;
}

/** How long it may cover an outage once it is no longer fresh. */
function staleFor(secret: Secret, options: LifetimeOptions = {}, providers: readonly (ProviderSettings & { readonly name: string })[] = []): number {
  const times = lifetimesOf(options, providers).lifetimes.of(secret, now);
  return times === undefined ? 0 : times.staleUntil - times.freshUntil;
}

test('unless told otherwise a value is fresh for five minutes and covers an outage for an hour after', () => {
  expect(lifetimesOf().lifetimes.of(secretOf(), now)).toEqual({ quietUntil: now + 240_000, freshUntil: now + 300_000, staleUntil: now + 300_000 + hour });
});

test('a value that arrives with an age has that much less to live', () => {
  expect(freshFor(secretOf('a', { ageMs: 60_000 }), { ttl: '5m' })).toBe(240_000);
  expect(freshFor(secretOf('a', { ageMs: 600_000 }), { ttl: '5m' })).toBe(-300_000);
});

test('with ttl 0 nothing is kept, with ttl none for ever', () => {
  expect(lifetimesOf({ ttl: 0 }).lifetimes.of(secretOf(), now)).toBeUndefined();
  expect(lifetimesOf({ ttl: 'none' }).lifetimes.of(secretOf(), now)).toEqual({ quietUntil: Infinity, freshUntil: Infinity, staleUntil: Infinity });
});

test('with staleIfError 0 a value covers no outage, with none every outage', () => {
  expect(staleFor(secretOf(), { staleIfError: 0 })).toBe(0);
  expect(staleFor(secretOf(), { staleIfError: 'none' })).toBe(Infinity);
});

describe('jitter', () => {
  test.each([
    [0, 100_000],
    [0.5, 95_000],
    [1 - Number.EPSILON, 90_000],
    [0.999_999_999, 90_000],
  ])('with the random number %d a ttl of 100 s becomes %d ms', (random, ms) => {
    expect(freshFor(secretOf(), { ttl: '100s', random: () => random })).toBe(ms);
  });

  test('takes off at most a tenth of a ttl, and never adds to it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 1_000_000_000 }), (random, ms) => {
        const fresh = freshFor(secretOf(), { ttl: `${ms}ms`, random: () => random });
        expect(fresh).toBeLessThanOrEqual(ms);
        expect(fresh).toBeGreaterThanOrEqual(Math.floor(ms * 0.9));
      }),
    );
  });

  test('spreads the ends over the whole tenth', () => {
    const ends = Array.from({ length: 1_000 }, (_, index) => freshFor(secretOf(), { ttl: '1000s', random: () => index / 1_000 }));
    expect(Math.max(...ends)).toBe(1_000_000);
    expect(Math.min(...ends)).toBeLessThanOrEqual(900_200);
    expect(new Set(ends).size).toBe(1_000);
  });

  test('is random unless it is told otherwise', () => {
    const lifetimes = new Lifetimes({ ttl: '1h' }, [], () => undefined);
    expect(new Set(Array.from({ length: 20 }, () => lifetimes.of(secretOf(), now)?.freshUntil)).size).toBeGreaterThan(1);
  });

  test('comes out of the ttl that was clamped, and leaves "none" alone', () => {
    expect(freshFor(secretOf(), { ttl: '1s', minTtl: '100s', random: () => 0.5 })).toBe(95_000);
    expect(freshFor(secretOf(), { ttl: 'none', random: () => 0.5 })).toBe(Infinity);
  });

  test('refresh-ahead begins after four fifths of what is left of the ttl', () => {
    const times = lifetimesOf({ ttl: '100s', random: () => 1 - Number.EPSILON }).lifetimes.of(secretOf(), now);
    expect(times).toMatchObject({ quietUntil: now + 72_000, freshUntil: now + 90_000 });
  });
});

test('no instant is later than asked, a fraction of a millisecond included', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.boolean(),
      (fraction, random, fallback) => {
        const times = lifetimesOf({ ttl: '10s', staleIfError: '1m', random: () => random }).lifetimes.of(secretOf('a', { fallback }), fraction);
        expect(times?.freshUntil).toBeLessThanOrEqual(fraction + 10_000);
        expect(times?.staleUntil).toBeLessThanOrEqual(fraction + 70_000);
        expect(times?.quietUntil).toBeLessThanOrEqual(times?.freshUntil as number);
        for (const instant of Object.values(times ?? {})) expect(Number.isInteger(instant)).toBe(true);
      },
    ),
  );
});

describe('whose setting governs', () => {
  const providers = [{ name: 'cloud', ttl: '10m', staleIfError: '2h' }, { name: 'vault', ttl: '20m' }, { name: 'plain' }] as const;

  test("the secret's own, before its provider's, before the default", () => {
    const options = { ttl: '1m', staleIfError: '3h', secrets: { 'prod/own': { ttl: '30m', staleIfError: '4h' } } } as const;
    expect(freshFor(secretOf('prod/own'), options, providers)).toBe(1_800_000);
    expect(staleFor(secretOf('prod/own'), options, providers)).toBe(4 * hour);
    expect(freshFor(secretOf('prod/db'), options, providers)).toBe(600_000);
    expect(staleFor(secretOf('prod/db'), options, providers)).toBe(2 * hour);
    expect(freshFor(secretOf('prod/db', { provider: 'vault' }), options, providers)).toBe(1_200_000);
    expect(staleFor(secretOf('prod/db', { provider: 'vault' }), options, providers)).toBe(3 * hour);
    expect(freshFor(secretOf('prod/db', { provider: 'plain' }), options, providers)).toBe(60_000);
    expect(freshFor(secretOf('prod/db', { provider: 'unknown' }), options, providers)).toBe(60_000);
  });

  test('one of the two settings leaves the other as it is inherited', () => {
    const options = { secrets: { 'prod/own': { ttl: '30m' } } } as const;
    expect(staleFor(secretOf('prod/own'), options, providers)).toBe(2 * hour);
    expect(freshFor(secretOf('prod/other'), { secrets: { 'prod/other': { staleIfError: 0 } } }, providers)).toBe(600_000);
  });

  test('an own ttl of 0 wins over every other', () => {
    expect(freshFor(secretOf('prod/otp'), { ttl: '1h', secrets: { 'prod/otp': { ttl: 0 } } }, providers)).toBe(0);
  });

  test('settings of a name hold for all its versions, whichever provider is asked, and for no other name', () => {
    const options = { secrets: { 'prod/db': { ttl: '7s' } } } as const;
    for (const ref of ['prod/db', 'cloud://prod/db', 'prod/db?version=3', 'vault://prod/db?version=3'])
      expect(freshFor(secretOf(ref), options), ref).toBe(7_000);
    for (const ref of ['prod/db2', 'prod', '/prod/db', 'PROD/db']) expect(freshFor(secretOf(ref), options), ref).toBe(300_000);
  });

  test('settings that are written more exactly come first', () => {
    const options = { secrets: { 'prod/db': { ttl: '7s' }, 'vault://prod/db?version=3': { ttl: '9s' } } } as const;
    expect(freshFor(secretOf('vault://prod/db?version=3'), options)).toBe(9_000);
    expect(freshFor(secretOf('vault://prod/db?version=4'), options)).toBe(7_000);
    expect(freshFor(secretOf('prod/db'), options)).toBe(7_000);
  });

  test('the strictest field governs the document', () => {
    const options = {
      ttl: '1h',
      staleIfError: '1h',
      secrets: { 'prod/db#otp': { ttl: '30s' }, 'prod/db#token': { ttl: '1m', staleIfError: 0 }, 'prod/db#user': { ttl: '2h', staleIfError: '9h' } },
    } as const;
    expect(freshFor(secretOf('prod/db'), options)).toBe(30_000);
    expect(staleFor(secretOf('prod/db'), options)).toBe(0);
    expect(freshFor(secretOf('cloud://prod/db?version=2'), options)).toBe(30_000);
    expect(freshFor(secretOf('prod/other'), options)).toBe(hour);
  });

  test('a neighbour field with ttl 0 means the document is not kept', () => {
    expect(lifetimesOf({ secrets: { 'prod/db#otp': { ttl: 0 } } }).lifetimes.of(secretOf('prod/db'), now)).toBeUndefined();
    expect(lifetimesOf({ secrets: { 'prod/db#otp': { ttl: 0 } }, minTtl: '1m' }).lifetimes.of(secretOf('prod/db'), now)).toBeUndefined();
  });

  test("a field never makes its document live longer than the document's own setting", () => {
    expect(freshFor(secretOf('prod/db'), { secrets: { 'prod/db': { ttl: '10s' }, 'prod/db#a': { ttl: '1h' } } })).toBe(10_000);
  });

  test("a field that is read on its own is governed by its own setting and its document's, not by its neighbour's", () => {
    const options = { secrets: { 'prod/db': { ttl: '2m' }, 'prod/db#a': { ttl: '10s' }, 'prod/db#b': { ttl: 0 } } } as const;
    expect(freshFor(secretOf('prod/db#a'), options)).toBe(10_000);
    expect(freshFor(secretOf('cloud://prod/db#a'), options)).toBe(10_000);
    expect(freshFor(secretOf('prod/db#c'), options)).toBe(120_000);
    expect(freshFor(secretOf('prod/db#b'), options)).toBe(0);
  });

  test.each(['__proto__', 'constructor', 'toString', 'then', 'hasOwnProperty'])(
    'a secret or provider called %s has the settings it was given, and no others',
    (name) => {
      expect(freshFor(secretOf(name))).toBe(300_000);
      expect(freshFor(secretOf('a', { provider: name }))).toBe(300_000);
      expect(freshFor(secretOf(name), { secrets: Object.fromEntries([[name, { ttl: '5s' }]]) })).toBe(5_000);
      expect(freshFor(secretOf('a', { provider: name }), {}, [{ name, ttl: '6s' }])).toBe(6_000);
    },
  );
});

describe('bounds', () => {
  test('lengthen and shorten a ttl', () => {
    expect(freshFor(secretOf(), { ttl: '1s', minTtl: '10s' })).toBe(10_000);
    expect(freshFor(secretOf(), { ttl: '1h', maxTtl: '10m' })).toBe(600_000);
    expect(freshFor(secretOf(), { ttl: 'none', maxTtl: '10m' })).toBe(600_000);
    expect(freshFor(secretOf(), { ttl: '5m', minTtl: '5m', maxTtl: '5m' })).toBe(300_000);
    expect(freshFor(secretOf('a'), { maxTtl: '1m', secrets: { a: { ttl: '1h' } } })).toBe(60_000);
  });

  test('0 is no lifetime that a bound could lengthen', () => {
    const { lifetimes, clamped } = lifetimesOf({ ttl: 0, minTtl: '10s' });
    expect(lifetimes.of(secretOf(), now)).toBeUndefined();
    expect(clamped).toEqual([]);
  });

  test('warn once for each ttl, with both numbers', () => {
    const { lifetimes, clamped } = lifetimesOf({
      ttl: '1s',
      minTtl: '10s',
      maxTtl: '1m',
      secrets: { long: { ttl: '2m' }, longer: { ttl: 'none' }, right: { ttl: '30s' } },
    });
    for (let round = 0; round < 3; round++) for (const name of ['a', 'b', 'long', 'longer', 'right']) lifetimes.of(secretOf(name), now);
    expect(clamped).toEqual([
      ['minTtl', 1_000, 10_000],
      ['maxTtl', 120_000, 60_000],
      ['maxTtl', Infinity, 60_000],
    ]);
  });

  test('of a thousand clamped settings a hundred are told, so that what is remembered has an end', () => {
    const secrets = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`s${index}`, { ttl: `${index + 1}ms` }]));
    const { lifetimes, clamped } = lifetimesOf({ minTtl: '10s', secrets });
    for (const name of Object.keys(secrets)) lifetimes.of(secretOf(name), now);
    expect(clamped).toHaveLength(100);
  });

  test('the lower above the upper is refused, with both', () => {
    expect(() => lifetimesOf({ minTtl: '10m', maxTtl: '5m' })).toThrow('minTtl (10m) is longer than maxTtl (5m)');
  });
});

describe('a detour, an answer from a later provider while an earlier one cannot be reached', () => {
  test('is kept for thirty seconds at most, and never stale', () => {
    expect(longestDetour).toBe(30_000);
    for (const ttl of ['5m', '30s', 'none'] as const) {
      const times = lifetimesOf({ ttl, staleIfError: '1h' }).lifetimes.of(secretOf('a', { fallback: true }), now);
      expect(times?.freshUntil).toBe(now + 30_000);
      expect(times?.staleUntil).toBe(times?.freshUntil);
    }
  });

  test('is kept for less when its ttl is shorter, and not at all when that is 0', () => {
    expect(freshFor(secretOf('a', { fallback: true }), { ttl: '10s' })).toBe(10_000);
    expect(freshFor(secretOf('a', { fallback: true }), { ttl: 0 })).toBe(0);
  });

  test('is not prolonged by a lower bound, and counts its age', () => {
    expect(freshFor(secretOf('a', { fallback: true }), { ttl: '1s', minTtl: '10m' })).toBe(30_000);
    expect(freshFor(secretOf('a', { fallback: true, ageMs: 20_000 }))).toBe(10_000);
  });
});

describe('a setting that is wrong is named', () => {
  test.each([
    ['ttl', { ttl: '5' }],
    ['staleIfError', { staleIfError: 'x' }],
    ['minTtl', { minTtl: 5 as never }],
    ['maxTtl', { maxTtl: -1 as never }],
    ['secrets["prod/db#otp"].ttl', { secrets: { 'prod/db#otp': { ttl: 'x' } } }],
    ['secrets["prod/db"].staleIfError', { secrets: { 'prod/db': { staleIfError: NaN as never } } }],
  ] as const)('%s', (where, options) => {
    expect(() => lifetimesOf(options)).toThrow(ConfigurationError);
    expect(() => lifetimesOf(options)).toThrow(`${where}: `);
  });

  test('of a provider, by its name', () => {
    expect(() => lifetimesOf({}, [{ name: 'cloud', ttl: '5' }])).toThrow(/^cloud\.ttl: /);
    expect(() => lifetimesOf({}, [{ name: 'cloud', staleIfError: 'x' }])).toThrow(/^cloud\.staleIfError: /);
  });

  test('a secret whose reference is malformed', () => {
    expect(() => lifetimesOf({ secrets: { 'a#': { ttl: '1s' } } })).toThrow(InvalidReferenceError);
  });
});
