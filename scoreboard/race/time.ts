/** Time that moves when told to: as a Clock of its own, or in the place of the system's, where hits take their short cut. */
import type { Clock, SleepOptions } from '../../packages/keyturn/src/index.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

const startOfTime = 1_000;
const epoch = 1_700_000_000_000;

export class RaceClock implements Clock {
  #now = startOfTime;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return epoch + this.#now;
  }

  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, { signal }: SleepOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

let stolen: RaceClock | undefined;
const real = { now: performance.now.bind(performance), wallNow: Date.now, setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

/** From now on the system's clock and timers are `clock`'s; `undefined` gives them back. */
export function stealTime(clock: RaceClock | undefined): void {
  stolen = clock;
  performance.now = clock ? () => clock.now() : real.now;
  Date.now = clock ? () => clock.wallNow() : real.wallNow;
  globalThis.setTimeout = (clock ? fakeTimeout : real.setTimeout) as typeof setTimeout;
  globalThis.clearTimeout = (
    clock
      ? (timer: AbortController) => {
          timer.abort();
        }
      : real.clearTimeout
  ) as typeof clearTimeout;
}

function fakeTimeout(call: () => void, ms: number): AbortController & { unref(): void } {
  const timer = Object.assign(new AbortController(), { unref: () => undefined });
  stolen?.sleep(ms, { signal: timer.signal }).then(call, () => undefined);
  return timer;
}
