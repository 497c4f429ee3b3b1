/** What Linux tells about a process in `/proc`. */
import fs from 'node:fs';

export interface ProcessStat {
  readonly isDead: boolean;
  readonly group: string;
  /** `0` for none. */
  readonly terminal: string;
  /** The group that the terminal's keys act on. */
  readonly foreground: string;
  /** In ticks since the system started; with the number of a process this names it for good. */
  readonly started: string;
}

/** `undefined` when there is no such process, or no Linux. */
export function processStat(pid: number | 'self'): ProcessStat | undefined {
  try {
    // Fields after the name, which may hold anything but ends with the last parenthesis.
    const fields = fs
      .readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [state, , group, , terminal, foreground] = fields as [string, string, string, string, string, string];
    return { isDead: state === 'Z' || state === 'X', group, terminal, foreground, started: fields[19]! };
  } catch {
    return undefined;
  }
}
