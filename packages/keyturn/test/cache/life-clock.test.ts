import { spawnSync } from 'node:child_process';
import { afterEach, expect, test, vi } from 'vitest';
import { LifeClock } from '../../src/cache/bookkeeping.ts';
import { systemClock } from '../../src/core/clock.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

/** Later than every tick: whoever compares with it must ask for the time. */
const noGlance = Infinity;

afterEach(() => {
  vi.restoreAllMocks();
});

test('it grows with the monotonic clock', async () => {
  const clock = new FakeClock(500);
  const life = new LifeClock(clock);
  expect(life.now()).toBe(500);
  await clock.advance(1_000);
  expect(life.now()).toBe(1_500);
});

test.each([-1, -999, -1_000, -1_001, -3_600_000])('a wall clock set by %d ms does not move it', async (ms) => {
  const clock = new FakeClock();
  const life = new LifeClock(clock);
  await clock.advance(100);
  clock.setWall(ms);
  expect(life.now()).toBe(100);
  await clock.advance(100);
  expect(life.now()).toBe(200);
});

test('a wall clock that moved further carries it forward', async () => {
  const clock = new FakeClock();
  const life = new LifeClock(clock);
  clock.setWall(8 * 3_600_000);
  expect(life.now()).toBe(28_800_000);
  await clock.advance(10);
  expect(life.now()).toBe(28_800_010);
});

test('a jump counts once, however often it is looked at', () => {
  const clock = new FakeClock();
  const life = new LifeClock(clock);
  clock.setWall(5_000);
  expect([life.now(), life.now(), life.now()]).toEqual([5_000, 5_000, 5_000]);
});

test('a wall clock that trembles, a little back and forth, makes nobody older', async () => {
  const clock = new FakeClock();
  const life = new LifeClock(clock);
  for (let round = 0; round < 1_000; round++) {
    clock.setWall(-500);
    life.now();
    clock.setWall(500);
    life.now();
  }
  expect(life.now()).toBe(0);
});

test('after it was set back, a sleep that the monotonic clock did not count still counts', () => {
  const clock = new FakeClock();
  const life = new LifeClock(clock);
  clock.setWall(-3_600_000);
  expect(life.now()).toBe(0);
  clock.setWall(60_000);
  expect(life.now()).toBe(60_000);
});

test('it never goes back, whatever the wall clock does', async () => {
  const clock = new FakeClock();
  const life = new LifeClock(clock);
  let before = life.now();
  for (const [index, ms] of [5_000, -9_000, 100, -2_000, 60_000, -1, 999, -1_000, 3].entries()) {
    clock.setWall(ms);
    await clock.advance(index % 3);
    expect(life.now()).toBeGreaterThanOrEqual(before);
    before = life.now();
  }
});

test("a clock of one's own is looked at every time: there is nothing to glance at", async () => {
  const clock = new FakeClock();
  const life = new LifeClock(clock);
  life.now();
  expect(life.glance).toBe(noGlance);
});

test("on the system's clock a glance is never before the time, and is gone at the next turn", async () => {
  const life = new LifeClock(systemClock);
  expect(life.glance).toBe(noGlance);
  const now = life.now();
  expect(life.glance).toBe(now);
  await settled();
  expect(life.glance).toBe(noGlance);
  life.now();
  expect(life.glance).not.toBe(noGlance);
  await settled();
  expect(life.glance).toBe(noGlance);
});

test('while it is held nobody glances, until as many releases as holds', async () => {
  const life = new LifeClock(systemClock);
  life.now();
  life.hold();
  expect(life.glance).toBe(noGlance);
  life.hold();
  life.now();
  expect(life.glance).toBe(noGlance);
  life.release();
  life.now();
  expect(life.glance).toBe(noGlance);
  life.release();
  life.now();
  expect(life.glance).not.toBe(noGlance);
  await settled();
});

test("the system's wall clock is asked at most once in a millisecond", () => {
  const life = new LifeClock(systemClock);
  const monotonic = vi.spyOn(performance, 'now').mockReturnValue(1e9);
  const wall = vi.spyOn(Date, 'now');
  for (let look = 0; look < 100; look++) life.now();
  expect(wall).toHaveBeenCalledTimes(1);
  monotonic.mockReturnValue(1e9 + 1);
  life.now();
  expect(wall).toHaveBeenCalledTimes(2);
});

test("a laptop that slept shows on the system's clock, too", () => {
  const monotonic = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const wall = vi.spyOn(Date, 'now').mockReturnValue(1e12);
  const life = new LifeClock(systemClock);
  expect(life.now()).toBe(1_000);
  monotonic.mockReturnValue(1_010);
  wall.mockReturnValue(1e12 + 3_600_010);
  expect(life.now()).toBe(3_601_010);
});

test('an event that the loop waited for does not find the time of before the wait', () => {
  // Real time, because what is tested is how the machine's own loop waits; in a process whose loop has nothing else to do, and no bound on how long.
  const script = `
    import { spawn } from 'node:child_process';
    import { LifeClock } from '${new URL('../../src/cache/bookkeeping.ts', import.meta.url).href}';
    import { systemClock } from '${new URL('../../src/core/clock.ts', import.meta.url).href}';
    const life = new LifeClock(systemClock);
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 200)'], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('end', () => console.log(life.glance)).resume();
    setTimeout(() => life.now(), 50);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['Infinity\n', '']);
});
