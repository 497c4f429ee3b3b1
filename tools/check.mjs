/** `npm run check`: types, lint, format, import directions and house rules; all of them, also when one fails. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { brokenExits, brokenShape } from './house-rules.mjs';
import { brokenDirections, librarySource, sourcesIn } from './import-directions.mjs';

const root = dirname(import.meta.dirname);
const fixture = 'tools/fixtures/shown-secrets.ts';
const linted = ['packages', 'tools', 'scoreboard', 'bench', 'examples', 'vitest.config.ts'].filter((path) => existsSync(join(root, path)));

const checks = {
  'Types: everything': () => failuresOf('tsc', ['-p', 'tsconfig.json']),
  'Types: each package as it is built': () =>
    globSync('packages/*/tsconfig.json', { cwd: root }).flatMap((path) => failuresOf('tsc', ['-p', path, '--noEmit'])),
  'Lint, with types': () => failuresOf('oxlint', ['--type-aware', '--deny-warnings', '-f', 'unix', '--ignore-pattern', 'tools/fixtures/**', ...linted]),
  'Lint refuses what it must': fixtureFailures,
  Format: () => failuresOf('prettier', ['--check', '--log-level', 'warn', '**/*.{ts,mts,mjs,js,json}']),
  'Import directions': () => brokenDirections(sourcesIn(librarySource)),
  'Exits for values': () => brokenExits(sourcesIn(librarySource)),
  'Shape of files': () => brokenShape(sourcesIn(librarySource)),
};

let failed = 0;
for (const [name, run] of Object.entries(checks)) {
  const started = performance.now();
  const problems = run();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
  for (const problem of problems) console.log(problem.replaceAll(/^/gm, '        '));
  if (problems.length > 0) failed++;
}
console.log(failed === 0 ? '\nAll checks passed.' : `\n${failed} of ${Object.keys(checks).length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;

/** What `command` said when it failed; nothing when it did not. */
function failuresOf(command, args) {
  const { status, output } = run(command, args);
  return status === 0 ? [] : [output.trim() || `${command} ended with ${status}.`];
}

function run(command, args) {
  const bin = join(root, 'node_modules/.bin');
  const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
  const { status, stdout, stderr, error } = spawnSync(join(bin, command), args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
    maxBuffer: 2 ** 26,
  });
  if (error) return { status: -1, stdout: '', output: `${command} could not be run: ${error.message}. Run npm ci first.` };
  return { status, stdout, output: `${stdout}${stderr}` };
}

/** A linter that stopped looking would be green for ever: here it must find each marked line, by exactly its rule, and nothing else. */
function fixtureFailures() {
  const { stdout, output } = run('oxlint', ['--type-aware', '-f', 'json', fixture]);
  let diagnostics;
  try {
    ({ diagnostics } = JSON.parse(stdout));
  } catch {
    return [`oxlint gave no JSON: ${output.trim()}`];
  }
  const found = diagnostics.map(
    ({ code, severity, labels }) => `line ${labels[0].span.line}: ${code.replace(/^.*\((.*)\)$/, '$1')}${severity === 'error' ? '' : ` (${severity})`}`,
  );
  const wanted = readFileSync(join(root, fixture), 'utf8')
    .split('\n')
    .flatMap(
      (line, index) =>
        /^\s*\/\/ refused: (.+)$/
          .exec(line)?.[1]
          ?.split(', ')
          .map((rule) => `line ${index + 2}: ${rule}`) ?? [],
    );
  return [
    ...wanted.filter((line) => !found.includes(line)).map((line) => `${fixture}, ${line} was not reported.`),
    ...found.filter((line) => !wanted.includes(line)).map((line) => `${fixture}, ${line} was not expected.`),
    ...(wanted.length < 8 ? [`${fixture} marks only ${wanted.length} lines.`] : []),
  ];
}
