/**
 * Secrets as files, in memory, for as long as the command runs.
 *
 * The rules are:
 * - A value is never written to a disk: the file system is asked what it is, and without one in memory nothing is written.
 * - The folder is for its owner alone, and so is each file; both are gone when the command has ended.
 * - What a keyturn that was killed has left is removed by the next one. Its folder's name says whose it was.
 */
import fs from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { UnsupportedError } from '../../core/errors.ts';
import { processStat } from './process-stat.ts';

export interface PlacedFiles {
  /** The path of each, by the name of its variable. */
  readonly paths: Readonly<Record<string, string>>;
  /** May be called again. */
  remove(): void;
}

/** `statfs` of tmpfs and ramfs, from linux/magic.h. */
const inMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** @throws UnsupportedError where there is no place in memory */
export function placeFiles(values: ReadonlyMap<string, Uint8Array>): PlacedFiles {
  if (values.size === 0) return { paths: {}, remove: () => undefined };
  const parent = memoryFolder();
  const mine = ownName();
  if (parent === undefined || mine === undefined) {
    throw new UnsupportedError('--file needs a folder in memory (tmpfs), so that no secret is written to a disk, and this system has none.', {
      hint: 'Where it can be had: Linux with /dev/shm, or with XDG_RUNTIME_DIR naming a tmpfs folder of yours with mode 0700.',
    });
  }
  removeLeftovers(parent);
  let folder: string | undefined;
  const remove = () => {
    process.off('exit', remove);
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  };
  // Also if a fault of ours ends us.
  process.on('exit', remove);
  try {
    folder = fs.mkdtempSync(join(parent, mine));
    fs.chmodSync(folder, 0o700);
    const paths = Object.create(null) as Record<string, string>;
    for (const [name, value] of values) {
      paths[name] = join(folder, name);
      writeNew(paths[name], value);
    }
    return { paths, remove };
  } catch (error) {
    remove();
    const { code } = error as NodeJS.ErrnoException;
    throw new UnsupportedError(`The files of --file cannot be written to ${parent} (${code ?? 'unknown reason'}).`, {
      hint: code === 'ENOSPC' ? 'It is full: make room there.' : 'See who may write there, and its limits.',
    });
  }
}

function writeNew(path: string, value: Uint8Array): void {
  const file = fs.openSync(path, 'wx', 0o600);
  try {
    // Whatever the umask took away.
    fs.fchmodSync(file, 0o600);
    fs.writeFileSync(file, value);
  } finally {
    fs.closeSync(file);
  }
}

/** The user's own runtime folder, which is in memory on most systems, else the one that everybody shares. */
function memoryFolder(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const own = process.env['XDG_RUNTIME_DIR'] ?? '';
  if (isAbsolute(own) && isInMemory(own) && isOurs(own)) return own;
  return isInMemory('/dev/shm') ? '/dev/shm' : undefined;
}

function isInMemory(folder: string): boolean {
  try {
    return inMemory.has(fs.statfsSync(folder).type);
  } catch {
    return false;
  }
}

function isOurs(folder: string): boolean {
  const stat = fs.statSync(folder);
  return stat.isDirectory() && stat.uid === process.getuid!() && (stat.mode & 0o7777) === 0o700;
}

/** `keyturn-SPACE-PID-START-`: containers may share the folder, each with a numbering of processes of its own. */
function ownName(): string | undefined {
  const self = processStat('self');
  const space = ownSpace();
  return self && space && `keyturn-${space}-${process.pid}-${self.started}-`;
}

function ownSpace(): string | undefined {
  try {
    return /\d+/.exec(fs.readlinkSync('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
}

function removeLeftovers(parent: string): void {
  const space = ownSpace();
  for (const name of fs.readdirSync(parent)) {
    const [, itsSpace, pid, started] = /^keyturn-(\d+)-(\d+)-(\d+)-\w{6}$/.exec(name) ?? [];
    if (pid === undefined || itsSpace !== space || isRunning(Number(pid), started!)) continue;
    const path = join(parent, name);
    try {
      // Other people have folders there, too.
      if (fs.lstatSync(path).uid === process.getuid!()) fs.rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else removes it at the same time.
    }
  }
}

/** In doubt it runs. */
function isRunning(pid: number, started: string): boolean {
  const stat = processStat(pid);
  if (stat) return stat.started === started && !stat.isDead;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
