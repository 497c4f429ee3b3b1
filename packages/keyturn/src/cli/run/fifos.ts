/**
 * Real pipes for the command's output.
 *
 * Node gives a child sockets, and a socket cannot be opened again: `echo … > /dev/stderr`, usual in scripts, would fail with ENXIO.
 * A FIFO without a name is a pipe like the one that a shell makes.
 */
import fs from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface OutputPipe {
  /** The end that the command writes to. To be closed once the command has it. */
  readonly writeEnd: number;
  readonly readEnd: Readable;
}

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;

/** `count` pipes; `undefined` where they cannot be made. Their folder is gone before anything is written. */
export function makePipes(count: number): OutputPipe[] | undefined {
  const fifos = makeFifos(count);
  try {
    return fifos?.paths.map((path) => {
      // The reader first, and without waiting: then the writer finds one and need not wait either.
      const readEnd = new Socket({ fd: fs.openSync(path, O_RDONLY | O_NONBLOCK), readable: true, writable: false });
      return { readEnd, writeEnd: fs.openSync(path, O_WRONLY) };
    });
  } catch {
    return undefined;
  } finally {
    fifos?.remove();
  }
}

/** `count` FIFOs in a folder that is ours alone; `undefined` where they cannot be made. */
export function makeFifos(count: number): { readonly paths: readonly string[]; readonly remove: () => void } | undefined {
  if (process.platform === 'win32') return undefined;
  let folder: string | undefined;
  const remove = () => {
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    folder = fs.mkdtempSync(join(process.env['XDG_RUNTIME_DIR'] || tmpdir(), 'keyturn-'));
    const paths = Array.from({ length: count }, (_, index) => join(folder!, String(index)));
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    if (count === 0 || spawnSync('mkfifo', ['-m', '600', '--', ...paths], { stdio: 'ignore' }).status === 0) return { paths, remove };
  } catch {
    // As if there was no mkfifo.
  }
  remove();
  return undefined;
}
