/** A process of one line: gets its share as a message, and answers what came of it. */
import { raceInterleavings } from './lines/19-race-interleavings.ts';
import { stampede } from './lines/20-stampede.ts';
import { hostileBodies } from './lines/29-hostile-bodies.ts';
import { loadLibrary } from './library.ts';

export interface Task {
  readonly line: number;
  /** The folder of the library's source. */
  readonly source: string;
  readonly seed: number;
  /** The first case of this share. */
  readonly from: number;
  readonly count: number;
}

export interface Result {
  tried: number;
  wrong: number;
  /** What went wrong, for a few cases. */
  notes: string[];
}

const lines: Readonly<Record<number, (library: Awaited<ReturnType<typeof loadLibrary>>, task: Task, alive: () => void) => Promise<Result>>> = {
  19: raceInterleavings,
  20: stampede,
  29: hostileBodies,
};

process.once('message', (task: Task) => {
  void run(task);
});

async function run(task: Task): Promise<void> {
  let result: Result;
  try {
    const line = lines[task.line];
    if (!line) throw new Error(`There is no line ${task.line}.`);
    result = await line(await loadLibrary(task.source), task, () => process.send?.({ isAlive: true }));
  } catch (error) {
    result = { tried: task.count, wrong: 1, notes: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
  process.send?.({ result });
}
