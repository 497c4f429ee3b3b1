/** The command's exit codes: what a script can tell apart. */
import type { ErrorCode } from '../core/errors.ts';

export const exitCodes = {
  done: 0,
  /** Configuration, reference, something a provider cannot do, usage. Trying again will not help. */
  usage: 1,
  /** A source cannot be reached, or somebody else writes. Trying again may help. */
  unavailable: 2,
  /** Our login, or our permission. */
  refused: 3,
  /** The secret is missing or malformed. */
  secret: 4,
  internal: 70,
  /** `run`: a failure of ours before the command was started. */
  beforeCommand: 125,
  /** `run`: the command was found and cannot be executed. */
  notExecutable: 126,
  /** `run`: there is no such command. */
  notFound: 127,
  /** Ctrl-C at our own prompt: 128 and the number of SIGINT. */
  interrupted: 130,
  /** The reader of our output went away: 128 and the number of SIGPIPE. */
  readerGone: 141,
} as const;

const byCode: Readonly<Record<ErrorCode, number>> = {
  CONFIGURATION: exitCodes.usage,
  INVALID_REFERENCE: exitCodes.usage,
  UNSUPPORTED: exitCodes.usage,
  PROVIDER_UNAVAILABLE: exitCodes.unavailable,
  CIRCUIT_OPEN: exitCodes.unavailable,
  DEADLINE_EXCEEDED: exitCodes.unavailable,
  CONFLICT: exitCodes.unavailable,
  ACCESS_DENIED: exitCodes.refused,
  AUTHENTICATION: exitCodes.refused,
  SECRET_NOT_FOUND: exitCodes.secret,
  INVALID_SECRET: exitCodes.secret,
  CLOSED: exitCodes.internal,
};

export function exitCodeOf(code: string): number {
  return byCode[code as ErrorCode] ?? exitCodes.internal;
}
