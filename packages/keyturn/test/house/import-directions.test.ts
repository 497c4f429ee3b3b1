import { expect, test } from 'vitest';
import { brokenDirections, importable, importsOf, librarySource, rooms, sourcesIn } from '../../../../tools/import-directions.mjs';

const house = (files: Record<string, string>) => brokenDirections(new Map(Object.entries(files)));

test('imports of the library point down, without a cycle', () => {
  const sources = sourcesIn(librarySource);
  expect(sources.size).toBeGreaterThan(20);
  expect(brokenDirections(sources)).toEqual([]);
});

test('the table has no way up: a room imports only rooms that do not import it', () => {
  const importsByRoom = new Map(rooms.map((row) => [row.room, importable(row)]));
  const reaches = (from: string, to: string): boolean => importsByRoom.get(from)!.some((room) => room === to || reaches(room, to));
  for (const { room } of rooms) {
    for (const other of importsByRoom.get(room)!) expect(importsByRoom.has(other), `${room} imports ${other}`).toBe(true);
    expect(reaches(room, room), `${room} reaches itself`).toBe(false);
  }
});

test('an import that points up is named, of values, types and lazily', () => {
  const above = { 'cache/cached.ts': 'export const cached = 1;' };
  for (const line of [
    `import { cached } from '../cache/cached.ts';`,
    `import type { cached } from '../cache/cached.ts';`,
    `import {\n  type cached,\n} from "../cache/cached.ts";`,
    `export * from '../cache/cached.ts';`,
    `export type { cached } from '../cache/cached.ts';`,
    `import '../cache/cached.ts';`,
    `const later = () => import('../cache/cached.ts');`,
    `export type Cached = typeof import('../cache/cached.ts');`,
  ]) {
    expect(house({ ...above, 'core/clock.ts': line }), line).toEqual(['core/clock.ts imports cache/cached.ts: core may import nothing, not cache.']);
  }
});

test('a cycle is named, also one of types only and one of a single file', () => {
  expect(
    house({ 'core/a.ts': `import type { B } from './b.ts';`, 'core/b.ts': `import { c } from './c.ts';`, 'core/c.ts': `export type { A } from './a.ts';` }),
  ).toEqual(['Cycle: core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts.']);
  expect(house({ 'core/a.ts': `import { a } from './a.ts';` })).toEqual(['Cycle: core/a.ts -> core/a.ts.']);
});

test('providers never import each other, but files of one family do', () => {
  expect(house({ 'providers/env.ts': '', 'providers/aws-secrets-manager.ts': `import './env.ts';` })).toHaveLength(1);
  expect(house({ 'providers/aws-errors.ts': '', 'providers/aws-secrets-manager.ts': `import './aws-errors.ts';` })).toEqual([]);
  expect(house({ 'providers/env-names.ts': '', 'providers/dotenv.ts': `import './env-names.ts';`, 'providers/env.ts': `import './env-names.ts';` })).toEqual(
    [],
  );
});

test('a front door is for those outside', () => {
  expect(house({ 'cache/index.ts': '', 'secrets.ts': `import { cached } from './cache/index.ts';` })).toEqual([
    'secrets.ts imports the front door cache/index.ts: import from the file that defines.',
  ]);
});

test('a file in no room, and an import of nothing, are named', () => {
  expect(house({ 'attic/box.ts': '' })).toHaveLength(1);
  expect(house({ 'core/a.ts': `import './gone.ts';` })).toEqual(['core/a.ts imports ./gone.ts, which does not exist.']);
});

test('index.ts holds named re-exports only', () => {
  expect(house({ 'core/a.ts': '', 'index.ts': `/** Door. */\nexport { a } from './core/a.ts';\nexport type { A } from './core/a.ts';\n` })).toEqual([]);
  expect(house({ 'core/a.ts': '', 'index.ts': `export * from './core/a.ts';` })).toHaveLength(1);
  expect(house({ 'index.ts': 'export const a = 1;' })).toHaveLength(1);
});

test('examples in comments and words in strings are no imports', () => {
  expect(
    importsOf(
      `/**\n * import { a } from './a.ts';\n */\n// import('./b.ts')\nconst text = "import { c } from './c.ts'";\nexport function from(type: string) {\n  return type;\n}\n`,
    ),
  ).toEqual([]);
  expect(importsOf(`import type from './t.ts';\nimport d, { e } from 'e';\nimport * as f from 'f';`).map(({ from, isType }) => [from, isType])).toEqual([
    ['./t.ts', false],
    ['e', false],
    ['f', false],
  ]);
});
