/**
 * Which room may import from which: the table, and what breaks it.
 *
 * Imports point down, and there are no cycles, of types neither. `npm run check` and a test hold the table.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, posix, relative, sep } from 'node:path';

/**
 * Paths below packages/keyturn/src. The first room with a matching pattern owns a file; files of one room may import each other.
 * `providers` stands for every room below `providers/`.
 */
export const rooms = [
  { room: 'index', files: ['index.ts'], imports: ['core', 'cache', 'resilience', 'chain', 'secrets'] },
  { room: 'secrets', files: ['secrets.ts', 'assembly.ts', 'explain.ts', 'write.ts'], imports: ['core', 'cache', 'resilience', 'chain', 'redaction'] },
  { room: 'chain', files: ['chain.ts', 'version-check.ts'], imports: ['core'] },
  { room: 'core', files: ['core/**'], imports: [] },
  { room: 'cache', files: ['cache/**'], imports: ['core'] },
  { room: 'resilience', files: ['resilience/**'], imports: ['core'] },
  { room: 'redaction', files: ['redaction/**'], imports: ['core'] },

  // Providers are leaves: what two families share stands apart and knows none of them.
  { room: 'provider parts', files: ['providers/{env-names,json-edit,provider-options,utf8}.ts'], imports: ['core'] },
  { room: 'env', files: ['providers/env*.ts'], imports: ['core', 'provider parts'] },
  {
    room: 'file',
    files: ['providers/{file*,guarded-file,secrets-file,secrets-folder,dotenv,yaml-value}.ts'],
    imports: ['core', 'provider parts'],
  },
  { room: 'aws', files: ['providers/aws*.ts'], imports: ['core', 'provider parts'] },
  { room: 'memory', files: ['providers/memory.ts'], imports: ['core', 'provider parts'] },

  {
    room: 'config',
    files: ['config/**'],
    imports: ['core', 'cache', 'resilience', 'chain', 'redaction', 'secrets', 'providers'],
  },
  { room: 'testing', files: ['testing/**'], imports: ['core', 'memory'] },
  {
    room: 'cli',
    files: ['cli/**'],
    imports: ['core', 'cache', 'resilience', 'chain', 'redaction', 'secrets', 'providers', 'config'],
  },
];

/** Doors for users. Inside, a file is imported from where it is defined, or half the house hangs on one file. */
const frontDoors = ['index.ts', '*/index.ts'];

/**
 * Everything `source` imports: `import`, `export … from`, `import()`, of values and of types.
 * @param {string} source
 * @returns {{ from: string, isType: boolean, isLazy: boolean }[]}
 */
export function importsOf(source) {
  const code = withoutComments(source);
  const found = [];
  const clause = String.raw`(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\}|[\w$]+(?:\s*,\s*(?:\{[^}]*\}|\*\s+as\s+[\w$]+))?)`;
  for (const [, type, , from] of code.matchAll(new RegExp(String.raw`^\s*(?:import|export)\s+(type\s+(?!from\b))?${clause}\s*from\s*(['"])(.*?)\2`, 'gm'))) {
    found.push({ from, isType: type !== undefined, isLazy: false });
  }
  for (const [, , from] of code.matchAll(/^\s*import\s*(['"])(.*?)\1/gm)) found.push({ from, isType: false, isLazy: false });
  // `import('…').Name` stands in a type; the scan cannot tell, and need not: lazy or type, it counts for direction and cycles.
  for (const [, , from] of code.matchAll(/\bimport\(\s*(['"])(.*?)\1/g)) found.push({ from, isType: false, isLazy: true });
  return found;
}

/**
 * What breaks the table, one sentence each.
 * @param {ReadonlyMap<string, string>} files path below src, with `/`, to its source
 * @returns {string[]}
 */
export function brokenDirections(files) {
  const problems = [];
  /** @type {Map<string, { to: string, isType: boolean, isLazy: boolean }[]>} */
  const graph = new Map();
  for (const [file, source] of files) {
    const from = roomOf(file);
    if (from === undefined) problems.push(`${file} is in no room of the table in tools/import-directions.mjs.`);
    const edges = [];
    for (const { from: specifier, isType, isLazy } of importsOf(source)) {
      if (!specifier.startsWith('.')) continue;
      const to = posix.join(posix.dirname(file), specifier);
      if (!files.has(to)) {
        problems.push(`${file} imports ${specifier}, which does not exist.`);
        continue;
      }
      edges.push({ to, isType, isLazy });
      const room = roomOf(to);
      if (frontDoors.some((door) => matchesGlob(to, door))) problems.push(`${file} imports the front door ${to}: import from the file that defines.`);
      else if (from !== undefined && room !== undefined && room !== from && !importable(from).includes(room.room)) {
        problems.push(`${file} imports ${to}: ${from.room} may import ${from.imports.join(', ') || 'nothing'}, not ${room.room}.`);
      }
    }
    graph.set(file, edges);
  }
  return [...problems, ...cyclesOf(graph), ...brokenIndex(files)];
}

/** The rooms that `row` may import from, each by its own name. */
export function importable({ imports }) {
  const providers = rooms.filter(({ files }) => files.every((pattern) => pattern.startsWith('providers/'))).map(({ room }) => room);
  return imports.flatMap((name) => (name === 'providers' ? providers : [name]));
}

/** Every source of the library, by its path below `src`. */
export function sourcesIn(src) {
  const paths = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.toSorted().map((path) => [relative(src, path).split(sep).join('/'), readFileSync(path, 'utf8')]));
}

/** Source without comments that fill whole lines: examples in them are no imports. */
export function withoutComments(source) {
  return source.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/^\s*\/\/.*$/gm, '');
}

function roomOf(file) {
  return rooms.find(({ files }) => files.some((pattern) => matchesGlob(file, pattern)));
}

/** One sentence for each cycle, found where a walk in depth comes back to a file that it is still in. */
function cyclesOf(graph) {
  const cycles = [];
  const done = new Set();
  const path = [];
  const walk = (file) => {
    if (done.has(file)) return;
    if (path.includes(file)) {
      cycles.push(`Cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}.`);
      return;
    }
    path.push(file);
    for (const { to } of graph.get(file) ?? []) walk(to);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) walk(file);
  return cycles;
}

function brokenIndex(files) {
  const source = files.get('index.ts');
  if (source === undefined) return [];
  const rest = withoutComments(source).replaceAll(/^export (?:type )?\{[^}*]*\} from '[^']+';$/gm, '');
  return rest.trim() === '' ? [] : [`index.ts holds more than named re-exports: ${rest.trim().split('\n')[0]}`];
}

/** The library's sources, from this file's place. */
export const librarySource = join(dirname(import.meta.dirname), 'packages/keyturn/src');
