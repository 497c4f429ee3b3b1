/** Time as a parameter: the clock that everything is given, durations as people write them, and waiting that ends. */
import { ConfigurationError, printable } from './errors.ts';

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

/** Text with units (`'1h30m'`), `0` for never, `'none'` for no limit. */
export type Duration = string | 0;

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const grammar = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/;
const part = /(\d+(?:\.\d+)?)(ms|[dhms])/g;
const longest = 100 * 365 * units.d;

/**
 * Milliseconds of `value`; `Infinity` for `'none'`.
 *
 * A bare positive number is refused, because half the field counts seconds and half milliseconds.
 * @param where the setting's path, for the message: `cache.ttl`
 * @throws ConfigurationError naming the setting and quoting what was given
 */
export function parseDuration(value: unknown, where: string): number {
  if (value === 0 || value === '0') return 0;
  if (value === 'none') return Infinity;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) throw bareNumber(value, where);
  if (typeof value === 'string') {
    if (/^\d+(?:\.\d+)?$/.test(value)) throw bareNumber(Number(value), where);
    if (value.length <= 64 && grammar.test(value)) {
      let ms = 0;
      for (const [, count, unit] of value.matchAll(part)) ms += Number(count) * units[unit as keyof typeof units];
      if (ms <= longest) return ms;
      throw new ConfigurationError(`${where}: ${quoted(value)} is over 100 years.`, { hint: `Write 'none' for no limit.` });
    }
  }
  throw new ConfigurationError(`${where}: ${quoted(value)} is not a duration.`, {
    hint: `Write text with a unit ('250ms', '30s', '5m', '1h30m'), 0, or 'none'.`,
  });
}

function bareNumber(value: number, where: string): ConfigurationError {
  return new ConfigurationError(`${where}: ${value} has no unit: it could be '${value}s' or '${value}ms'.`, {
    hint: `Write '${value}s' for seconds or '${value}ms' for milliseconds.`,
  });
}

function quoted(value: unknown): string {
  if (typeof value === 'string') return printable(JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value));
  return typeof value === 'number' || typeof value === 'boolean' || value == null ? String(value) : `a ${typeof value}`;
}

/** `ms` as people write it, for messages: `1h 30m`, `250ms`. */
export function formatDuration(ms: number): string {
  if (ms === Infinity) return 'none';
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const parts: string[] = [];
  let rest = Math.round(ms / 1_000);
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** `result`, or the signal's reason if that comes first. */
export function unlessAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    result.then(
      (value) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        reject(error as Error);
      },
    );
  });
}

export interface Limit {
  /** Aborts with the parent, or when the time is over. */
  readonly signal: AbortSignal;
  /** Ends the timer. To be called when the work is done, however it ended. */
  done(): void;
}

/** A signal that aborts with `parent`, or after `ms` with the error that `reason` makes. */
export function limitTime(clock: Clock, ms: number, reason: () => Error, parent?: AbortSignal): Limit {
  const controller = new AbortController();
  const follow = () => {
    controller.abort(parent?.reason);
  };
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  const cancel = alarm(clock, ms, () => {
    controller.abort(reason());
  });
  return {
    signal: controller.signal,
    done() {
      parent?.removeEventListener('abort', follow);
      cancel();
    },
  };
}

/** Calls `ring` after `ms`, unless it is cancelled by what it returns. Every read sets one: on the system's clock without a promise and a signal of its own. */
function alarm(clock: Clock, ms: number, ring: () => void): () => void {
  if (ms === Infinity) return () => undefined;
  if (clock === systemClock) {
    const timer = setTimeout(ring, clampDelay(ms));
    return () => {
      clearTimeout(timer);
    };
  }
  const over = new AbortController();
  clock.sleep(ms, { signal: over.signal }).then(ring, () => undefined);
  return () => {
    over.abort();
  };
}
