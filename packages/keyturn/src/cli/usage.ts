/** What the command-line parser objects to, in our words. */
import type { CommanderError } from 'commander';
import { UsageError } from './failure.ts';

/**
 * The error to tell.
 * @param name the command that was called, if it is one of ours
 */
export function usageError({ code, message }: CommanderError, name: string | undefined): UsageError {
  const [, what = '', near] = /^(?:error: )?([^]*?)(?:\s*\(Did you mean (?:one of )?([^]*?)\?\))?$/.exec(message) ?? [];
  const hint = near === undefined ? `See: keyturn ${name === undefined ? '' : `${name} `}--help` : `Did you mean ${near}?`;
  // What follows the reference of `set` may be the value itself, put where it must not be: it is not told.
  if (name === 'set' && (code === 'commander.excessArguments' || code === 'commander.unknownOption')) {
    return new UsageError(
      code === 'commander.excessArguments'
        ? 'set takes a reference and nothing more; the value is never an argument.'
        : 'set has no such option, and the value is never an argument.',
      near === undefined
        ? 'Pipe it in, or type it at the prompt. An argument is seen by other users and kept in the history of the shell: if it was the value, change it.'
        : hint,
    );
  }
  // An argument is told as part of a line, and must not begin one of its own.
  const line = what.replaceAll('\n', '\\n');
  return new UsageError(`${line.charAt(0).toUpperCase()}${line.slice(1)}${line.endsWith('.') ? '' : '.'}`, hint);
}
