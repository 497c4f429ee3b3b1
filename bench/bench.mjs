/** `npm run bench [row …] [--list]`: how fast Keyturn is beside its peers, and whether the goals hold. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt, isOtherLibrary } from './library.mjs';
import { fail, requireNode24 } from './require-node.mjs';
import { keepResults, stamp } from './results.mjs';
import { rows } from './rows/index.mjs';
import { printRow, printSummary } from './table.mjs';

requireNode24('bench');
const args = process.argv.slice(2);
if (args.includes('--list')) {
  for (const { name, goal, gated } of rows) console.log(`${name.padEnd(22)} ${gated ? 'gated ' : '      '} ${goal}`);
  process.exit(0);
}
const unknown = args.find((name) => !rows.some((row) => row.name === name));
if (unknown !== undefined) fail(`There is no row "${unknown}". There are: ${rows.map(({ name }) => name).join(', ')}.`);
ensureBuilt();

const done = [];
for (const row of rows.filter(({ name }) => args.length === 0 || args.includes(name))) {
  const { name, goal, gated } = row;
  const result = { name, goal, gated, ...(await runRow(row)), ...stamp() };
  printRow(result);
  done.push(result);
}
if (!isOtherLibrary)
  keepResults(
    'bench.json',
    'rows',
    'name',
    done,
    rows.map(({ name }) => name),
  );
printSummary(done);
if (done.some(({ gated, holds }) => gated && holds === false)) process.exitCode = 1;

/** A row's one result, or what its parts give together. */
async function runRow(row) {
  if (!row.parts) return runPart(row);
  const results = [];
  for (const part of row.parts) results.push(await runPart(row, part));
  return results.find(({ holds }) => holds === false) ?? row.merge(results);
}

/**
 * A row, or each part of it, has a process and, where it can, a core of its own: what another one compiled or left on the heap is not measured.
 * Where pauses are measured it has all cores, as a program has: the collector's helpers would take their time on the one core from the program.
 */
function runPart({ name, isPinned = true }, part = '') {
  const node = [process.execPath, '--expose-gc', join(import.meta.dirname, 'row.mjs'), name, part];
  if (!isPinned) return run(node);
  const core = String(stamp().machine.cores - 1);
  return run(['taskset', '-c', core, ...node]).catch((error) => (error.code === 'ENOENT' ? run(node) : Promise.reject(error)));
}

function run([command, ...rest]) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    let text = '';
    child.stdio[3].setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 && text !== '') resolve(JSON.parse(text));
      else resolve({ measured: null, ratio: null, holds: false, note: `The row's process ended with ${code} and no result.` });
    });
  });
}
