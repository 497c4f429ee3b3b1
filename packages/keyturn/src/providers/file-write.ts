/** Replaces a file as a whole: never half written, never readable by others, never through a link. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileProblem, refusedBySystem } from './file-problem.ts';

export interface ReplaceOptions {
  /** The temporary file's name, given 128 random bits in hex; it lies in the folder of `path`. Default: the file's own name before them, so that what hides `.env*` from a repository hides it too. */
  readonly temporaryName?: ((random: string) => string) | undefined;
  /** Asked last: whether the file is still the one that was read. */
  readonly isUnchanged?: (() => boolean) | undefined;
  readonly random?: (() => string) | undefined;
}

/** Exclusive: whatever somebody put there before, a file or a link, is an error and never written to. */
const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0 } = constants;

/**
 * Writes `bytes` to the absolute `path`, with mode 0600, in a folder that is there.
 *
 * The bytes are on the disk before the name points at them, and the name is before this returns: a crash leaves the old file or the new one.
 * @throws FileProblem; the file is then as it was, unless only the folder's last sync failed
 */
export async function replaceFile(path: string, bytes: Uint8Array, options: ReplaceOptions = {}): Promise<void> {
  const { temporaryName = (random) => `${basename(path)}.${random}.tmp`, isUnchanged = () => true, random = randomHex } = options;
  const temporary = join(dirname(path), temporaryName(random()));
  try {
    const handle = await fs.open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
    try {
      await fill(handle, bytes);
      if (!isUnchanged()) throw new FileProblem('conflict', `${path} was changed by somebody else meanwhile`, 'Nothing was written; try again.');
      await fs.rename(temporary, path);
    } catch (error) {
      await fs.unlink(temporary).catch(() => undefined);
      throw error;
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw error instanceof FileProblem ? error : refusedBySystem(path, 'written', error);
  }
}

/** Deletes the file at `path`, for good before this returns. */
export async function deleteFile(path: string): Promise<void> {
  try {
    await fs.unlink(path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw refusedBySystem(path, 'written', error);
  }
}

async function fill(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    // The umask may have taken bits away; it never added any, so there is no moment at which others may read.
    await handle.chmod(0o600);
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and needs no sync of one.
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function randomHex(): string {
  return randomBytes(16).toString('hex');
}
