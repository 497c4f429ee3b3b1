/** Reads one file that nobody but the user and root could have written: opened once, and judged by what was opened. */
import fs, { type BigIntStats } from 'node:fs';
import { currentUser, isForeign, mayOthersRead, mayOthersWrite } from './file-modes.ts';
import { FileProblem, refusedBySystem, shellQuoted, systemCode } from './file-problem.ts';
import { type Stamp, stampOf } from './file-stamp.ts';
import { walk } from './file-walk.ts';

export interface GuardedRead {
  readonly bytes: Buffer;
  readonly stamp: Stamp;
}

export interface GuardOptions {
  /** Refuse a file that others may read; otherwise it is warned about once. */
  readonly strictModes?: boolean;
  /** The file is about to be replaced by one that only we may read: no link is followed, and who may read the old one is no matter. */
  readonly forWriting?: boolean;
}

export const largestFile = 1_048_576;
const attempts = 5;
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOCTTY = 0 } = fs.constants;
/** O_NONBLOCK: a FIFO that took the file's place must not hold the process until somebody writes to it. */
const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
const warned = new Set<string>();

/**
 * The bytes at the absolute `path`, at most 1 MiB; `undefined` when nothing is there.
 *
 * The path is walked and checked, then opened without following a further link, and owner, mode, kind and size are those of the descriptor.
 * What was opened must be what the walk ended at, and must stand still while it is read; otherwise all is done again, a few times.
 * @throws FileProblem
 */
export function readGuarded(path: string, options: GuardOptions = {}): GuardedRead | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = readOnce(path, options);
    if (found !== 'moved') return found;
  }
  throw new FileProblem('unavailable', `${path} changed each time it was read`, 'Write it elsewhere and rename it into place.');
}

function readOnce(path: string, options: GuardOptions): GuardedRead | 'moved' | undefined {
  const place = walk(path, options.forWriting ? 'refuse-link' : 'follow');
  if (!place) return undefined;
  checkKind(path, place.stat);
  let descriptor: number;
  try {
    descriptor = fs.openSync(place.real, flags);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(systemCode(error) ?? '')) return 'moved';
    throw refusedBySystem(path, 'read', error);
  }
  try {
    const stat = fs.fstatSync(descriptor, { bigint: true });
    if (stat.dev !== place.stat.dev || stat.ino !== place.stat.ino) return 'moved';
    checkKind(path, stat);
    checkModes(place.real, stat, options);
    if (stat.size > largestFile) throw tooLarge(path);
    const bytes = readAll(descriptor, path);
    const stamp = stampOf(stat);
    return stampOf(fs.fstatSync(descriptor, { bigint: true })).text === stamp.text ? { bytes, stamp } : 'moved';
  } catch (error) {
    throw error instanceof FileProblem ? error : refusedBySystem(path, 'read', error);
  } finally {
    fs.closeSync(descriptor);
  }
}

function readAll(descriptor: number, path: string): Buffer {
  // The size may be a lie (procfs says 0), so the cap is on what arrives.
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafeSlow(total === 0 ? 8_192 : 262_144);
    const count = fs.readSync(descriptor, chunk);
    if (count === 0) return Buffer.concat(chunks, total);
    total += count;
    if (total > largestFile) throw tooLarge(path);
    chunks.push(chunk.subarray(0, count));
  }
}

function checkKind(path: string, stat: BigIntStats): void {
  if (stat.isFile()) return;
  const kind = stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a FIFO' : stat.isSocket() ? 'a socket' : stat.isSymbolicLink() ? 'a link' : 'a device';
  throw new FileProblem('invalid', `${path} is ${kind} and not a regular file`, 'Give the path of a file, or of a folder whose files are the secrets.');
}

function checkModes(path: string, stat: BigIntStats, { strictModes = false, forWriting = false }: GuardOptions): void {
  const user = currentUser();
  if (user === undefined) return;
  const quoted = shellQuoted(path);
  if (isForeign(stat, user))
    throw new FileProblem('refused', `${path} belongs to another user, who decides what is in it`, `Make it yours: chown "$(id -un)" ${quoted}`);
  if (mayOthersWrite(stat)) throw new FileProblem('refused', `others may write ${path}`, `Run: chmod 600 ${quoted}`);
  if (forWriting || !mayOthersRead(stat)) return;
  if (strictModes) throw new FileProblem('refused', `others may read ${path}, and strictModes is on`, `Run: chmod 600 ${quoted}`);
  if (warned.has(path)) return;
  // A folder of ten thousand loose files is told in a thousand lines; nothing here grows without end.
  if (warned.size < 1_000) {
    warned.add(path);
    process.emitWarning(`Others may read ${path}. Run: chmod 600 ${quoted}`, { code: 'KEYTURN_FILE_MODE' });
  }
}

function tooLarge(path: string): FileProblem {
  return new FileProblem('invalid', `${path} is over 1 MiB`, 'A secrets file holds secrets only; split it, or keep large files elsewhere.');
}
