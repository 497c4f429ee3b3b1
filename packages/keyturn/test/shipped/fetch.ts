/**
 * `node packages/keyturn/test/shipped/fetch.ts`: brings what the tests of the package as shipped need into `.cache`, 600 MB of it,
 * without running any script of what it downloads. Does nothing when all is there.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { complete, dependencies, fetched, nodes, npmCache, pinnedHere, pins } from './fetched.ts';

if (!existsSync(complete)) {
  // Those of other versions too: each is 600 MB.
  for (const folder of globSync(join(dirname(fetched), 'shipped-*'))) rmSync(folder, { recursive: true, force: true });
  mkdirSync(fetched, { recursive: true });
  for (const file of pins) copyFileSync(file, join(fetched, basename(file)));
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
  // npm passes over an optional package that it cannot get, and says nothing.
  const lacking = pinnedHere().filter((name) => !existsSync(join(fetched, 'node_modules', name)));
  if (lacking.length > 0) throw new Error(`npm could not get ${lacking.join(', ')}.`);
  npm('cache', 'add', ...Object.entries(dependencies).map(([name, version]) => `${name}@${version}`), '--cache', npmCache);
  writeFileSync(complete, '');
}
console.log(
  nodes()
    .map(({ name }) => name)
    .join(', '),
);

function npm(...args: readonly string[]): void {
  const { status, error } = spawnSync('npm', args, { cwd: fetched, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ${args[0]} ended with ${status}.`);
}
