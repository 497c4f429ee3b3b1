/** Reads the configuration file: opened once, and judged by what was opened. */
import fs, { type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigurationError } from '../core/errors.ts';
import { currentUser, isForeign, mayOthersWrite, type Ownership } from '../providers/file-modes.ts';
import { shellQuoted } from '../providers/file-problem.ts';
import { walk } from '../providers/file-walk.ts';
import type { Found } from './discover.ts';

const largestFile = 1_048_576;
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOCTTY = 0 } = fs.constants;

/**
 * The text of the file. One that was discovered must belong to the user or root, with its folder, and nobody else may write either:
 * whoever can write it decides where secrets are looked for, and what a command is given.
 * @throws ConfigurationError with the mend; it quotes nothing
 */
export function readConfigFile({ path, isDiscovered }: Found): string {
  try {
    const bytes = isDiscovered ? readGuarded(path) : read(fs.openSync(path, O_RDONLY | O_NOCTTY), path);
    return decode(bytes, path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const { name, message, code, hint } = error as NodeJS.ErrnoException & { hint?: string };
    if (name === 'FileProblem') throw new ConfigurationError(`${message}.`, { hint: hint ?? named(path) });
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new ConfigurationError(`There is no ${path}.`, { hint: 'Check the path given by --config or KEYTURN_CONFIG.' });
    throw new ConfigurationError(`${path} could not be read (${code ?? 'unknown reason'}).`, { hint: 'Look at the file, its folders and their permissions.' });
  }
}

function readGuarded(path: string): Buffer {
  const place = walk(path);
  if (!place) throw new ConfigurationError(`${path} is a link that leads nowhere.`, { hint: 'Remove it, or mend where it leads.' });
  if (!place.stat.isFile()) throw noRegularFile(path);
  for (const folder of new Set([dirname(path), dirname(place.real)])) checkOwnership(`the folder ${folder}`, folder, fs.statSync(folder), 'go-w');
  const descriptor = fs.openSync(place.real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  const check = (stat: BigIntStats) => {
    if (stat.dev !== place.stat.dev || stat.ino !== place.stat.ino)
      throw new ConfigurationError(`${path} was replaced while it was read.`, { hint: 'Try again.' });
    checkOwnership(path, place.real, stat, 'go-w');
  };
  return read(descriptor, path, check);
}

function checkOwnership(what: string, path: string, stat: Ownership, mode: string): void {
  const user = currentUser();
  if (user === undefined) return;
  if (isForeign(stat, user)) {
    throw new ConfigurationError(`${what} belongs to another user, so the configuration in it is not used.`, {
      hint: `If it is yours: chown "$(id -un)" ${shellQuoted(path)}. If you trust it: ${named(path)}`,
    });
  }
  // A sticky folder is no exception here: a configuration file belongs in no shared folder.
  if (mayOthersWrite(stat))
    throw new ConfigurationError(`Others may write ${what}, so the configuration in it is not used.`, { hint: `Run: chmod ${mode} ${shellQuoted(path)}` });
}

/** Ends the descriptor, whatever happens. */
function read(descriptor: number, path: string, check?: (stat: BigIntStats) => void): Buffer {
  try {
    const stat = fs.fstatSync(descriptor, { bigint: true });
    check?.(stat);
    if (stat.isDirectory()) throw noRegularFile(path);
    const bytes = Buffer.alloc(largestFile + 1);
    let size = 0;
    // What arrives is counted, not what the size promises: a named file may be a pipe, `--config <(…)`.
    for (let count = -1; count !== 0 && size <= largestFile; size += count) count = fs.readSync(descriptor, bytes, size, bytes.length - size, null);
    if (size > largestFile) throw new ConfigurationError(`${path} is over 1 MiB.`, { hint: 'A configuration file holds settings only.' });
    return bytes.subarray(0, size);
  } finally {
    fs.closeSync(descriptor);
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`${path} is not UTF-8 text.`, { hint: 'Save it as UTF-8.' });
  }
}

function noRegularFile(path: string): ConfigurationError {
  return new ConfigurationError(`${path} is not a regular file.`, { hint: 'Name the file itself.' });
}

function named(path: string): string {
  return `name it with --config ${shellQuoted(path)}`;
}
