/** Follows the steps of CONTRIBUTING.md, in a copy of the repository, with a small provider: each does what it says, and no other is needed. */
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Directions from '../../../../tools/import-directions.mjs';
import { brokenDirections } from '../../../../tools/import-directions.mjs';
import { textOf } from '../pages/blocks.ts';
import { root, Workplace } from '../pages/workplace.ts';

const fixtures = join(import.meta.dirname, 'five-steps');
const library = 'packages/keyturn/src';
const table = "{ room: 'memory', files: ['providers/memory.ts'], imports: ['core', 'provider parts'] },";
const row = '| memory | `providers/memory.ts` | core, provider parts |';

/** What is done in each step: a new file, or a change of one that is there, which `after` finds its place in. */
const steps: readonly (readonly { readonly path: string; readonly from?: string; readonly after?: string; readonly add?: string }[])[] = [
  [{ path: `${library}/providers/shelf.ts`, from: 'shelf.ts' }],
  [{ path: `${library}/providers/shelf-errors.ts`, from: 'shelf-errors.ts' }],
  [
    {
      path: 'tools/import-directions.mjs',
      after: `  ${table}\n`,
      add: "  { room: 'shelf', files: ['providers/shelf*.ts'], imports: ['core', 'provider parts'] },\n",
    },
    { path: 'ARCHITECTURE.md', after: `${row}\n`, add: '| shelf | `providers/shelf*.ts` | core, provider parts |\n' },
    {
      path: 'packages/keyturn/package.json',
      after: '  "exports": {\n',
      add: '    "./shelf": { "types": "./dist/providers/shelf.d.ts", "default": "./dist/providers/shelf.js" },\n',
    },
  ],
  [
    { path: `${library}/config/settings.ts`, after: "  file: { path: 'path', strictModes: 'flag' },\n", add: "  shelf: { address: 'endpoint' },\n" },
    {
      path: `${library}/config/setting-texts.ts`,
      after: 'export const providerTexts: { readonly [Kind in ProviderKind]: ProviderText<keyof (typeof providerOptions)[Kind] & string> } = {\n',
      add: "  shelf: { help: 'Notes from a shelf.', options: { address: { example: 'http://127.0.0.1:7070', help: 'Where the shelf is.' } } },\n",
    },
    {
      path: `${library}/config/create.ts`,
      after: "  file: async (options) => (await import('../providers/file.ts')).file(options),\n",
      add: "  shelf: async (options) => (await import('../providers/shelf.ts')).shelf(options),\n",
    },
  ],
];

/** The steps as the page has them. */
const told = Array.from(
  textOf('CONTRIBUTING.md')
    .split(/^## Add a provider in five steps$/m)[1]!
    .split(/^## /m)[0]!
    .matchAll(/^\d\. (.+)$/gm),
  ([, step = '']) => step,
);

function follow(place: string): void {
  for (const edit of steps.flat()) {
    const path = join(place, edit.path);
    if (edit.from !== undefined) {
      const source = fs.readFileSync(join(fixtures, edit.from), 'utf8');
      fs.writeFileSync(path, source.replaceAll("'../../../src/providers/", "'./").replaceAll("'../../../src/", "'../"));
      continue;
    }
    const [before, after, more] = fs.readFileSync(path, 'utf8').split(edit.after!);
    if (after === undefined || more !== undefined) throw new Error(`${edit.path} has not, once, ${edit.after}`);
    fs.writeFileSync(path, `${before}${edit.after}${edit.add}${after}`);
  }
}

describe('the five steps to a provider', () => {
  let workplace: Workplace;
  let project: string;
  let directions: typeof Directions;

  beforeAll(async () => {
    // Built with the provider in it, so its types are right, and `config` has all that it is asked for.
    workplace = new Workplace((place) => {
      fs.cpSync(join(root, 'ARCHITECTURE.md'), join(place, 'ARCHITECTURE.md'));
      follow(place);
    });
    project = workplace.project();
    for (const name of fs.readdirSync(fixtures)) if (name.endsWith('.mjs')) fs.cpSync(join(fixtures, name), join(project, name));
    directions = (await import(pathToFileURL(join(workplace.root, 'tools/import-directions.mjs')).href)) as typeof Directions;
  });
  afterAll(() => {
    workplace?.remove();
  });

  test('are five, and each names the files that are changed in it', () => {
    expect(told).toHaveLength(5);
    for (const [index, edits] of steps.entries()) {
      for (const { path, from } of edits) expect(told[index]).toContain(from === undefined ? basename(path) : index === 0 ? dirname(path) : 'table');
    }
    for (const named of ['docs/', 'CHANGELOG.md', 'README.md', 'providerContract']) expect(told[4]).toContain(named);
  });

  test('lead to a house whose checks pass', async () => {
    const sources = directions.sourcesIn(join(workplace.root, library));
    expect([...sources.keys()]).toEqual(expect.arrayContaining(['providers/shelf.ts', 'providers/shelf-errors.ts']));
    expect(directions.brokenDirections(sources)).toEqual([]);
    const rules = (await import(pathToFileURL(join(workplace.root, 'tools/house-rules.mjs')).href)) as Record<string, (files: typeof sources) => string[]>;
    expect(rules['brokenShape']!(sources)).toEqual([]);
    expect(rules['brokenExits']!(sources)).toEqual([]);
    const rows = directions.rooms.map(
      ({ room, files, imports }) => `| ${room} | ${files.map((file) => `\`${file}\``).join(', ')} | ${imports.join(', ') || 'nothing'} |`,
    );
    expect(fs.readFileSync(join(workplace.root, 'ARCHITECTURE.md'), 'utf8')).toContain(rows.join('\n'));
    // Without the row of step 3 the check says what is missing.
    expect(brokenDirections(sources)).toContain('providers/shelf.ts is in no room of the table in tools/import-directions.mjs.');
  });

  test('lead to a provider that a configuration file can name', () => {
    const ran = workplace.run(process.execPath, ['shelf-command.mjs', 'get', 'prod/db#password'], project);
    expect(ran).toEqual({ code: 0, output: 'on-the-shelf' });
    const explained = workplace.run(process.execPath, ['shelf-command.mjs', 'get', 'prod/none'], project);
    expect(explained.code).toBe(4);
  });

  test('lead to a provider that keeps the contract', () => {
    const { code, output } = workplace.run(process.execPath, ['--test-reporter=tap', 'shelf-contract.mjs'], project);
    expect(code, output).toBe(0);
    expect(output).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(30);
  });
});
