/** What can be wrong with a secrets file, said once; and how each becomes an error of ours that names the secret and the provider. */
import {
  ConfigurationError,
  ConflictError,
  InvalidReferenceError,
  InvalidSecretError,
  isKeyturnError,
  type KeyturnError,
  ProviderUnavailableError,
} from '../core/errors.ts';
import { JsonSourceError } from '../core/json-source.ts';
import { formatRef, type SecretRef } from '../core/ref.ts';

const errors = {
  /** The content: malformed, a key twice, too deep, too large, no text, no regular file. */
  invalid: InvalidSecretError,
  /** Modes and owners that let others decide what we read or write. A setting to mend, and no outage that a stale value may cover. */
  refused: ConfigurationError,
  /** The system said no: permission, I/O, no space. Our own access and not a verdict on the secret. */
  unavailable: ProviderUnavailableError,
  /** Somebody else writes at the same time. */
  conflict: ConflictError,
  /** The name itself cannot be kept in this kind of file. */
  name: InvalidReferenceError,
} as const;

/** Thrown inside the file provider only. `what` says where and what, and quotes nothing from the file. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
  readonly kind: keyof typeof errors;
  readonly hint: string;

  constructor(kind: keyof typeof errors, what: string, hint: string) {
    super(what);
    this.kind = kind;
    this.hint = hint;
  }
}

/** `error` as it leaves the provider. The text and cause of a parser's or the system's error stay behind: they quote. */
export function fromFileProblem(error: unknown, provider: string, ref: SecretRef | undefined): KeyturnError {
  if (isKeyturnError(error)) return error;
  const shown = ref && formatRef(ref);
  const about = shown === undefined ? '' : `${shown}: `;
  if (error instanceof FileProblem) return new errors[error.kind](`${about}${error.message}.`, { ref: shown, provider, hint: error.hint });
  if (error instanceof JsonSourceError) {
    return new InvalidSecretError(`${about}the value ${error.message}.`, { ref: shown, provider, hint: 'Only a JSON object has fields to change.' });
  }
  return new ProviderUnavailableError(`${about}the file could not be used (${systemCode(error) ?? 'for a reason it did not say'}).`, {
    ref: shown,
    provider,
    hint: 'Look at the file, its folder and the disk.',
  });
}

/** What `run` gives. A problem found without knowing the file's path gets it here, before its text: "has a key twice". */
export function naming<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof FileProblem ? new FileProblem(error.kind, `${path} ${error.message}`, error.hint) : error;
  }
}

/** `ENOENT` and its kind. */
export function systemCode(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : undefined;
}

/** The system refused an operation on `path`. */
export function refusedBySystem(path: string, verb: 'read' | 'written', error: unknown): FileProblem {
  const code = systemCode(error);
  const isPermission = code === 'EACCES' || code === 'EPERM';
  return new FileProblem(
    'unavailable',
    `${path} could not be ${verb} (${code ?? 'for a reason the system did not say'})`,
    isPermission
      ? `Let this user in: chown "$(id -un)" ${shellQuoted(path)}, or chmod u+rw ${shellQuoted(path)} and u+x on its folders.`
      : 'Look at the disk and its mount.',
  );
}

/** `path` as a shell takes it, for a hint that can be pasted. */
export function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
