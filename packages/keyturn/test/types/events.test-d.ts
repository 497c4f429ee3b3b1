/** Each event has its own shape, and none has a value. */
import { expectTypeOf } from 'vitest';
import {
  type ConflictError,
  type EventName,
  type Events,
  isKeyturnError,
  type KeyturnError,
  type Listener,
  type SecretRef,
  type Secrets,
} from '../../src/index.ts';

expectTypeOf<EventName>().toEqualTypeOf<
  'hit' | 'miss' | 'refresh' | 'unchanged' | 'stale' | 'evict' | 'invalidate' | 'rotate' | 'retry' | 'error' | 'clamp' | 'prefetch'
>();

export function listens(secrets: Secrets): void {
  const off = secrets.on('miss', (event) => {
    expectTypeOf(event).toEqualTypeOf<Events['miss']>();
    expectTypeOf(event.ref).toEqualTypeOf<SecretRef>();
    expectTypeOf(event.found).toEqualTypeOf<boolean>();
    expectTypeOf(event).not.toHaveProperty('value');
  });
  expectTypeOf(off).toEqualTypeOf<() => void>();

  secrets.on('rotate', ({ from, to }) => {
    expectTypeOf([from, to]).toEqualTypeOf<(string | undefined)[]>();
  });
  secrets.on('error', ({ error, durationMs }) => {
    expectTypeOf(error).toEqualTypeOf<KeyturnError>();
    expectTypeOf(durationMs).toEqualTypeOf<number>();
    if (isKeyturnError(error) && error.code === 'CONFLICT') expectTypeOf(error).toEqualTypeOf<ConflictError>();
  });
  secrets.on('hit', (event) => {
    // @ts-expect-error A hit reads nothing, so it takes no time.
    return event.durationMs;
  });
  // @ts-expect-error No such event.
  secrets.on('hits', () => undefined);
  // @ts-expect-error One event's listener is not another's.
  secrets.on('evict', (event: Events['prefetch']) => event.wanted);
}

export const listener: Listener<'stale'> = ({ ageMs, code, ref }) => [ageMs, code, ref.name];
