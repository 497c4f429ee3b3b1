/** The command's output on its way to ours: masked, in order, at the speed of our reader, and to the last byte. */
import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ScrubStream } from '../../redaction/stream.ts';

const write = promisify(fs.write) as (descriptor: number, bytes: Uint8Array, offset: number) => Promise<{ bytesWritten: number }>;

/**
 * Passes `from` on to our file descriptor `to` until it ends.
 *
 * Reading waits for writing, so a slow reader slows the command down and nothing piles up. Written by a thread, not by this one:
 * signals go on being passed to the command while our reader sleeps. A reader that is gone is gone for the command too: its next write fails.
 */
export async function pass(from: Readable, to: number, scrubber: ScrubStream): Promise<void> {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) await writeAll(to, scrubber.write(chunk));
    await writeAll(to, scrubber.end());
  } catch (error) {
    from.destroy();
    const { code } = error as NodeJS.ErrnoException;
    // The second is what a terminal says that was closed.
    if (code !== 'EPIPE' && code !== 'EIO') throw error;
  }
}

async function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    try {
      at += (await write(descriptor, bytes, at)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      // Somebody else made this descriptor non-blocking, and its reader is slow.
      await sleep(5);
    }
  }
}
