/** Results beside the script: the last figures of every row or line, whichever run they came from. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'results');

/** Where and when a figure was taken. No name of the machine, and no path. */
export function stamp() {
  return {
    commit: commit(),
    date: new Date().toISOString(),
    node: process.versions.node,
    machine: { cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', memoryGb: Math.round(totalmem() / 2 ** 30) },
  };
}

/** The commit that was measured; with a `+` when something in the tree is not in it. Results are not counted: writing them changes nothing that was measured. */
function commit() {
  try {
    const git = (...args) => execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changes = git('status', '--porcelain', '--', ':/', `:(exclude,top)bench/results`);
    return git('rev-parse', '--short', 'HEAD') + (changes === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}

export function readResults(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

/** Puts `fresh` over what was kept under `list`, in the order of `order`; the file's other members stay, or are replaced by `more`. */
export function keepResults(file, list, key, fresh, order, more = {}) {
  const kept = readResults(file);
  const byKey = new Map([...(kept[list] ?? []), ...fresh].map((each) => [each[key], each]));
  const merged = order.filter((each) => byKey.has(each)).map((each) => byKey.get(each));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, file);
  writeFileSync(`${path}.tmp`, `${JSON.stringify({ ...kept, [list]: merged, ...more }, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
}
