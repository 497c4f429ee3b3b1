/**
 * Where the configuration file is.
 *
 * The rules are:
 * - A file that is named (`--config`, `KEYTURN_CONFIG`) is the one, and must exist.
 * - Else it is looked for in the working directory and the folders above it, up to the root of the repository (a folder with `.git`)
 *   or the home folder, whichever comes first. With neither above, only the working directory: a folder says nothing about the one above it.
 * - Else in the user's configuration folder.
 * - A file that is found ends the search, whatever is wrong with it.
 */
import fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ConfigurationError } from '../core/errors.ts';

export interface Found {
  /** Absolute. */
  readonly path: string;
  /** It was not named but found, so somebody else may have put it there. */
  readonly isDiscovered: boolean;
}

export interface SearchOptions {
  /** What `--config` named. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** What a file is called that is found without being named. */
export const configNames: readonly string[] = ['keyturn.yaml', 'keyturn.json'];

/** @throws ConfigurationError when a folder holds two, or cannot be looked into */
export function discover({ file, env, cwd }: SearchOptions): Found | undefined {
  const home = env['HOME'] || homedir();
  const named = file ?? (env['KEYTURN_CONFIG'] || undefined);
  if (named !== undefined) return { path: resolve(cwd, named.startsWith('~/') ? join(home, named.slice(2)) : named), isDiscovered: false };
  const configured = env['XDG_CONFIG_HOME'];
  const base = configured !== undefined && isAbsolute(configured) ? configured : join(home, '.config');
  for (const folder of [...foldersToSearch(cwd, home), join(base, 'keyturn')]) {
    const path = fileIn(folder);
    if (path !== undefined) return { path, isDiscovered: true };
  }
  return undefined;
}

function foldersToSearch(cwd: string, home: string): string[] {
  const homes = new Set([resolve(home), realpath(home)]);
  const folders: string[] = [];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    folders.push(folder);
    if (homes.has(folder) || exists(join(folder, '.git'))) return folders;
    if (dirname(folder) === folder) return folders.slice(0, 1);
  }
}

function fileIn(folder: string): string | undefined {
  const [first, second] = configNames.map((name) => join(folder, name)).filter(exists);
  if (second !== undefined) throw new ConfigurationError(`There are both ${first} and ${second}.`, { hint: 'Keep one of them, or name one with --config.' });
  return first;
}

/** A link that leads nowhere exists: what is wrong with it is said when it is read. */
function exists(path: string): boolean {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return false;
    throw new ConfigurationError(`${dirname(path)} cannot be searched for a configuration file (${code ?? 'unknown reason'}).`, {
      hint: 'Name the file with --config, or make the folder readable.',
    });
  }
}

function realpath(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch {
    return path;
  }
}
