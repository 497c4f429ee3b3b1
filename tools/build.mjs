/**
 * `npm run build`: types by `tsc`, code by esbuild, which puts the modules that are loaded together into one file: loading them one by one
 * costs a program's start half a millisecond each, and the command's cost as much as Node's own start.
 *
 * The library is not minified, and has source maps with the sources in them: what runs can be read and compared with the repository.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, globSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { publishedSchemas } from '../packages/keyturn/src/cli/schemas.ts';

const root = dirname(import.meta.dirname);
const library = join(root, 'packages/keyturn');
const dist = join(library, 'dist');
const bin = join(dist, 'bin');
const main = join(library, 'src/cli/main.ts');

/**
 * Starts the bundle, as CommonJS because Node starts that sooner. Node keeps the compiled code between starts, in a folder of the user's own:
 * in the shared temporary folder, which is its default, somebody else could have put code there first.
 */
const executable = `#!/usr/bin/env node
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error('keyturn: needs Node 22.18 or later, and this is Node ' + process.versions.node + '.');
  process.exit(1);
}
const { join } = require('node:path');
try {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const folder = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  if (folder) require('node:module').enableCompileCache?.(join(folder, 'keyturn'));
} catch {
  // A start without the cache is only slower.
}
require('./main.cjs');
`;

rmSync(dist, { recursive: true, force: true });
step('library', buildLibrary);
if (existsSync(main)) step('command', buildCommand);
else console.log('command: packages/keyturn/src/cli/main.ts does not exist yet, so only the library was built.');
step('schemas', writeSchemas);
for (const page of ['LICENSE', 'README.md']) step(page, () => copyPage(page));

function step(name, run) {
  const started = performance.now();
  const result = run();
  if (result instanceof Promise) throw new Error(`${name} must not be left running.`);
  console.log(`${name}: ${result} (${((performance.now() - started) / 1_000).toFixed(1)} s)`);
}

function buildLibrary() {
  runTool('tsc', ['-p', join(library, 'tsconfig.json')]);
  const { exports } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
  const entries = Object.values(exports).flatMap((door) => (door.default ? [join(library, door.default.replace('/dist/', '/src/').replace(/js$/, 'ts'))] : []));
  bundle({
    entryPoints: entries,
    // Every door leads to the front door too, and then what they have in common is one file: there is one for each set of doors that shares it.
    inject: [join(library, 'src/index.ts')],
    ignoreAnnotations: true,
    splitting: true,
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    chunkNames: 'parts/[name]-[hash]',
    outbase: join(library, 'src'),
    outdir: dist,
  });
  removeUnreachableTypes(Object.values(exports).flatMap((door) => (door.types ? [join(library, door.types)] : [])));
  removeEmptyMaps();
  return `packages/keyturn/dist, ${entries.length} doors`;
}

/** `tsc` writes the types of every file, and most are nobody's: no door leads to them. */
function removeUnreachableTypes(doors) {
  const reached = new Set();
  const walk = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, , path] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*(['"])(\..*?)\.ts\1/g)) walk(join(dirname(file), `${path}.d.ts`));
  };
  doors.forEach(walk);
  for (const file of globSync(join(dist, '**/*.d.ts'))) if (!reached.has(file)) rmSync(file);
}

/** A file that only passes on what others hold has nothing to map. */
function removeEmptyMaps() {
  for (const map of globSync(join(dist, '**/*.js.map'))) {
    if (JSON.parse(readFileSync(map, 'utf8')).sources.length > 0) continue;
    const file = map.slice(0, -'.map'.length);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*\n/m, ''));
    rmSync(map);
  }
}

function buildCommand() {
  bundle({
    entryPoints: [main],
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    external: ['@aws-sdk/*', '@keyturn/server', './yaml.cjs'],
    // Of its own, because most starts read no YAML, and reading it takes a tenth of them.
    alias: { yaml: './yaml.cjs', 'node:child_process': join(library, 'src/cli/no-child-process.ts') },
    // Node loads a dozen modules of its own for the first `performance.now()`; the same clock is read without them.
    define: { 'import.meta.url': '__moduleUrl', 'performance.now': '__now' },
    banner: {
      js: [
        "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;",
        'const __now = () => { const [seconds, nanoseconds] = process.hrtime(); return seconds * 1e3 + nanoseconds / 1e6; };',
      ].join('\n'),
    },
    outfile: join(bin, 'main.cjs'),
  });
  bundle({
    entryPoints: [join(root, 'node_modules/yaml/dist/index.js')],
    format: 'cjs',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    outfile: join(bin, 'yaml.cjs'),
  });
  mkdirSync(bin, { recursive: true });
  const path = join(bin, 'keyturn.cjs');
  writeFileSync(path, executable);
  chmodSync(path, 0o755);
  // What is bundled is shipped by us, and their licences ask to come along.
  const licences = ['commander', 'yaml'].map((name) => `${name}\n\n${readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8')}`);
  writeFileSync(join(bin, 'LICENCES.txt'), licences.join('\n'));
  return `packages/keyturn/dist/bin/keyturn.cjs${linkCommand()}`;
}

/** npm links a workspace's command at install time only, and only if its file exists then. On a fresh clone it does not: it is built here. */
function linkCommand() {
  if (process.platform === 'win32') return '';
  const link = join(root, 'node_modules/.bin/keyturn');
  const target = '../keyturn/dist/bin/keyturn.cjs';
  const present = lstatSync(link, { throwIfNoEntry: false });
  if (present && (!present.isSymbolicLink() || readlinkSync(link) === target)) return '';
  rmSync(link, { force: true });
  symlinkSync(target, link);
  return ', linked as node_modules/.bin/keyturn';
}

function writeSchemas() {
  const folder = join(library, 'schemas');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const schemas = publishedSchemas();
  for (const [name, schema] of schemas) writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
  return `packages/keyturn/schemas, ${schemas.size} of them`;
}

function copyPage(page) {
  if (!existsSync(join(root, page))) return 'not there, not copied';
  copyFileSync(join(root, page), join(library, page));
  return 'copied into the package';
}

function bundle(options) {
  buildSync({ bundle: true, platform: 'node', target: 'node22.18', logLevel: 'warning', ...options });
}

function runTool(command, args) {
  const { status, error } = spawnSync(join(root, 'node_modules/.bin', command), args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`${command} could not be run: ${error.message}. Run npm ci first.`);
  if (error || status !== 0) process.exit(1);
}
