/** Asks a person something that may be seen. The terminal edits the line and takes Ctrl-C, as it does for every program. */
import fs from 'node:fs';
import type { Terminal } from './terminal.ts';

const longest = 4_096;

/** What was typed, without the spaces around it; empty at the end of the input. */
export function ask(question: string, terminal: Terminal): string {
  terminal.say(question);
  const bytes = Buffer.alloc(longest);
  let size = 0;
  while (size < longest && !bytes.subarray(0, size).includes('\n')) {
    const count = readSome(bytes, size);
    if (count === 0) break;
    size += count;
  }
  return bytes.subarray(0, size).toString().split('\n')[0]!.trim();
}

export function confirm(question: string, terminal: Terminal): boolean {
  return /^y(?:es)?$/i.test(ask(`${question} [y/N]`, terminal));
}

function readSome(bytes: Buffer, at: number): number {
  for (;;) {
    try {
      return fs.readSync(0, bytes, at, bytes.length - at, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      // Somebody else made the terminal non-blocking, and nothing has been typed yet.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
