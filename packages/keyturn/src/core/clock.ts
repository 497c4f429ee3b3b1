/** Time as a parameter: what everything that waits or ages is given, and the one place that touches Node's timers. */

export interface SleepOptions {
  /** Ends the sleep early: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** A background sleep does not keep the process alive. Default `false`: somebody is waiting for it. */
  readonly background?: boolean;
}

export interface Clock {
  /** Milliseconds that only ever grow, from an arbitrary start. Ages and deadlines are measured with it. */
  now(): number;
  /** Milliseconds since 1970, as the machine believes. For display, and to notice a sleep that `now` did not count. */
  wallNow(): number;
  /** Resolves after `ms` milliseconds, clamped to what a timer can hold. */
  sleep(ms: number, options?: SleepOptions): Promise<void>;
}

/** The longest delay a Node timer holds (2^31 - 1 ms, 24.8 days); a longer one would fire at once. */
export const longestTimer = 2_147_483_647;

/** A delay that a timer can be given: never negative, never NaN, never over the longest. */
export function clampDelay(ms: number): number {
  return ms > 0 ? Math.min(Math.ceil(ms), longestTimer) : 0;
}

export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  wallNow: () => Date.now(),
  sleep(ms: number, { signal, background = false }: SleepOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, clampDelay(ms));
      if (background) timer.unref();
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  },
});
