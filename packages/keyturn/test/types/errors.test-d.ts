/** A program handles every error by its code, and the compiler says which it forgot. */
import { expectTypeOf } from 'vitest';
import {
  AccessDeniedError,
  ConfigurationError,
  type ErrorCode,
  isKeyturnError,
  KeyturnError,
  type KnownKeyturnError,
  SecretNotFoundError,
} from '../../src/index.ts';

expectTypeOf<ErrorCode>().toEqualTypeOf<
  | 'SECRET_NOT_FOUND'
  | 'ACCESS_DENIED'
  | 'AUTHENTICATION'
  | 'PROVIDER_UNAVAILABLE'
  | 'CIRCUIT_OPEN'
  | 'DEADLINE_EXCEEDED'
  | 'INVALID_SECRET'
  | 'INVALID_REFERENCE'
  | 'CONFIGURATION'
  | 'CONFLICT'
  | 'UNSUPPORTED'
  | 'CLOSED'
>();

/** From `unknown`, as it is caught, to what can be done about it. */
export function handled(error: unknown): string {
  if (!isKeyturnError(error)) throw error;
  expectTypeOf(error).toEqualTypeOf<KnownKeyturnError>();
  expectTypeOf(error.hint).toEqualTypeOf<string | undefined>();
  switch (error.code) {
    case 'SECRET_NOT_FOUND':
      expectTypeOf(error).toEqualTypeOf<SecretNotFoundError>();
      return 'absent';
    case 'ACCESS_DENIED':
      expectTypeOf(error).toEqualTypeOf<AccessDeniedError>();
      return 'refused';
    case 'AUTHENTICATION':
    case 'PROVIDER_UNAVAILABLE':
    case 'CIRCUIT_OPEN':
    case 'DEADLINE_EXCEEDED':
      return 'later';
    case 'INVALID_SECRET':
    case 'INVALID_REFERENCE':
    case 'CONFIGURATION':
    case 'CONFLICT':
    case 'UNSUPPORTED':
    case 'CLOSED':
      return 'mend it';
    default:
      expectTypeOf(error).toBeNever();
      return error;
  }
}

export function misspelt(error: KnownKeyturnError): boolean {
  // @ts-expect-error No error has this code.
  return error.code === 'NOT_FOUND';
}

// All are errors with the same fields; a code tells them apart, so one is not another.
expectTypeOf<KnownKeyturnError>().toExtend<KeyturnError>();
expectTypeOf<KeyturnError>().toExtend<Error>();
expectTypeOf<SecretNotFoundError>().not.toExtend<AccessDeniedError>();
expectTypeOf<KeyturnError['errors']>().toEqualTypeOf<readonly KeyturnError[] | undefined>();

// A provider of one's own throws them, with the parts that people read.
export const thrown = new ConfigurationError('it is wrong', { ref: 'prod/db', provider: 'mine', hint: undefined });
expectTypeOf<(typeof thrown)['code']>().toEqualTypeOf<'CONFIGURATION'>();
// @ts-expect-error Those of SDKs quote what they were given, so there is no cause.
export const caused = new ConfigurationError('it is wrong', { cause: new Error('because') });
// @ts-expect-error The base is abstract: an error is one of the known ones.
export const base = new KeyturnError('it is wrong');
