/** A clock that moves when told to: `advance` lets everything that was due run, in order, and what that starts too. */
import { clampDelay, type Clock, parseDuration, type SleepOptions } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Kept from before a test runner puts timers of its own in its place. */
const immediately = setImmediate;

/**
 * For `createSecrets({ clock })` and everything else that takes a clock.
 *
 * ```ts
 * const clock = new FakeClock();
 * const secrets = createSecrets({ providers: [source], ttl: '5m', clock });
 * await clock.advance('5m'); // what was read is no longer fresh
 * ```
 */
export class FakeClock implements Clock {
  #now: number;
  #wall: number;
  #sleepers: Sleeper[] = [];

  /** @param now where the monotonic clock begins, in ms @param wall where the wall clock begins, in ms since 1970 */
  constructor(now = 0, wall = 1_700_000_000_000) {
    this.#now = now;
    this.#wall = wall;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#wall;
  }

  /** How many sleeps are pending: none when nothing was left behind. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  sleep(ms: number, { signal }: SleepOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper: Sleeper = {
        at: this.#now + clampDelay(ms),
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /**
   * Lets time pass on both clocks: `'5m'`, or a number of ms. What was due in between has run when the promise resolves, each at its own
   * time, and so has what it started; what waits for a disk or a network has not.
   * @throws ConfigurationError for a time that does not pass
   */
  async advance(by: string | number): Promise<void> {
    const ms = typeof by === 'number' ? by : parseDuration(by, 'advance');
    if (!(ms >= 0 && ms < Infinity)) throw wrongStep('advance', by, `Write a duration ('5m') or a number of ms; to set the wall clock back, use setWall.`);
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const due = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#sleepers = this.#sleepers.filter((other) => other !== due);
      this.#move(due.at);
      due.wake();
      await settled();
    }
    this.#move(end);
    await settled();
  }

  /** Sets the wall clock alone: ahead by `'8h'` or a number of ms, back by a negative number. As people, time servers and laptops that slept do. */
  setWall(by: string | number): void {
    const ms = typeof by === 'number' ? by : parseDuration(by, 'setWall');
    if (!Number.isFinite(ms)) throw wrongStep('setWall', by, `Write a duration ('8h'), or a number of ms.`);
    this.#wall += ms;
  }

  #move(to: number): void {
    if (to <= this.#now) return;
    this.#wall += to - this.#now;
    this.#now = to;
  }
}

/** Everything that is ready to run has run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => immediately(resolve));
}

function wrongStep(call: string, by: unknown, hint: string): ConfigurationError {
  return new ConfigurationError(`FakeClock.${call}: ${typeof by === 'number' || typeof by === 'string' ? by : `a ${typeof by}`} is no step in time.`, { hint });
}
