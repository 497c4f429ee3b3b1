/** What createSecrets() is given reaches the part that it is meant for. */
import { afterEach, expect, test, vi } from 'vitest';
import { createSecrets, Secret } from '../src/index.ts';
import type { Provider } from '../src/index.ts';
import { FakeClock } from './support/fake-clock.ts';
import { told } from './support/source.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function lines() {
  const written: string[] = [];
  const line = (text: string) => {
    written.push(text);
  };
  return { written, logger: { debug: line, info: line, warn: line, error: line } };
}

test.each([
  ['debug', ['keyturn: miss a: read from told in 0ms', 'keyturn: hit a', 'keyturn: invalidate a']],
  ['info', ['keyturn: invalidate a']],
  ['warn', []],
] as const)('log.level %s decides what the logger is told', async (level, expected) => {
  const { written, logger } = lines();
  const clock = new FakeClock();
  const secrets = createSecrets({ providers: [told({ a: '1' }, { clock })], clock, logger, log: { level } });
  await secrets.get('a');
  await secrets.get('a');
  await secrets.invalidate('a');
  expect(written).toEqual(expected);
  await secrets.close();
});

test('a ttl that was cut is a warning of the process only where no logger is told', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  for (const logger of [lines().logger, undefined]) {
    const secrets = createSecrets({ providers: [told({ a: '1' })], ttl: '1s', minTtl: '1m', logger });
    await secrets.get('a');
    await secrets.close();
    expect(warn).toHaveBeenCalledTimes(logger ? 0 : 1);
  }
});

test('an operation that is no read gives its provider the instant at which the deadline passes, and leaves no timer', async () => {
  const clock = new FakeClock(50_000);
  const deadlines: number[] = [];
  const provider: Provider = {
    name: 'one',
    identity: 'one',
    get: (ref, { deadline }) => {
      deadlines.push(deadline);
      return Promise.resolve(new Secret({ ref, value: '1', provider: 'one', clock }));
    },
  };
  const secrets = createSecrets({ providers: [provider], clock, deadline: '7s', attemptTimeout: 'none', sweepInterval: 'none' });
  await secrets.explain('a');
  expect(deadlines).toEqual([57_000]);
  expect(clock.sleeping).toBe(0);
  await secrets.close();
});

test('sweepInterval reaches the cache: an entry past its time leaves the statistics when it says so', async () => {
  const clock = new FakeClock();
  const secrets = createSecrets({ providers: [told({ a: '1' }, { clock })], clock, ttl: '1s', staleIfError: 0, sweepInterval: '5s', random: () => 0 });
  await secrets.get('a');
  await clock.advance(4_000);
  expect(secrets.stats()).toMatchObject({ entries: 1, expired: 1 });
  await clock.advance(1_000);
  expect(secrets.stats()).toMatchObject({ entries: 0 });
  await secrets.close();
});

test('attemptTimeout is measured with the clock that was given', async () => {
  const clock = new FakeClock();
  const provider = told({ a: '1' }, { clock });
  provider.isSlow = true;
  const secrets = createSecrets({ providers: [provider], clock, attemptTimeout: '2s', deadline: '1m' });
  const failed = vi.fn<(error: Error) => void>();
  secrets.get('a').catch(failed);
  await clock.advance(1_999);
  expect(failed).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(failed.mock.calls[0]?.[0].message).toContain('within 2s');
  await secrets.close();
});
