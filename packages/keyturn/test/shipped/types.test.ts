import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../pages/workplace.ts';
import { needs } from '../servers/needs.ts';
import { olderTypeScript } from './fetched.ts';
import { Shipped } from './shipped.ts';

const compilers = [
  { compiler: 'TypeScript 7', program: join(root, 'node_modules/typescript/bin/tsc') },
  { compiler: 'TypeScript 5.9', program: olderTypeScript },
];
const resolutions = [
  { resolution: 'nodenext', options: { module: 'nodenext' } },
  { resolution: 'bundler', options: { module: 'esnext', moduleResolution: 'bundler' } },
];
/** `AbortSignal` is declared by both; a program with neither could not make one. */
const surroundings = [
  { surrounding: 'with the types of Node and no others', options: { types: ['node'], lib: ['es2022'] } },
  { surrounding: 'without the types of Node', options: { types: [] } },
];

/** What only the shipped types refuse: `@internal` members are for the library alone. */
const internals = `
  import { Secret } from 'keyturn';
  const secret = new Secret({ ref: { name: 'prod/db' }, value: 'value', provider: 'mine' });
  // @ts-expect-error The copy that the library makes is its own affair.
  export const copied = new Secret(secret, { stale: true });
`;

describe.skipIf(!needs('another Node'))('the types of the installed package', { timeout: 60_000 }, () => {
  let shipped: Shipped;
  let project: string;

  beforeAll(() => {
    shipped = new Shipped();
    project = shipped.project();
    for (const name of ['@types/node', 'undici-types', 'expect-type']) {
      fs.mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true });
      fs.symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    }
    for (const [name, text] of typeTests()) fs.writeFileSync(join(project, name), text);
    fs.writeFileSync(join(project, 'internals.mts'), internals);
    fs.writeFileSync(join(project, 'every-door.mts'), shipped.doors.map((door, index) => `export * as door${index} from '${door}';\n`).join(''));
  });
  afterAll(() => {
    shipped?.remove();
  });

  /** What the compiler says of `files`, whose types it also writes, so that each can be named from outside. */
  function compiled(compiler: string, options: object, files: readonly string[]): string {
    const strict = { strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
    const compilerOptions = { ...strict, target: 'es2022', declaration: true, emitDeclarationOnly: true, outDir: 'out', ...options };
    fs.writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const { code, stdout, stderr } = shipped.run(process.execPath, [compiler, '-p', 'tsconfig.json'], project);
    return code === 0 ? '' : `${stdout}${stderr}`;
  }

  describe.each(compilers)('by $compiler', ({ program }) => {
    for (const { resolution, options } of resolutions) {
      test.each(surroundings)(`hold the type tests, resolved by ${resolution}, $surrounding`, ({ options: more }) => {
        expect(compiled(program, { ...options, ...more }, [...typeTests().keys(), 'internals.mts', 'every-door.mts'])).toBe('');
      });
    }

    test('serve a program in CommonJS', () => {
      const requires = shipped.doors.map((door, index) => `import door${index} = require('${door}');\nexport { door${index} };\n`);
      fs.writeFileSync(join(project, 'program.cts'), requires.join(''));
      expect(compiled(program, { module: 'nodenext', types: [] }, ['program.cts'])).toBe('');
    });

    test('refuse what the type tests say they refuse', () => {
      fs.writeFileSync(join(project, 'wrong.mts'), `import { createSecrets } from 'keyturn';\ncreateSecrets({ providers: [], ttl: 300 });\n`);
      expect(compiled(program, { module: 'nodenext', types: [] }, ['wrong.mts'])).toContain(`wrong.mts(2,32): error TS2322: Type '300' is not assignable`);
    });
  });
});

/** The type tests as a user would write them: they import what is installed. */
function typeTests(): Map<string, string> {
  const folder = join(import.meta.dirname, '../types');
  const files = fs.readdirSync(folder).filter((name) => name.endsWith('.test-d.ts'));
  return new Map(
    files.map((name) => [
      name.replace('.test-d.ts', '.mts'),
      fs
        .readFileSync(join(folder, name), 'utf8')
        .replaceAll(`from 'vitest'`, `from 'expect-type'`)
        .replaceAll(/from '\.\.\/\.\.\/src\/(?:providers\/)?(.*?)\.ts'/g, (_, path: string) => `from 'keyturn/${path}'`.replace(/\/index'$/, `'`)),
    ]),
  );
}
