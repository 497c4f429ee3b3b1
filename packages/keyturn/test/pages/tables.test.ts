import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rooms } from '../../../../tools/import-directions.mjs';
import { exitCodeOf, exitCodes } from '../../src/cli/exit-codes.ts';
import { commonOptions, otherVariables, providerOptions, settings } from '../../src/config/settings.ts';
import * as keyturn from '../../src/index.ts';
import { textOf } from './blocks.ts';
import { settingsTables } from './settings-tables.ts';
import { speedInReadme, speedTable } from './speed.ts';
import { root } from './workplace.ts';

/** The cells of every row of every table of a page. */
const rowsOf = (page: string) =>
  textOf(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
const namesIn = (text = '') => Array.from(text.matchAll(/`([^`]+)`/g), ([, name = '']) => name);

test('the README has every setting with its default', () => {
  const told = new Map(rowsOf('README.md').flatMap(([names, defaults]) => namesIn(names).map((name, index) => [name, namesIn(defaults)[index]] as const)));
  for (const { path, default: value } of settings) expect([path, told.get(path)]).toEqual([path, value]);
});

test('the page of the configuration has every setting and every option with its type, default, variable and sentence, and no other', () => {
  const page = textOf('docs/configuration.md');
  const sections = page.split(/^(?=#)/m);
  for (const { heading, table } of settingsTables())
    expect(
      sections.find((each) => each.startsWith(`${heading}\n`)),
      `It should hold:\n${table}`,
    ).toContain(`\n\n${table}\n\n`);
  expect(page.match(/^### .*$/gm)).toEqual(Object.keys(providerOptions).map((kind) => `### ${kind}`));
});

test('the page of the configuration has every type and every variable that is no setting, and no other', () => {
  const page = textOf('docs/configuration.md');
  const types = [...settings.map(({ type }) => type), ...Object.values({ commonOptions, ...providerOptions }).flatMap((options) => Object.values(options))];
  const told = /^\| type \| in the file \|\n\|.*\n((?:\|.*\n)+)/m.exec(page)?.[1]?.match(/^\| \w+/gm);
  expect(told?.map((cell) => cell.slice(2)).toSorted()).toEqual([...new Set(types.filter((type) => typeof type === 'string'))].toSorted());
  const variables = /^\| other variable \| \|\n\|.*\n((?:\|.*\n)+)/m.exec(page)?.[1];
  expect(namesIn(variables)).toEqual(otherVariables);
});

test('the README has every call of Secrets', () => {
  const told = new Set(rowsOf('README.md').flatMap(([calls]) => namesIn(calls).map((call) => call.replace(/\(.*/, ''))));
  const calls = Object.getOwnPropertyNames(keyturn.Secrets.prototype).filter((name) => name !== 'constructor');
  expect([...told]).toEqual(expect.arrayContaining(calls));
});

test('the README has every error that can be thrown, with its exit code', () => {
  const told = new Map(rowsOf('README.md').flatMap(([names, , code]) => namesIn(names).map((name) => [name, Number(code)] as const)));
  for (const [name, Kind] of Object.entries(keyturn)) {
    // Nothing opens a circuit yet.
    if (!name.endsWith('Error') || name.startsWith('is') || name === 'KeyturnError' || name === 'CircuitOpenError') continue;
    const { code } = new (Kind as unknown as new (message: string) => keyturn.KeyturnError)('');
    expect([name, told.get(name)]).toEqual([name, exitCodeOf(code)]);
  }
});

test('the page of the command has every command and every exit code', () => {
  const page = textOf('docs/command.md');
  const commands = fs.readdirSync(join(root, 'packages/keyturn/src/cli/commands')).map((file) => `## ${file.replace('.ts', '')}`);
  expect(page.match(/^## [a-z]+$/gm)?.toSorted()).toEqual(commands.toSorted());
  const told = new Set(rowsOf('docs/command.md').flatMap(([codes = '']) => codes.split(', ')));
  for (const code of Object.values(exitCodes)) expect(told).toContain(String(code));
});

test('the page of AWS names only errors that the code knows', () => {
  const source = fs.readFileSync(join(root, 'packages/keyturn/src/providers/aws-errors.ts'), 'utf8');
  const names = rowsOf('docs/aws-secrets-manager.md').flatMap(([said]) => namesIn(said).filter((name) => /^[A-Z]/.test(name) && !name.includes('_')));
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(source).toContain(`'${name}'`);
});

test('the import table of ARCHITECTURE.md is the one that is checked', () => {
  const wanted = rooms
    .map(({ room, files, imports }) => `| ${room} | ${files.map((file) => `\`${file}\``).join(', ')} | ${imports.join(', ') || 'nothing'} |`)
    .join('\n');
  expect(textOf('ARCHITECTURE.md'), `It should hold:\n${wanted}`).toContain(`| room | files | may import |\n|---|---|---|\n${wanted}\n\n`);
});

test('every source that ARCHITECTURE.md names exists', () => {
  // Without the blocks, whose three marks would be taken for one.
  const text = textOf('ARCHITECTURE.md').replaceAll(/^```[\s\S]*?^```$/gm, '');
  const names = new Set(namesIn(text).filter((each) => /^[\w/-]+\.ts$/.test(each)));
  expect(names.size).toBeGreaterThan(20);
  for (const name of names) {
    const paths = [join('packages/keyturn/src', name), join('packages/keyturn/src/providers', name), name].map((path) => join(root, path));
    expect(
      paths.some((path) => fs.existsSync(path)),
      `packages/keyturn/src/${name}`,
    ).toBe(true);
  }
});

test('the README tells no figure but those of the last bench', () => {
  const told = speedInReadme();
  expect(['', ...(told === '' ? [] : [speedTable()])]).toContain(told);
});
