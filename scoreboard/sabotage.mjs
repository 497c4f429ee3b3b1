/** The lie detector: the library with one fault at a time, in a copy, and the lines and tests that must turn red. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faults } from './faults.mjs';
import { lines, runLine } from './lines.mjs';

const root = join(import.meta.dirname, '..');
const source = 'packages/keyturn/src';
const tests = 'packages/keyturn/test';

/**
 * `{ name, caught, by }` for each fault. A text that is no longer there, a test that does not exist, and a witness that is red without
 * any fault are no catches: the entry is out of date, and says so.
 */
export async function runSabotage({ seed, tell }) {
  const tree = plant();
  try {
    const broken = await redWithoutFault(tree, seed);
    const results = [];
    for (const fault of faults) {
      const result = { name: fault.name, ...(broken.has(fault.by) ? { caught: false, by: broken.get(fault.by) } : await tryFault(tree, fault, seed)) };
      tell(result);
      results.push(result);
    }
    return results;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** A tree in which the tests find everything where it is, with sources of its own. */
function plant() {
  const tree = mkdtempSync(join(tmpdir(), 'keyturn-sabotage-'));
  mkdirSync(join(tree, 'packages/keyturn'), { recursive: true });
  for (const path of [source, tests, 'packages/keyturn/package.json', 'package.json', 'tsconfig.json'])
    cpSync(join(root, path), join(tree, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  // Without the servers that the other tests need.
  writeFileSync(
    join(tree, 'vitest.config.mjs'),
    `export default { test: { include: ['${tests}/**/*.test.ts'], testTimeout: 20_000, unstubEnvs: true, restoreMocks: true } };\n`,
  );
  return tree;
}

async function tryFault(tree, { from, to, by }, seed) {
  const folder = join(tree, source);
  const files = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.ts'));
  const texts = new Map(files.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  const hits = [...texts].flatMap(([path, text]) => Array(text.split(from).length - 1).fill(path));
  if (hits.length !== 1) return { caught: false, by: `sabotage out of date: its text is in the source ${hits.length} times` };
  const path = join(folder, hits[0]);
  const whole = texts.get(hits[0]);
  writeFileSync(
    path,
    whole.replace(from, () => to),
  );
  try {
    return { caught: await isRed(tree, by, seed), by: nameOf(by) };
  } finally {
    writeFileSync(path, whole);
  }
}

/** Witnesses that are red before anything is broken, each with what to say of it. */
async function redWithoutFault(tree, seed) {
  const broken = new Map();
  const witnesses = new Map(faults.map(({ by }) => [nameOf(by), by]));
  for (const [name, by] of witnesses) {
    const state = await stateOf(tree, by, seed);
    if (state === 'green') continue;
    for (const fault of faults) if (nameOf(fault.by) === name) broken.set(fault.by, `${name} is ${state} without any fault`);
  }
  return broken;
}

const isRed = async (tree, by, seed) => (await stateOf(tree, by, seed)) === 'red';
const nameOf = (by) => ('line' in by ? `line ${by.line}` : `${by.file}: ${by.test}`);

/** `'red'`, `'green'` or `'missing'`. */
async function stateOf(tree, by, seed) {
  if ('line' in by) {
    const { quickCount } = lines.find(({ line }) => line === by.line);
    const { wrong } = await runLine({ line: by.line, source: join(tree, source), seed, count: quickCount });
    return wrong > 0 ? 'red' : 'green';
  }
  return runTest(tree, by);
}

function runTest(tree, { file, test }) {
  const report = join(tree, 'report.json');
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const pattern = `^${test.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`;
  const args = [
    'run',
    join(tests, file),
    '-t',
    pattern,
    '--root',
    tree,
    '--config',
    join(tree, 'vitest.config.mjs'),
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitest, ...args], { cwd: tree, stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', () => {
      resolve(stateIn(report, test));
    });
  });
}

function stateIn(report, test) {
  let files;
  try {
    ({ testResults: files } = JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    return 'missing';
  }
  const found = files
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ title, status }) => title === test && (status === 'passed' || status === 'failed'));
  if (found.length === 0) return 'missing';
  return found.some(({ status }) => status === 'failed') ? 'red' : 'green';
}
