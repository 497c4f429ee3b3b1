/** How a source that fails is left alone: one probe for each cool-down, the next twice as long. */
import { Secret } from '../core/secret.ts';
import type { Entry, Outage } from './entry.ts';

const firstCoolDown = 1_000;
const longestCoolDown = 30_000;

/** How long a reader waits for a probe in an outage that is known, in ms, before the stale value is served. */
export const patience = 100;

/** The source failed once more: the cool-down begins, or doubles. */
export function beginCoolDown(entry: Entry, code: string, now: number): void {
  const before = entry.outage;
  const coolDown = before ? Math.min(before.coolDown * 2, longestCoolDown) : firstCoolDown;
  entry.outage = {
    code,
    coolDown,
    coolUntil: now + coolDown,
    stale: before?.stale ?? new Secret(entry.secret, { stale: true }),
    detour: before?.detour,
  };
  // While the entry is fresh, the next refresh-ahead waits for the end of the cool-down.
  entry.quiet(Math.floor(entry.outage.coolUntil));
}

export function isCooling(outage: Outage | undefined, now: number): boolean {
  return outage !== undefined && now < outage.coolUntil;
}

/** The last probe failed not long ago: the source is still presumed away, and a reader need not wait for the next probe to end. */
export function isRecent(outage: Outage | undefined, now: number): boolean {
  return outage !== undefined && now < outage.coolUntil + outage.coolDown;
}
