/** Every error that leaves Keyturn. One base, a `code` to switch on, and never a value or a part of one. */

/** `text` for a line that people read: what could forge another line, hide or turn round a part of it is shown by its code. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

export interface ErrorDetails {
  /** Canonical text of the reference that was asked for. */
  readonly ref?: string | undefined;
  /** Name of the provider that failed. */
  readonly provider?: string | undefined;
  /** What to do about it, one sentence. */
  readonly hint?: string | undefined;
  /** The failures behind this one: of a chain, every attempt; of a batch, every secret. */
  readonly errors?: readonly KeyturnError[] | undefined;
}

export type ErrorCode = KnownKeyturnError['code'];

/** Another copy of this library (a bundle, a linked package) makes errors that `instanceof` does not know; the brand is shared. */
const brand = Symbol.for('keyturn.error');

export abstract class KeyturnError extends Error {
  abstract readonly code: string;
  readonly ref: string | undefined;
  readonly provider: string | undefined;
  readonly hint: string | undefined;
  readonly errors: readonly KeyturnError[] | undefined;

  /** `message` names the reference and the provider, never a value. There is no `cause`: SDK and parser errors quote what they were given. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message);
    this.ref = details.ref;
    this.provider = details.provider;
    this.hint = details.hint;
    this.errors = details.errors;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Every provider that was asked is healthy and has no such secret, or the document has no such field. */
export class SecretNotFoundError extends KeyturnError {
  override readonly name = 'SecretNotFoundError';
  readonly code = 'SECRET_NOT_FOUND';
}

/** The source of this secret refused, in a well-formed answer. Not retried, and no stale value covers it. */
export class AccessDeniedError extends KeyturnError {
  override readonly name = 'AccessDeniedError';
  readonly code = 'ACCESS_DENIED';
}

/** Our own login was refused or is missing. Never retried; for the cache it is an outage, not a verdict on the secret. */
export class AuthenticationError extends KeyturnError {
  override readonly name = 'AuthenticationError';
  readonly code = 'AUTHENTICATION';
}

/** The source could not be asked: network, timeout, throttling, 5xx. Asking again may help. */
export class ProviderUnavailableError extends KeyturnError {
  override readonly name = 'ProviderUnavailableError';
  readonly code = 'PROVIDER_UNAVAILABLE';
}

/** The provider failed repeatedly and is left alone for a while. */
export class CircuitOpenError extends KeyturnError {
  override readonly name = 'CircuitOpenError';
  readonly code = 'CIRCUIT_OPEN';
}

/** The caller's or the read's own time is up. */
export class DeadlineExceededError extends KeyturnError {
  override readonly name = 'DeadlineExceededError';
  readonly code = 'DEADLINE_EXCEEDED';
}

/** The secret is there but not what was asked for: no JSON object, not UTF-8, too large, nonsense from a provider. */
export class InvalidSecretError extends KeyturnError {
  override readonly name = 'InvalidSecretError';
  readonly code = 'INVALID_SECRET';
}

/** The reference itself is malformed, or names a provider that does not exist. */
export class InvalidReferenceError extends KeyturnError {
  override readonly name = 'InvalidReferenceError';
  readonly code = 'INVALID_REFERENCE';
}

/** A setting is wrong. Thrown at construction. */
export class ConfigurationError extends KeyturnError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
}

/** Somebody else changed the secret meanwhile, or holds the lock. Nothing was written. */
export class ConflictError extends KeyturnError {
  override readonly name = 'ConflictError';
  readonly code = 'CONFLICT';
}

/** The provider cannot do this at all. */
export class UnsupportedError extends KeyturnError {
  override readonly name = 'UnsupportedError';
  readonly code = 'UNSUPPORTED';
}

/** `close()` was called. */
export class ClosedError extends KeyturnError {
  override readonly name = 'ClosedError';
  readonly code = 'CLOSED';
}

/** All of them, so that `switch (error.code)` narrows. */
export type KnownKeyturnError =
  | SecretNotFoundError
  | AccessDeniedError
  | AuthenticationError
  | ProviderUnavailableError
  | CircuitOpenError
  | DeadlineExceededError
  | InvalidSecretError
  | InvalidReferenceError
  | ConfigurationError
  | ConflictError
  | UnsupportedError
  | ClosedError;

export function isKeyturnError(error: unknown): error is KnownKeyturnError {
  return error instanceof Error && (error as unknown as Record<symbol, unknown>)[brand] === true;
}

/**
 * The source could not be asked, whatever the reason: the only failures that a stale value or `onUnavailable: 'next'` may cover.
 * Losing our own credential is one of them: it says nothing about the secret.
 */
export function isUnavailable(error: unknown): boolean {
  if (!isKeyturnError(error)) return false;
  switch (error.code) {
    case 'PROVIDER_UNAVAILABLE':
    case 'CIRCUIT_OPEN':
    case 'DEADLINE_EXCEEDED':
    case 'AUTHENTICATION':
      return true;
    default:
      return false;
  }
}
