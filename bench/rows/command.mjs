/** The command beside the smallest thing Node can do: both started anew each time, one after the other. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executable } from '../library.mjs';
import { median, ratioOf, takeTurns } from '../rounds.mjs';

const starts = 21;

// Not pinned: Node starts on several threads (reading, compiling, collecting), and a user's machine has more than one core.
export const cliGet = {
  name: 'cli-get',
  goal: '`keyturn get` from a file <= 2 x `node -e 0`',
  gated: true,
  isPinned: false,
  run: () => beside('keyturn get', ['get', 'prod/db#password'], 'hunter2', 2, 'json'),
};

/** The same with both files in YAML, whose parser is most of the difference. */
export const cliGetYaml = {
  name: 'cli-get-yaml',
  goal: '`keyturn get` from a YAML file <= 2 x `node -e 0`',
  gated: false,
  isPinned: false,
  run: () => beside('keyturn get', ['get', 'prod/db#password'], 'hunter2', 2, 'yaml'),
};

export const cliRun = {
  name: 'cli-run',
  goal: '`keyturn run -- true` <= 2.5 x `node -e 0`',
  gated: true,
  isPinned: false,
  run: () => beside('keyturn run', ['run', '--', 'true'], '', 2.5, 'json'),
};

async function beside(name, args, expected, most, format) {
  if (!existsSync(executable)) return { measured: null, unit: 'ms', ratio: null, holds: null, peers: {}, runs: 0, note: 'The executable is not built yet.' };
  const folder = project(format);
  try {
    const contenders = [
      { name, args: [executable, ...args], expected },
      { name: 'node -e 0', args: ['-e', '0'], expected: '' },
    ];
    return await compare(contenders, folder, most);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Starts both by turns; the first may take at most `most` times as long as the second. */
export async function compare(contenders, folder, most) {
  for (const contender of contenders) for (let i = 0; i < 3; i++) await start(contender, folder);
  const figures = await takeTurns(contenders, (contender) => start(contender, folder), starts);
  const [[, ours], [peer, theirs]] = figures;
  const ratio = ratioOf(ours, theirs);
  return { measured: median(ours), unit: 'ms', ratio, holds: ratio <= most, peers: { [peer]: { measured: median(theirs), ratio } }, runs: starts };
}

/** A folder as a user has it: a configuration file and the secrets, readable by the owner only. */
function project(format) {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
  const write = (name, yaml, json) => {
    writeFileSync(join(folder, `${name}.${format}`), format === 'yaml' ? yaml : JSON.stringify(json), { mode: 0o600 });
  };
  write('keyturn', 'providers:\n  - file: { path: secrets.yaml }\n', { providers: [{ file: { path: 'secrets.json' } }] });
  write('secrets', 'prod/db:\n  username: app\n  password: hunter2\n', { 'prod/db': { username: 'app', password: 'hunter2' } });
  chmodSync(folder, 0o700);
  return folder;
}

/** How long one start took, in ms. A wrong answer is no figure. */
function start({ name, command = process.execPath, args, expected, env }, cwd) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, args, { cwd, env: { PATH: process.env['PATH'], HOME: cwd, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = performance.now() - startedAt;
      if (code === 0 && output === expected) resolve(ms);
      else reject(new Error(`${name} ended with ${code} and an unexpected answer. ${errors}`));
    });
  });
}
