/** The package that makes pseudo-terminals, loaded when one is needed. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConfigurationError, UnsupportedError } from '../../core/errors.ts';

/** What of a terminal of the package is used. */
export interface PseudoTerminal {
  readonly pid: number;
  /** The path of the command's end; not in the package's types. */
  readonly ptsName?: string;
  write(bytes: Uint8Array): void;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
  setEncoding(encoding: BufferEncoding): void;
  onData(listener: (text: string) => void): unknown;
  onExit(listener: (end: { exitCode: number; signal?: number }) => void): unknown;
}

export interface PseudoTerminals {
  spawn(
    file: string,
    args: readonly string[],
    options: { name: string | undefined; cols: number; rows: number; cwd: string; env: Record<string, string | undefined> },
  ): PseudoTerminal;
}

const name = '@lydell/node-pty';

/**
 * From the working project if it has the package, else from where we are installed.
 * @throws ConfigurationError with the exact install command
 */
export function loadPseudoTerminals(): PseudoTerminals {
  if (process.platform === 'win32') {
    throw new UnsupportedError('--mask does not mask a terminal on Windows.', { hint: 'Leave --mask out, or send the output elsewhere: there it is masked.' });
  }
  for (const from of [() => join(process.cwd(), 'package.json'), () => import.meta.url]) {
    let file: string;
    let load: NodeJS.Require;
    try {
      load = createRequire(from());
      file = load.resolve(name);
    } catch {
      // Not there, or the working directory is gone.
      continue;
    }
    try {
      return load(file) as PseudoTerminals;
    } catch {
      throw new ConfigurationError(`--mask could not load ${name}: the installed package is damaged, or is not for this system.`, {
        hint: `npm install ${name}`,
      });
    }
  }
  throw new ConfigurationError(`--mask on a terminal needs ${name}, which is not installed.`, { hint: `npm install ${name}` });
}
