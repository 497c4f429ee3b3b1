/** Whatever went wrong, as the command tells it: lines for people, one object for programs. */
import { isKeyturnError } from '../core/errors.ts';
import type { Answer } from './answers.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** The command was not called as it is meant to be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Several failures, told together: of `run`, each secret that could not be had. */
export class ManyFailures extends Error {
  override readonly name = 'ManyFailures';
  readonly failures: readonly { readonly about: string; readonly error: unknown }[];

  constructor(message: string, failures: ManyFailures['failures']) {
    super(message);
    this.failures = failures;
  }
}

export type Failure = Answer<'error'>['error'];

export interface ReportOptions {
  readonly json: boolean;
  /** Instead of the one that the error's class has. */
  readonly exitCode?: number | undefined;
}

/** Tells `error`, and returns the exit code. */
export function report(error: unknown, terminal: Terminal, { json, exitCode }: ReportOptions): number {
  const failure = failureOf(error, exitCode);
  if (json) terminal.write(`${JSON.stringify({ error: failure } satisfies Answer<'error'>)}\n`);
  else terminal.say(lines(failure), painted);
  return failure.exitCode;
}

export function failureOf(error: unknown, exitCode?: number): Failure {
  if (isKeyturnError(error)) {
    const { message, hint = null, ref = null, provider = null } = error;
    const code: string = error.code;
    return { code, message, hint, ref, provider, exitCode: exitCode ?? exitCodeOf(code) };
  }
  if (error instanceof UsageError) {
    return { code: error.code, message: error.message, hint: error.hint ?? null, ref: null, provider: null, exitCode: exitCode ?? exitCodes.usage };
  }
  if (error instanceof ManyFailures) {
    const errors = error.failures.map(({ about, error: each }) => ({ about, ...failureOf(each, exitCode) }));
    const [first] = errors;
    const message = [error.message, ...errors.map((each) => `- ${each.about}: ${each.message}`)].join('\n');
    return {
      code: first?.code ?? 'INTERNAL',
      message,
      hint: first?.hint ?? null,
      ref: first?.ref ?? null,
      provider: first?.provider ?? null,
      exitCode: exitCode ?? first?.exitCode ?? exitCodes.internal,
      errors,
    };
  }
  // A fault of ours. Its message may quote anything, so only its kind is told.
  const kind = error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : typeof error;
  return {
    code: 'INTERNAL',
    message: `Something went wrong inside keyturn (${kind}).`,
    hint: 'Please report it with the command that you ran.',
    ref: null,
    provider: null,
    exitCode: exitCode ?? exitCodes.internal,
  };
}

function lines({ message, hint, errors }: Failure): string {
  if (!errors) return `keyturn: ${message}${below(hint, 2)}`;
  const [first] = message.split('\n');
  // What all have in common is said once, at the end.
  const isShared = new Set(errors.map((each) => each.hint)).size === 1;
  const each = errors.map((error) => `- ${error.about}: ${error.message}${below(isShared ? null : error.hint, 4)}`);
  return [`keyturn: ${first}`, ...each].join('\n') + below(isShared ? hint : null, 2);
}

function below(hint: string | null, indent: number): string {
  return hint === null ? '' : `\n${' '.repeat(indent)}${hint}`;
}

/** Our name in red, and what to do in grey. Hints are what is indented. */
function painted(text: string): string {
  return text.replace(/^keyturn:/, '\x1b[31m$&\x1b[0m').replaceAll(/^( +)(.+)$/gm, '$1\x1b[2m$2\x1b[0m');
}
