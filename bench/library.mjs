/** The built library, as a program would import it; built first when the sources are younger. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from './require-node.mjs';

const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/keyturn/src');
/** For trying a change: the built folder of another copy. What is measured then is printed, and not kept. */
const other = process.env['KEYTURN_BENCH_DIST'];

export const isOtherLibrary = other !== undefined;
export const dist = other === undefined ? join(root, 'packages/keyturn/dist') : resolve(other);
/** Where the package says its command is. */
export const executable = join(dist, '..', JSON.parse(readFileSync(join(root, 'packages/keyturn/package.json'), 'utf8')).bin.keyturn);
export const entry = pathToFileURL(join(dist, 'index.js')).href;

export const importLibrary = () => import(entry);
export const importDoor = (path) => import(pathToFileURL(join(dist, path)).href);
export const importCache = () => importDoor('cache/index.js');

export function ensureBuilt() {
  if (isOtherLibrary || isCurrent()) return;
  const { status } = spawnSync(process.execPath, [join(root, 'tools/build.mjs')], { cwd: root, stdio: 'inherit' });
  if (status !== 0 || !existsSync(join(dist, 'index.js'))) fail('The library could not be built, so there is nothing to measure.');
}

function isCurrent() {
  const built = statSync(join(dist, 'index.js'), { throwIfNoEntry: false });
  if (!built) return false;
  return readdirSync(source, { recursive: true }).every((path) => statSync(join(source, path)).mtimeMs <= built.mtimeMs);
}
