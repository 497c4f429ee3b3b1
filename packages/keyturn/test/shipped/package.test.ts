import fs from 'node:fs';
import { homedir } from 'node:os';
import { join, posix } from 'node:path';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedSchemas } from '../../src/cli/schemas.ts';
import { root } from '../pages/workplace.ts';
import { needs } from '../servers/needs.ts';
import { ended, filesIn, Shipped } from './shipped.ts';

/** What the package may weigh, in bytes, packed and unpacked. Half of it are the source maps with the sources in them. */
const most = { packed: 600_000, unpacked: 2_000_000 };

/** The doors that are promised to users. Those of rooms are the `index.ts` of each. */
const providerDoors = [
  'env',
  'file',
  'memory',
  'exec',
  'aws-secrets-manager',
  'aws-parameter-store',
  'vault',
  'azure-key-vault',
  'gcp-secret-manager',
  'agent',
];

const source = join(root, 'packages/keyturn/src');

describe.skipIf(!needs('another Node'))('the package', () => {
  let shipped: Shipped;
  let files: string[];

  beforeAll(() => {
    shipped = new Shipped();
    files = filesIn(shipped.unpacked);
  });
  afterAll(() => {
    shipped?.remove();
  });

  const read = (file: string) => fs.readFileSync(join(shipped.unpacked, file), 'utf8');
  const bytesOf = (path: string) => new Uint8Array(fs.readFileSync(path));

  test('has nothing that publint would change', async () => {
    const tarball = bytesOf(shipped.tarball).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, level: 'suggestion', strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test('has types that are not wrong', async () => {
    const result = await checkPackage(createPackageFromTarballData(bytesOf(shipped.tarball)));
    if (result.types === false) throw new Error('It has no types.');
    expect(Object.keys(result.entrypoints)).toEqual(Object.keys(shipped.manifest.exports));
    expect(result.problems.filter((problem) => !isMeant(problem))).toEqual([]);
    // What is ignored must still be there, or it is ignored for nothing.
    expect(new Set(result.problems.map(({ kind }) => kind))).toEqual(new Set(['NoResolution', 'CJSResolvesToESM']));
  });

  test('exports only files that are in it, each with its types', () => {
    for (const [subpath, door] of Object.entries(shipped.manifest.exports)) {
      if (typeof door === 'string') {
        // Data, at the place where it lies: itself, and the schemas.
        expect(['./package.json', './schemas/*.json']).toContain(door);
        expect(subpath).toBe(door);
        continue;
      }
      expect(Object.keys(door), subpath).toEqual(['types', 'default']);
      for (const target of [door.types, door.default]) expect(files, subpath).toContain(posix.normalize(target));
      expect(door.types.replace(/\.d\.ts$/, '.js')).toBe(door.default);
    }
  });

  test('exports every front door of the source, and nothing else', () => {
    const rooms = fs.globSync('{index,*/index}.ts', { cwd: source }).map((path) => posix.dirname(path));
    const providers = providerDoors.filter((name) => fs.existsSync(join(source, `providers/${name}.ts`)) || fs.existsSync(join(source, `providers/${name}`)));
    expect(rooms.length).toBeGreaterThan(3);
    expect(providers.length).toBeGreaterThan(3);
    const doors = [...rooms.map((room) => (room === '.' ? '.' : `./${room}`)), ...providers.map((name) => `./${name}`), './package.json', './schemas/*.json'];
    expect(Object.keys(shipped.manifest.exports).toSorted()).toEqual(doors.toSorted());
  });

  test('has no file that nobody can reach', async () => {
    const entryPoints = [
      ...Object.values(shipped.manifest.exports).flatMap((door) => (typeof door === 'string' ? [] : [door.default])),
      ...Object.values(shipped.manifest.bin),
    ].map((target) => join(shipped.unpacked, target));
    const { metafile } = await build({
      ...{ entryPoints, absWorkingDir: shipped.unpacked, bundle: true, splitting: true, write: false, metafile: true, outdir: 'out' },
      ...{ platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' },
    });
    const code = Object.keys(metafile.inputs);
    const maps = code.map((file) => `${file}.map`).filter((map) => files.includes(map));
    const pages = ['LICENSE', 'README.md', 'package.json', 'dist/bin/LICENCES.txt'];
    const schemas = [...publishedSchemas().keys()].map((name) => `schemas/${name}`);
    expect(files).toEqual([...code, ...maps, ...typesReached(), ...pages, ...schemas].toSorted());
  });

  /** As the compiler sees it, for a program that imports every door. */
  function typesReached(): string[] {
    const program = join(shipped.unpacked, 'program.ts');
    const targets = Object.values(shipped.manifest.exports).flatMap((door) => (typeof door === 'string' ? [] : [door.default]));
    fs.writeFileSync(program, targets.map((target) => `import '${target}';\n`).join(''));
    const options = ['--ignoreConfig', '--noEmit', '--listFilesOnly', '--module', 'nodenext', '--skipLibCheck', '--types', 'node', '--typeRoots'];
    try {
      const { stdout } = ended(shipped.run(join(root, 'node_modules/.bin/tsc'), [...options, join(root, 'node_modules/@types'), program], shipped.unpacked));
      const inside = `${shipped.unpacked}/`;
      return stdout
        .split('\n')
        .filter((path) => path.startsWith(inside) && path !== program)
        .map((path) => path.slice(inside.length));
    } finally {
      fs.rmSync(program);
    }
  }

  test('has source maps that lead to the source as it is in the repository', () => {
    const maps = files.filter((file) => file.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(10);
    const mapped = files.flatMap((file) => {
      const map = /^\/\/# sourceMappingURL=(.*)$/m.exec(/\.[cm]?js$/.test(file) ? read(file) : '')?.[1];
      return map === undefined ? [] : [posix.join(posix.dirname(file), map)];
    });
    expect(mapped.toSorted()).toEqual(maps);
    for (const map of maps) {
      const { sources, sourcesContent } = JSON.parse(read(map)) as { sources: string[]; sourcesContent: string[] };
      expect(sources.length, map).toBeGreaterThan(0);
      for (const [index, path] of sources.entries()) {
        const inRepository = join(root, 'packages/keyturn', posix.join(posix.dirname(map), path));
        expect(sourcesContent[index], `${map}: ${path}`).toBe(fs.readFileSync(inRepository, 'utf8'));
      }
    }
  });

  test('names no folder of the machine that built it, and holds no test', () => {
    const places = [shipped.built, root, homedir()].map((place) => `${place}/`);
    for (const file of files) {
      const text = read(file);
      for (const place of places) expect(text.includes(place), `${file} names ${place}`).toBe(false);
      expect(text, file).not.toMatch(/from ['"]vitest['"]/);
      expect(file).not.toMatch(/\btests?\b/);
    }
  });

  test('brings the licence, the README, and the licences of what is bundled in it', () => {
    for (const page of ['LICENSE', 'README.md']) expect(read(page)).toBe(fs.readFileSync(join(root, page), 'utf8'));
    const bundled = read('dist/bin/LICENCES.txt');
    for (const name of Object.keys(shipped.manifest.dependencies))
      expect(bundled).toContain(fs.readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8'));
  });

  test('stays below the size that is recorded here', () => {
    const unpacked = files.reduce((sum, file) => sum + fs.statSync(join(shipped.unpacked, file)).size, 0);
    expect(fs.statSync(shipped.tarball).size).toBeLessThan(most.packed);
    expect(unpacked).toBeLessThan(most.unpacked);
  });

  test('is the same byte for byte when it is built and packed again, elsewhere', () => {
    const again = new Shipped();
    try {
      expect(again.built).not.toBe(shipped.built);
      expect(fs.readFileSync(again.tarball).equals(fs.readFileSync(shipped.tarball))).toBe(true);
    } finally {
      again.remove();
    }
  });
});

/**
 * Two findings follow from what the package is:
 * - `node10` is how TypeScript calls finding modules without `exports`. No Node that we promise does so, and TypeScript 7 no longer can.
 * - `require` of it leads to an ES module. That fails before Node 22.12, and works on every one that we promise: `nodes.test.ts` does it.
 */
function isMeant(problem: Problem): boolean {
  if (problem.kind === 'NoResolution') return problem.resolutionKind === 'node10';
  return problem.kind === 'CJSResolvesToESM';
}
