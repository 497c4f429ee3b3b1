/** The command could not be started: why, in a sentence, and the exit code that shells use for it. */
import { exitCodes } from '../exit-codes.ts';

export class NotStarted extends Error {
  override readonly name = 'NotStarted';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @param error what the system said, with its `code` */
export function notStarted(file: string, error: unknown): NotStarted {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new NotStarted(`There is no command ${file}.`, exitCodes.notFound);
  if (code === 'EAGAIN' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM')
    return new NotStarted(`The system has no room for another process (${code}).`, exitCodes.beforeCommand);
  if (code === 'E2BIG')
    return new NotStarted(`${file} cannot be executed: its arguments and environment are more than the system takes.`, exitCodes.notExecutable);
  return new NotStarted(`${file} cannot be executed (${/^[A-Z0-9]+$/.test(code ?? '') ? code! : 'unknown reason'}).`, exitCodes.notExecutable);
}
