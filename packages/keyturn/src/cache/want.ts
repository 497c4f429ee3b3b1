/** What one read asks for, checked: the reference in all its forms, and the caller's limits. */
import { type Duration, parseDuration } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { documentOf, formatDocument, formatRef, type SecretRef, toRef } from '../core/ref.ts';

export interface GetOptions {
  /** The answer is no older than this, stale ones included, and no read that began earlier is joined. `0`: read now. */
  readonly maxAge?: Duration | undefined;
  /** Ends this caller's wait, and nobody else's. */
  readonly signal?: AbortSignal | undefined;
  /** The most this caller waits. Default: the deadline. */
  readonly timeout?: Duration | undefined;
}

export interface Want {
  readonly ref: SecretRef;
  readonly text: string;
  readonly document: SecretRef;
  readonly documentText: string;
}

export interface Limits {
  readonly maxAge: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

export const noLimits: Limits = { maxAge: Infinity, timeout: Infinity, signal: undefined };

/** @throws InvalidReferenceError */
export function wantOf(given: string | SecretRef): Want {
  const ref = toRef(given);
  return { ref, text: formatRef(ref), document: documentOf(ref), documentText: formatDocument(ref) };
}

/** @throws ConfigurationError for an unknown option or a malformed duration, and the signal's reason when it has aborted */
export function limitsOf(options: GetOptions | undefined): Limits {
  if (options === undefined) return noLimits;
  for (const key of Object.keys(options)) {
    if (key !== 'maxAge' && key !== 'signal' && key !== 'timeout') {
      throw new ConfigurationError(`get: unknown option "${key}".`, { hint: 'It takes maxAge, signal, timeout.' });
    }
  }
  const { maxAge, signal, timeout } = options;
  signal?.throwIfAborted();
  return {
    maxAge: maxAge === undefined ? Infinity : parseDuration(maxAge, 'maxAge'),
    timeout: timeout === undefined ? Infinity : parseDuration(timeout, 'timeout'),
    signal,
  };
}
