/** One writer at a time: a lock file beside the secrets file, waited for until the deadline. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { type Clock, systemClock } from '../core/clock.ts';
import type { ReadOptions } from '../core/provider.ts';
import { FileProblem, refusedBySystem, shellQuoted, systemCode } from './file-problem.ts';

const pollMs = 25;
/** For callers without a deadline: a lock is held for milliseconds. */
const longestWaitMs = 10_000;
/** What this process holds, so that a lock with our own process id and another token is known as one of an earlier process. */
const held = new Set<string>();

/**
 * Runs `work` while this process holds the lock file at `path`.
 * @throws FileProblem when somebody else holds it until the deadline
 */
export async function withLock<T>(path: string, clock: Clock, { signal, deadline }: ReadOptions, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${hostname()} ${randomBytes(8).toString('hex')}\n`;
  const until = Math.min(deadline, clock.now() + longestWaitMs);
  while (!(await take(path, token))) {
    if (await breakStale(path)) continue;
    if (clock.now() >= until) {
      throw new FileProblem('conflict', `${path} is held by another writer`, `Try again; if nothing is writing, remove it: rm ${shellQuoted(path)}`);
    }
    await clock.sleep(Math.min(pollMs, until - clock.now()), { signal });
  }
  try {
    return await work();
  } finally {
    await release(path, token);
  }
}

async function take(path: string, token: string): Promise<boolean> {
  held.add(token);
  try {
    await fs.writeFile(path, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    held.delete(token);
    if (systemCode(error) === 'EEXIST') return false;
    // A lock without its holder's name could never be told from a live one.
    if (systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT') await fs.unlink(path).catch(() => undefined);
    throw refusedBySystem(path, 'written', error);
  }
}

async function release(path: string, token: string): Promise<void> {
  if ((await holderOf(path))?.token === token) await fs.unlink(path).catch(() => undefined);
  held.delete(token);
}

/**
 * Removes the lock of a writer that is dead; `false` when it may be alive.
 *
 * Two who find the same dead lock must not both remove one, or the slower removes the faster's fresh lock: the removal has a lock of its own.
 */
async function breakStale(path: string): Promise<boolean> {
  if (!isDead(await holderOf(path))) return false;
  const breaking = `${path}.break`;
  try {
    await fs.writeFile(breaking, '', { flag: 'wx', mode: 0o600 });
  } catch {
    return false;
  }
  try {
    if (!isDead(await holderOf(path))) return false;
    await fs.unlink(path);
    return true;
  } catch {
    return false;
  } finally {
    await fs.unlink(breaking).catch(() => undefined);
  }
}

interface Holder {
  readonly token: string;
  readonly sinceMs: number;
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const [token, { mtimeMs }] = await Promise.all([fs.readFile(path, 'utf8'), fs.lstat(path)]);
    return { token, sinceMs: mtimeMs };
  } catch {
    return undefined;
  }
}

/** Only a holder on this host can be known to be dead: another container has process ids of its own. */
function isDead(holder: Holder | undefined): boolean {
  const [, id, host] = /^(\d+) (\S+) [0-9a-f]{16}\n$/.exec(holder?.token ?? '') ?? [];
  if (holder === undefined || id === undefined || host !== hostname()) return false;
  // A container that was killed comes back with the same process id: the lock is then older than this process.
  if (Number(id) === process.pid) return !held.has(holder.token) && holder.sinceMs < startOfProcess();
  try {
    process.kill(Number(id), 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** By the system's clock, which also gives files their times; a second early, because those are rounded. */
function startOfProcess(): number {
  return systemClock.wallNow() - process.uptime() * 1_000 - 1_000;
}
