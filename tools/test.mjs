/** `npm test`: the tests, on the Node that they are meant for. Arguments are passed on to vitest. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** Another one is promised too, and tested by saying so. */
const wanted = process.env['KEYTURN_TEST_NODE'] ?? '24';
const [major] = process.versions.node.split('.');

if (major !== wanted) {
  console.error(`The tests run on Node ${wanted}, and this is Node ${process.versions.node}.`);
  console.error('Run "npm install", then "npm test": that puts Node 24 from the dev dependencies first on the path. For another one set KEYTURN_TEST_NODE.');
  process.exit(1);
}

const manifest = createRequire(import.meta.url).resolve('vitest/package.json');
const vitest = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.vitest);
const child = spawn(process.execPath, [vitest, 'run', '--config', join(root, 'vitest.config.ts'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
});
