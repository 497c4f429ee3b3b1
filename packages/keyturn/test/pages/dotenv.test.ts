/** What docs/from-dotenv.md says of the two parsers and of what differs, asked of both. */
import fs from 'node:fs';
import { join } from 'node:path';
import dotenv from 'dotenv';
import { expect, test } from 'vitest';
import { createSecrets } from '../../src/index.ts';
import { env } from '../../src/providers/env.ts';
import { file } from '../../src/providers/file.ts';
import { scratch } from '../providers/scratch.ts';
import { textOf } from './blocks.ts';
import { root } from './workplace.ts';

const page = textOf('docs/from-dotenv.md');

/** The cells of the rows below a table's head, without their marks of code. */
function rowsBelow(head: string): string[][] {
  const [, after = ''] = page.split(`${head}\n`);
  const [table = ''] = after.split('\n\n');
  return table
    .split('\n')
    .slice(1)
    .map((row) =>
      row
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.replace(/^(`+)(.*?) ?\1$/, '$2')),
    );
}

const told = (value: string | undefined) => (value === undefined ? 'nothing' : JSON.stringify(value));
const textIn = (cell = '') => cell.replaceAll('⏎', '\n');

async function readByKeyturn(text: string): Promise<string> {
  const path = join(scratch(), '.env');
  fs.writeFileSync(path, text, { mode: 0o600 });
  const secrets = createSecrets({ providers: [file({ path })] });
  try {
    return told((await secrets.find('A'))?.reveal());
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_SECRET' });
    return 'error';
  } finally {
    await secrets.close();
  }
}

const same = rowsBelow('| in the file | both |');
const different = rowsBelow('| in the file | dotenv | Keyturn |');

test('the tables of the page are found', () => {
  expect(same.length).toBeGreaterThan(15);
  expect(different.length).toBeGreaterThan(12);
});

test.each(same)('%s is read the same by dotenv and Keyturn', async (cell, both) => {
  expect([told(dotenv.parse(textIn(cell))['A']), await readByKeyturn(textIn(cell))]).toEqual([both, both]);
});

test.each(different)('%s is read by dotenv and by Keyturn as the page says, and not the same', async (cell, theirs, ours) => {
  expect([told(dotenv.parse(textIn(cell))['A']), await readByKeyturn(textIn(cell))]).toEqual([theirs, ours]);
  expect(theirs).not.toBe(ours);
});

test('one malformed line is an error for every name of the file, and dotenv skips it', async () => {
  const text = 'A=1\nthis is no line of a dotenv file\nB=2';
  expect(dotenv.parse(text)).toEqual({ A: '1', B: '2' });
  expect(await readByKeyturn(text)).toBe('error');
});

test('a variable that is set to nothing stops dotenv and not Keyturn', async () => {
  const path = join(scratch(), '.env');
  fs.writeFileSync(path, 'A=from-the-file', { mode: 0o600 });
  const variables = { A: '' };
  dotenv.config({ path, processEnv: variables, quiet: true });
  expect(variables.A).toBe('');
  const read = async (allowEmpty: boolean) => {
    const secrets = createSecrets({ providers: [env({ env: { A: '' }, allowEmpty }), file({ path })] });
    const secret = await secrets.get('A');
    await secrets.close();
    return secret.reveal();
  };
  expect([await read(false), await read(true)]).toEqual(['from-the-file', '']);
});

test('a file that is missing is an error in what dotenv answers, and an absent secret in Keyturn', async () => {
  const path = join(scratch(), '.env');
  const variables: Record<string, string> = {};
  const { error } = dotenv.config({ path, processEnv: variables, quiet: true });
  expect(error).toMatchObject({ code: 'ENOENT' });
  expect(variables).toEqual({});
  const secrets = createSecrets({ providers: [file({ path })] });
  await expect(secrets.get('A')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND', ref: 'A' });
  await secrets.close();
});

test('dotenv reads the file once; Keyturn gives what the file says now', async () => {
  const path = join(scratch(), '.env');
  fs.writeFileSync(path, 'A=before', { mode: 0o600 });
  const variables: Record<string, string> = {};
  dotenv.config({ path, processEnv: variables, quiet: true });
  const secrets = createSecrets({ providers: [file({ path })], ttl: 0 });
  expect((await secrets.get('A')).reveal()).toBe('before');
  fs.writeFileSync(path, 'A=after-it', { mode: 0o600 });
  expect([variables['A'], (await secrets.get('A')).reveal()]).toEqual(['before', 'after-it']);
  await secrets.close();
});

test('the names db#password, db/password and DB_PASSWORD are one line of a dotenv file', async () => {
  const path = join(scratch(), '.env');
  fs.writeFileSync(path, 'DB_PASSWORD=example', { mode: 0o600 });
  const secrets = createSecrets({ providers: [file({ path })] });
  for (const ref of ['db#password', 'db/password', 'DB_PASSWORD']) expect((await secrets.get(ref)).reveal()).toBe('example');
  await secrets.close();
});

test('the page names the version of dotenv that is installed', () => {
  const { version } = JSON.parse(fs.readFileSync(join(root, 'node_modules/dotenv/package.json'), 'utf8')) as { version: string };
  expect(page).toContain(`with version ${version},`);
});
