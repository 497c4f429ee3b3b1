import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/clock.ts';
import { ConfigurationError } from '../../src/core/errors.ts';

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  ['1d2h3m4s5ms', 93_784_005],
  ['1.5s', 1_500],
  ['0.25h', 900_000],
  ['0s', 0],
  ['0ms', 0],
  ['0', 0],
  [0, 0],
  [-0, 0],
  ['none', Infinity],
  ['100s', 100_000],
  ['36500d', 3_153_600_000_000],
])('%j is %j ms', (given, ms) => {
  expect(parseDuration(given, 'ttl') + 0).toBe(ms);
});

function describe(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}

function errorOf(value: unknown): ConfigurationError {
  try {
    parseDuration(value, 'cache.ttl');
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).message).toMatch(/^cache\.ttl: [^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
    expect((error as ConfigurationError).message.length).toBeLessThan(200);
    return error as ConfigurationError;
  }
  throw new Error('It was taken.');
}

test.each([300, 0.5, 60_000, '300', '1.5', '007'])('%j has no unit, and the error quotes both readings', (given) => {
  const error = errorOf(given);
  expect(error.message).toContain(`'${Number(given)}s' or '${Number(given)}ms'`);
  expect(error.hint).toContain(`'${Number(given)}s' for seconds`);
});

test.each(
  [
    '',
    ' ',
    '5 m',
    ' 5m',
    '5m ',
    '5M',
    '5min',
    'm',
    '-5m',
    '+5m',
    '1h-5m',
    '5m!',
    '1,5s',
    '1.s',
    '.5s',
    '1e3s',
    'None',
    'never',
    'Infinity',
    '5m\n',
    '٣s',
    '5µs',
    '1s'.repeat(33),
    -1,
    NaN,
    Infinity,
    -Infinity,
    true,
    false,
    null,
    undefined,
    {},
    [],
    ['5m'],
    5n,
    () => 5,
    Symbol('5m'),
    'x\n\u2028\u202e\u009b',
    'x'.repeat(1_000_000),
    '9'.repeat(1_000),
    '1'.repeat(60) + 'ms',
  ].map((given) => [describe(given), given] as const),
)('%s is no duration', (_, given) => {
  expect(errorOf(given).hint).toBeTruthy();
});

test('a hundred years is the most, and the way to say for ever is named', () => {
  expect(errorOf('36501d').message).toContain('over 100 years');
  expect(errorOf('36500d1ms').hint).toContain(`'none'`);
});

test('a long text with many digits is refused as fast as a short one', () => {
  const began = performance.now();
  errorOf('1'.repeat(200_000));
  errorOf(`${'1'.repeat(200_000)}x`);
  errorOf(`${'1.1'.repeat(100_000)}s`);
  expect(performance.now() - began).toBeLessThan(500);
});

test('days, hours, minutes, seconds and milliseconds add up', () => {
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(999), fc.constantFrom(...(['d', 'h', 'm', 's', 'ms'] as const))), { minLength: 1, maxLength: 5 }), (parts) => {
      const text = parts.map(([count, unit]) => `${count}${unit}`).join('');
      expect(parseDuration(text, 'x')).toBe(parts.reduce((sum, [count, unit]) => sum + count * units[unit], 0));
    }),
  );
});

test.each([
  [0, '0ms'],
  [250, '250ms'],
  [999, '999ms'],
  [1_000, '1s'],
  [59_000, '59s'],
  [60_000, '1m'],
  [5_400_000, '1h 30m'],
  [90_061_000, '1d 1h'],
  [86_401_000, '1d 1s'],
  [59_999.7, '1m'],
  [Infinity, 'none'],
])('%j ms is shown as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
