/** The longest single call of many: on the clock, and how much of it was this thread's own work. */
import { median } from './rounds.mjs';

export const pauseRuns = 9;
export const longestPauseMs = 5;

/** Remembers the longest of the calls that it is told of. */
export class Longest {
  ms = 0;
  #startedAt = 0;

  begin() {
    this.#startedAt = performance.now();
  }

  end() {
    const ms = performance.now() - this.#startedAt;
    if (ms > this.ms) this.ms = ms;
  }
}

/** The longest stretch without a turn of the event loop until `work` is over; the call that starts it is the first. */
export async function longestStretch(work) {
  const longest = new Longest();
  longest.begin();
  let isOver = false;
  const over = Promise.resolve(work()).finally(() => {
    isOver = true;
  });
  longest.end();
  const call = longest.ms;
  while (!isOver) {
    longest.begin();
    await new Promise(setImmediate);
    longest.end();
  }
  await over;
  return { call, stretch: longest.ms };
}

/**
 * Runs of named maxima to a row's result: the median of each over the runs, the largest of them against the limit.
 * @param others the same of peers, which are shown and held to nothing
 */
export function pauseResult(runs, others = [{}]) {
  const own = medians(runs);
  const measured = Math.max(...Object.values(own).map((each) => each.measured));
  const peers = { ...own, ...medians(others) };
  return {
    measured,
    unit: 'ms',
    ratio: measured / longestPauseMs,
    holds: measured <= longestPauseMs,
    peers,
    runs: runs.length,
    note: 'The longest of these; each the median over the runs of the longest single call. The ratio is to the 5 ms.',
  };
}

function medians(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, { measured: median(runs.map((run) => run[name])) }]));
}
