/**
 * Line 19: readers, writers, failures and time in every order that chance finds.
 *
 * What is checked of each interleaving:
 * - No value is torn, and none is another key's.
 * - Per key, reads that do not overlap never go back: neither to an older version, nor from a deletion or a refusal to what was before it.
 *   (A read that an invalidation overtook is given what it asked for, and says nothing about those that begin later.)
 *   Whoever reads after `invalidate()`, `clear()` or a finished `refresh()` gets nothing older than what the source had when that was called.
 * - A value past its time is marked stale, is not past `staleIfError`, and is given only after the source could not be asked. `peek` gives none.
 * - No more than `maxEntries` are kept.
 * - When all is over no flight is left, no timer, no read of the source; a failure is remembered by nothing, and the next read gives what the source has.
 */
import type { Library } from '../library.ts';
import { Race } from '../race/race.ts';
import type { Result, Task } from '../worker.ts';

export async function raceInterleavings(library: Library, { seed, from, count }: Task, alive: () => void): Promise<Result> {
  // Failures are made by the hundred thousand, and where each was made is a third of their cost.
  Error.stackTraceLimit = 0;
  const result: Result = { tried: 0, wrong: 0, notes: [] };
  for (let index = from; index < from + count; index++) {
    const problem = await new Race(library, seed, index).run();
    result.tried++;
    if (problem !== undefined) {
      result.wrong++;
      if (result.notes.length < 3) result.notes.push(await tell(library, seed, index, problem));
    }
    if (result.tried % 5_000 === 0) alive();
  }
  return result;
}

/** The same interleaving once more, with every step written down. */
async function tell(library: Library, seed: number, index: number, problem: string): Promise<string> {
  const race = new Race(library, seed, index, true);
  await race.run();
  return [`seed ${seed}, case ${index}: ${problem}`, ...race.steps.map((step) => `  ${step}`)].join('\n');
}
