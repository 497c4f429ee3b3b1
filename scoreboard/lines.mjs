/** The lines, and how one is run: in processes of its own, against the library's source in any folder. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { counts, fixed } from './hostile/cases.ts';

/** Numbers as in the plan of the scoreboard; `name` says what would be wrong. */
export const lines = [
  { line: 19, name: 'race interleavings with a wrong or old value', count: 1_000_000, quickCount: 40_000, processes: 2 },
  { line: 20, name: 'rushes with more than one upstream read', count: 1_000, quickCount: 100, processes: 1 },
  {
    line: 29,
    name: `hostile answers (${counts.answers}) and documents (${counts.documents})`,
    count: fixed.length + 200,
    quickCount: fixed.length,
    processes: 2,
  },
];

/** `{ tried, wrong, seconds, notes }`. The count is shared among the line's processes. */
export async function runLine({ line, source, seed, count }) {
  const { processes } = lines.find((each) => each.line === line);
  const startedAt = performance.now();
  const share = Math.ceil(count / processes);
  const parts = await Promise.all(
    Array.from({ length: processes }, (_, part) => runPart({ line, source, seed, from: part * share, count: Math.min(share, count - part * share) })),
  );
  return {
    tried: sum(parts.map(({ tried }) => tried)),
    wrong: sum(parts.map(({ wrong }) => wrong)),
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    notes: parts.flatMap(({ notes }) => notes).slice(0, 3),
  };
}

/** A process that ends without a result, or says nothing for two minutes, is wrong once. */
function runPart(task) {
  return new Promise((resolve) => {
    const child = fork(join(import.meta.dirname, 'worker.ts'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const end = (result) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(result);
    };
    const silent = () => end({ tried: task.count, wrong: 1, notes: ['A process of this line said nothing for two minutes.'] });
    let timer = setTimeout(silent, 120_000);
    child.on('message', (message) => {
      if (message.result) return end(message.result);
      timer.refresh();
    });
    child.on('exit', (code) => end({ tried: task.count, wrong: 1, notes: [`A process of this line ended with ${code} and no result.`] }));
    child.send(task);
  });
}

const sum = (numbers) => numbers.reduce((total, each) => total + each, 0);
