/** One change to one file: locked, read from the disk, changed, and replaced if nobody else changed it meanwhile. */
import fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { ReadOptions } from '../core/provider.ts';
import { withLock } from './file-lock.ts';
import { FileProblem, refusedBySystem } from './file-problem.ts';
import { stampAt } from './file-stamp.ts';
import { checkFolder, walk } from './file-walk.ts';
import { deleteFile, replaceFile, type ReplaceOptions } from './file-write.ts';
import { largestFile, readGuarded } from './guarded-file.ts';

export interface Edit extends ReplaceOptions {
  /** The absolute path of the file; missing folders above it are made. */
  readonly path: string;
  readonly lock: string;
  readonly clock: Clock;
  /**
   * The file's content after the change, from what it is now (`undefined` when there is no file): new bytes, `'delete'` for no file at all,
   * `undefined` for no change. What it throws leaves the file as it is.
   */
  readonly change: (present: Buffer | undefined) => Uint8Array | 'delete' | undefined;
}

/** Whether there was anything to change. @throws FileProblem */
export async function editFile({ path, lock, clock, change, ...replace }: Edit, options: ReadOptions): Promise<boolean> {
  options.signal.throwIfAborted();
  // Asked once without the lock: a deletion of what is not there makes no folder, and a refusal leaves none behind.
  if (change(readGuarded(path, { forWriting: true })?.bytes) === undefined) return false;
  await makeFolder(dirname(path));
  return withLock(lock, clock, options, async () => {
    options.signal.throwIfAborted();
    const present = readGuarded(path, { forWriting: true });
    const changed = change(present?.bytes);
    if (changed === undefined) return false;
    if (changed === 'delete') {
      await deleteFile(path);
      return true;
    }
    if (changed.byteLength > largestFile) throw new FileProblem('invalid', `${path} would be over 1 MiB`, 'Keep large files elsewhere, or split this one.');
    await replaceFile(path, changed, { ...replace, isUnchanged: () => stampAt(path).text === (present?.stamp.text ?? 'absent') });
    return true;
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw refusedBySystem(folder, 'written', error);
  }
  checkFolder(walk(folder)?.real ?? folder);
}
