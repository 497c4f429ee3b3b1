import { expect, test, vi } from 'vitest';
import { AccessDeniedError, ConfigurationError } from '../../src/core/errors.ts';
import { Emitter, type EventName, type Events, logEvents, type Logger, type LogLevel, logLevels } from '../../src/core/events.ts';

function logged(level: LogLevel | undefined, tell: (events: Emitter) => void): string[] {
  const written: string[] = [];
  const logger = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((name) => [name, (line: string) => written.push(`${name} ${line}`)]),
  ) as unknown as Logger;
  const events = new Emitter();
  logEvents(events, logger, ...(level === undefined ? [] : [level]));
  tell(events);
  return written;
}

const ref = { name: 'prod/db' };
const about = { ref, provider: 'cloud' };
const samples: readonly (readonly [level: string, text: string, tell: (events: Emitter) => void])[] = [
  [
    'debug',
    'hit prod/db',
    (events) => {
      events.emit('hit', about);
    },
  ],
  [
    'debug',
    'miss prod/db: read from cloud in 12ms',
    (events) => {
      events.emit('miss', { ...about, durationMs: 12.3, found: true });
    },
  ],
  [
    'debug',
    'miss prod/db: absent everywhere, 12ms',
    (events) => {
      events.emit('miss', { ref, provider: undefined, durationMs: 12, found: false });
    },
  ],
  [
    'debug',
    'refresh prod/db: read from cloud in 5ms',
    (events) => {
      events.emit('refresh', { ...about, durationMs: 5 });
    },
  ],
  [
    'debug',
    'retry prod/db: attempt 1 of cloud failed (PROVIDER_UNAVAILABLE), next in 100ms',
    (events) => {
      events.emit('retry', { ...about, attempt: 1, delayMs: 100, code: 'PROVIDER_UNAVAILABLE' });
    },
  ],
  [
    'debug',
    'evict prod/db: the least recently used',
    (events) => {
      events.emit('evict', about);
    },
  ],
  [
    'info',
    'invalidate vault://prod/db?version=1',
    (events) => {
      events.emit('invalidate', { ref: { provider: 'vault', name: 'prod/db', version: '1' } });
    },
  ],
  [
    'info',
    'invalidate prod/…',
    (events) => {
      events.emit('invalidate', { prefix: 'prod/' });
    },
  ],
  [
    'info',
    'invalidate prod/… of cloud',
    (events) => {
      events.emit('invalidate', { prefix: 'prod/', provider: 'cloud' });
    },
  ],
  [
    'info',
    'invalidate cloud',
    (events) => {
      events.emit('invalidate', { provider: 'cloud' });
    },
  ],
  [
    'info',
    'invalidate everything',
    (events) => {
      events.emit('invalidate', {});
    },
  ],
  [
    'info',
    'rotate prod/db: cloud went from version 1 to 2',
    (events) => {
      events.emit('rotate', { ...about, from: '1', to: '2' });
    },
  ],
  [
    'info',
    'prefetch: 3 secrets in 40ms',
    (events) => {
      events.emit('prefetch', { wanted: 3, failed: 0, durationMs: 40 });
    },
  ],
  [
    'warn',
    'prefetch: 1 of 3 secrets failed, 40ms',
    (events) => {
      events.emit('prefetch', { wanted: 3, failed: 1, durationMs: 40 });
    },
  ],
  [
    'warn',
    'stale prod/db: cloud cannot be asked (CIRCUIT_OPEN), served at age 6m',
    (events) => {
      events.emit('stale', { ...about, ageMs: 360_000, code: 'CIRCUIT_OPEN' });
    },
  ],
  [
    'warn',
    'clamp: a ttl of 10m became 5m, the maxTtl',
    (events) => {
      events.emit('clamp', { setting: 'maxTtl', fromMs: 600_000, toMs: 300_000 });
    },
  ],
  [
    'error',
    'error prod/db: refused (7ms)',
    (events) => {
      events.emit('error', { ...about, durationMs: 7, error: new AccessDeniedError('refused') });
    },
  ],
];

test.each(samples)('at %s: %s', (level, text, tell) => {
  expect(logged('debug', tell)).toEqual([`${level} keyturn: ${text}`]);
});

test.each(logLevels)('at the level %s it writes what is at that level and above', (level) => {
  const least = logLevels.indexOf(level);
  for (const [own, text, tell] of samples) {
    expect(logged(level, tell), text).toHaveLength(logLevels.indexOf(own as LogLevel) >= least ? 1 : 0);
  }
});

test('the level is info unless another is given', () => {
  expect(samples.flatMap(([, , tell]) => logged(undefined, tell))).toEqual(samples.flatMap(([, , tell]) => logged('info', tell)));
});

test('nobody listens to what is below the level: a hit would pay for it', () => {
  const logger = { debug: vi.fn<() => void>(), info: vi.fn<() => void>(), warn: vi.fn<() => void>(), error: vi.fn<() => void>() };
  for (const level of ['info', 'warn', 'error', 'off'] as const) {
    const events = new Emitter();
    logEvents(events, logger, level);
    expect(events.hit, level).toBeUndefined();
  }
});

test('there is a line for every event', () => {
  const told = new Set<EventName>();
  const events = {
    on: (name: EventName) => {
      told.add(name);
      return () => undefined;
    },
  } as unknown as Emitter;
  logEvents(events, console, 'debug');
  const every: Record<EventName, true> = {
    hit: true,
    miss: true,
    refresh: true,
    unchanged: true,
    stale: true,
    evict: true,
    invalidate: true,
    rotate: true,
    retry: true,
    error: true,
    clamp: true,
    prefetch: true,
  };
  expect([...told].sort()).toEqual(Object.keys(every).sort());
});

test.each(['verbose', '', 'DEBUG', 'constructor', '__proto__', null, 5])('%j is no level', (level) => {
  expect(() => logged(level as LogLevel, () => undefined)).toThrow(ConfigurationError);
});

test('a logger that throws harms nobody', () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const events = new Emitter();
  const broken = () => {
    throw new Error('disk full');
  };
  logEvents(events, { debug: broken, info: broken, warn: broken, error: broken }, 'debug');
  expect(() => {
    events.emit('hit', about);
  }).not.toThrow();
  expect(() => events.hit?.(about)).not.toThrow();
});

test('a logger keeps its this', () => {
  class Counting implements Logger {
    count = 0;
    debug(): void {
      this.count++;
    }
    info(): void {
      this.count++;
    }
    warn(): void {
      this.count++;
    }
    error(): void {
      this.count++;
    }
  }
  const logger = new Counting();
  const events = new Emitter();
  logEvents(events, logger, 'debug');
  for (const [, , tell] of samples) tell(events);
  expect(logger.count).toBe(samples.length);
});

const dangerous = [
  ...Array.from({ length: 0x20 }, (_, code) => code),
  ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
  0x00ad,
  0x061c,
  0x180e,
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
  0x2061,
  0x2066,
  0x2067,
  0x2068,
  0x2069,
  0xfeff,
  0xfff9,
  0xe0001,
  0xe0020,
].map((code) => String.fromCodePoint(code));
const sequences = [
  '\u001b[31m',
  '\u001b]8;;http://evil\u0007',
  '\u001b]52;c;aGk=\u0007',
  '\u001bPq\u001b\\',
  '\u009b2J',
  '\r\nkeyturn: error forged',
  '\u001b[2K\rkeyturn: hit',
  '\u2028keyturn: error forged',
];

test('no control, bidirectional or hidden character of a name, version, provider, prefix or message reaches a line', () => {
  for (const evil of [...dangerous, ...sequences]) {
    const name = `a${evil}b`;
    const evilRef = { provider: name, name, version: name, field: name };
    const evilAbout = { ref: evilRef, provider: name };
    const all: { readonly [K in EventName]: Events[K] } = {
      hit: evilAbout,
      miss: { ...evilAbout, durationMs: 1, found: true },
      refresh: { ...evilAbout, durationMs: 1 },
      unchanged: { ...evilAbout, durationMs: 1 },
      stale: { ...evilAbout, ageMs: 1, code: name },
      evict: evilAbout,
      invalidate: { prefix: name, provider: name },
      rotate: { ...evilAbout, from: name, to: name },
      retry: { ...evilAbout, attempt: 1, delayMs: 1, code: name },
      error: { ...evilAbout, durationMs: 1, error: new AccessDeniedError(`refused ${name}`) },
      clamp: { setting: name, fromMs: 1, toMs: 2 },
      prefetch: { wanted: 1, failed: 0, durationMs: 1 },
    };
    const written = logged('debug', (events) => {
      for (const event of Object.keys(all) as EventName[]) events.emit(event, all[event] as never);
      events.emit('invalidate', { ref: evilRef });
    });
    expect(written).toHaveLength(13);
    for (const line of written) expect(line, JSON.stringify(evil)).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
  }
});

test('a character that is hidden is shown by its code', () => {
  expect(
    logged('debug', (events) => {
      events.emit('hit', { ref: { name: 'a\u202eb' }, provider: 'cloud' });
    }),
  ).toEqual(['debug keyturn: hit a\\u{202e}b']);
});
