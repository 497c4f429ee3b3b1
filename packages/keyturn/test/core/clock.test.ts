import { afterEach, expect, test, vi } from 'vitest';
import { clampDelay, longestTimer, systemClock } from '../../src/core/clock.ts';
import { settled } from '../support/fake-clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  [1, 1],
  [1.2, 2],
  [0.0001, 1],
  [0, 0],
  [-0, 0],
  [-1, 0],
  [-Infinity, 0],
  [NaN, 0],
  [longestTimer, longestTimer],
  [longestTimer + 1, longestTimer],
  [2 ** 40, longestTimer],
  [Infinity, longestTimer],
])('a delay of %j ms becomes %j', (ms, delay) => {
  expect(clampDelay(ms) + 0).toBe(delay);
});

test('the longest timer is the longest that Node holds', () => {
  expect(longestTimer).toBe(2 ** 31 - 1);
});

test('a sleep longer than a timer holds neither warns nor fires at once', async () => {
  const warnings: string[] = [];
  const warned = (warning: Error) => warnings.push(warning.name);
  process.on('warning', warned);
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  const over = new AbortController();
  let isOver = false;
  const sleeps = [2 ** 31, 2 ** 40, Infinity].map((ms) =>
    systemClock.sleep(ms, { signal: over.signal }).then(() => {
      isOver = true;
    }),
  );
  await systemClock.sleep(2);
  await settled();
  expect(isOver).toBe(false);
  expect(timeouts.mock.calls.slice(0, 3).map(([, delay]) => delay)).toEqual([longestTimer, longestTimer, longestTimer]);
  over.abort(new Error('enough'));
  for (const sleep of sleeps) await expect(sleep).rejects.toThrow('enough');
  await settled();
  process.off('warning', warned);
  expect(warnings).toEqual([]);
});

test.each([0, -1, -Infinity, NaN])('a sleep of %j ms is over at the next turn, without a warning', async (ms) => {
  const warned = vi.fn<() => void>();
  process.on('warning', warned);
  await systemClock.sleep(ms);
  await settled();
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
});

test('an aborted sleep ends with the reason of its signal, and its timer with it', async () => {
  const clear = vi.spyOn(globalThis, 'clearTimeout');
  const over = new AbortController();
  const sleep = systemClock.sleep(1_000_000, { signal: over.signal });
  const reason = new Error('enough');
  over.abort(reason);
  await expect(sleep).rejects.toBe(reason);
  expect(clear).toHaveBeenCalledOnce();
});

test('a signal that is aborted already starts no timer', async () => {
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  await expect(systemClock.sleep(1, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  expect(timeouts).not.toHaveBeenCalled();
});

test('a sleep that is over leaves no listener on its signal', async () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  await systemClock.sleep(1, { signal });
  expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1]);
});

test('a background sleep does not keep the process alive, another one does', () => {
  const timeouts = vi.spyOn(globalThis, 'setTimeout');
  const over = new AbortController();
  for (const background of [true, false]) systemClock.sleep(100_000, { background, signal: over.signal }).catch(() => undefined);
  expect(timeouts.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false, true]);
  over.abort();
});

test('the monotonic clock does not follow the wall clock', () => {
  const before = systemClock.now();
  vi.spyOn(Date, 'now').mockReturnValue(5);
  expect(systemClock.wallNow()).toBe(5);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
});
