/**
 * Line 29: answers, files and configurations as an enemy would write them.
 *
 * Each case states beforehand what must come of it: one exact value, or one class of error. A server says what the case tells it to, byte by byte;
 * a process of its own asks through the library. What is wrong besides another outcome is told in `hostile/process.ts`.
 * A process that crashes, or that does not come back, is wrong once; the next case has a new one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseAt } from '../hostile/cases.ts';
import { Runner } from '../hostile/runner.ts';
import { startHostileServer } from '../hostile/server.ts';
import type { Library } from '../library.ts';
import type { Result, Task } from '../worker.ts';

/** So many are enough to know: with a fault that every case meets, the rest would take its time. */
const mostWrong = 10;

export async function hostileBodies(_library: Library, { source, seed, from, count }: Task, alive: () => void): Promise<Result> {
  const result: Result = { tried: 0, wrong: 0, notes: [] };
  const server = await startHostileServer();
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-hostile-'));
  const runner = new Runner({ source, port: server.port, folder, seed });
  try {
    for (let index = from; index < from + count && result.wrong < mostWrong; index++) {
      const { name, answer } = caseAt(index, seed);
      server.answer(answer);
      const problem = (await runner.run(index)) ?? (await server.untilClosed());
      result.tried++;
      if (problem !== undefined) {
        result.wrong++;
        result.notes.push(`seed ${seed}, case ${index}, ${name}: ${problem}`);
      }
      alive();
    }
  } finally {
    runner.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return result;
}
