/**
 * Line 20: many who ask at once, and one read of the source.
 *
 * In one process: 1,000 cold readers of one key, in every shape in which they can come, as often as `count / 10`.
 * Then 20 processes with 50 keys each and 20 readers of each key: at most one request for each process and key, counted by a real HTTP server.
 * Tried is the number of reads; wrong are upstream reads too many, and values that are not what the source has.
 */
import { startProcesses } from '../stampede/processes.ts';
import { shapes } from '../stampede/shapes.ts';
import { rush } from '../stampede/rush.ts';
import type { Library } from '../library.ts';
import type { Result, Task } from '../worker.ts';

const readers = 1_000;

export async function stampede(library: Library, { seed, source, count }: Task, alive: () => void): Promise<Result> {
  const result: Result = { tried: 0, wrong: 0, notes: [] };
  const wrong = (many: number, note: string) => {
    result.wrong += many;
    if (many > 0 && result.notes.length < 3) result.notes.push(note);
  };
  for (let round = 0; round < count / 10; round++) {
    for (const shape of shapes) {
      const { calls, values } = await rush(library, shape, readers, seed, round);
      result.tried += readers;
      wrong(Math.abs(calls - 1), `${shape.name}: ${calls} upstream reads, seed ${seed}, round ${round}`);
      wrong(values, `${shape.name}: ${values} wrong values, seed ${seed}, round ${round}`);
    }
    alive();
  }
  const { tried, extra, missing, values } = await startProcesses(source, { processes: 20, keys: 50, readers: 20 });
  result.tried += tried;
  wrong(extra, `20 processes: ${extra} requests too many`);
  wrong(missing, `20 processes: ${missing} keys never reached the source`);
  wrong(values, `20 processes: ${values} wrong values`);
  return result;
}
