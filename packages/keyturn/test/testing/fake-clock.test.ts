import { expect, test, vi } from 'vitest';
import { FakeClock } from '../../src/testing/index.ts';

test('time passes on both clocks when it is told to, and not otherwise', async () => {
  const clock = new FakeClock(500, 1_000_000);
  expect([clock.now(), clock.wallNow()]).toEqual([500, 1_000_000]);
  await clock.advance('1h30m');
  await clock.advance(250);
  expect([clock.now(), clock.wallNow()]).toEqual([5_400_750, 6_400_250]);
});

test('sleeps end in the order of their times, each at its own time', async () => {
  const clock = new FakeClock();
  const ended: string[] = [];
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms);
    ended.push(`${name} at ${clock.now()}`);
  };
  const all = [sleep('late', 30), sleep('soon', 10), sleep('at once', 0), sleep('not yet', 31)];
  await clock.advance(30);
  expect(ended).toEqual(['at once at 0', 'soon at 10', 'late at 30']);
  expect(clock.sleeping).toBe(1);
  await clock.advance(1);
  await Promise.all(all);
});

test('what a sleeper starts when it wakes is part of the same step', async () => {
  const clock = new FakeClock();
  const times: number[] = [];
  const ticking = (async () => {
    while (times.length < 4) {
      await clock.sleep(25);
      // A few turns of waiting for other things.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      times.push(clock.now());
    }
  })();
  await clock.advance(75);
  expect(times).toEqual([25, 50, 75]);
  await clock.advance(25);
  await ticking;
});

test('a sleep ends early with the reason of its signal, and leaves nothing behind', async () => {
  const clock = new FakeClock();
  const reason = new Error('enough');
  const controller = new AbortController();
  const asleep = clock.sleep(1_000, { signal: controller.signal });
  controller.abort(reason);
  await expect(asleep).rejects.toBe(reason);
  await expect(clock.sleep(1_000, { signal: controller.signal })).rejects.toBe(reason);
  expect(clock.sleeping).toBe(0);
});

test('the wall clock is set apart from the one that only grows', async () => {
  const clock = new FakeClock(0, 1_000_000);
  clock.setWall('8h');
  expect([clock.now(), clock.wallNow()]).toEqual([0, 29_800_000]);
  clock.setWall(-29_000_000);
  await clock.advance(5);
  expect([clock.now(), clock.wallNow()]).toEqual([5, 800_005]);
});

test('a sleep that no timer could hold ends when a timer would', async () => {
  const clock = new FakeClock();
  const asleep = clock.sleep(Infinity);
  await clock.advance(2_147_483_647);
  await asleep;
  expect(clock.sleeping).toBe(0);
});

test.each([[-1], [Number.NaN], [Infinity], ['none'], ['5'], ['soon']])('%s is no step in time', async (by) => {
  const clock = new FakeClock();
  await expect(clock.advance(by)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('advance') as string });
  if (by !== -1) expect(() => clock.setWall(by)).toThrow('setWall');
  expect([clock.now(), clock.wallNow()]).toEqual([0, 1_700_000_000_000]);
});

test('it moves also where a runner has put fake timers of its own', async () => {
  vi.useFakeTimers();
  try {
    const clock = new FakeClock();
    const asleep = clock.sleep(5);
    await clock.advance(5);
    await asleep;
    expect(clock.now()).toBe(5);
  } finally {
    vi.useRealTimers();
  }
});
