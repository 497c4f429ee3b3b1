/** Whether a file is still the one that was read, told by a stat alone. */
import fs, { type BigIntStats } from 'node:fs';
import { systemClock } from '../core/clock.ts';
import { systemCode } from './file-problem.ts';

export interface Stamp {
  /** Device, inode, size and both times to the nanosecond; or why there are none. */
  readonly text: string;
  /**
   * A write from now on is sure to change `text`. Until then it may fall into the same tick of the file system's clock
   * (milliseconds on Linux, two seconds on FAT) and leave size and times as they are.
   */
  readonly isSettled: boolean;
}

const absent: Stamp = Object.freeze({ text: 'absent', isSettled: true });
const coarsestTick = 2_000;

export function stampOf(stat: BigIntStats): Stamp {
  // The file's times are the system's, so they are held against the system's clock whatever clock the program runs on.
  const youngest = Number(stat.ctimeMs > stat.mtimeMs ? stat.ctimeMs : stat.mtimeMs);
  return {
    text: [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':'),
    isSettled: systemClock.wallNow() - youngest > coarsestTick,
  };
}

/** The stamp of what `path` leads to now. Never throws. */
export function stampAt(path: string): Stamp {
  try {
    const stat = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat ? stampOf(stat) : absent;
  } catch (error) {
    return systemCode(error) === 'ENOTDIR' ? absent : { text: `error:${systemCode(error) ?? ''}`, isSettled: true };
  }
}
