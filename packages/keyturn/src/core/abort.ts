/** Waiting that ends: with a result, with a signal, or with time. Nothing is left behind, no timer and no listener. */
import type { Clock } from './clock.ts';

/** `result`, or the signal's reason if that comes first. */
export async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => {
    reject(signal.reason as Error);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
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
  const over = new AbortController();
  const follow = () => {
    controller.abort(parent?.reason);
  };
  if (parent?.aborted) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  if (ms !== Infinity) {
    clock.sleep(ms, { signal: over.signal }).then(
      () => {
        controller.abort(reason());
      },
      () => undefined,
    );
  }
  return {
    signal: controller.signal,
    done() {
      parent?.removeEventListener('abort', follow);
      over.abort();
    },
  };
}
