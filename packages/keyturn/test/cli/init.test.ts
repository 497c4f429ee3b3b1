import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isIgnored, keepFromGit } from '../../src/cli/init/git-ignore.ts';
import { type Choice, template } from '../../src/cli/init/template.ts';
import { createFromConfig } from '../../src/config/create.ts';
import { loadConfig } from '../../src/config/load.ts';
import { commonOptions, providerOptions, settings } from '../../src/config/settings.ts';
import { type Sandbox, sandbox } from './keyturn.ts';
import { hasScript, screen } from './screen.ts';

const isRoot = process.getuid?.() === 0;
const hasGit = spawnSync('git', ['--version']).status === 0;

const providersIn = (box: Sandbox) => {
  const { code, stdout, stderr } = box.keyturn(['config', 'show', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { providers: { name: string; options: object }[] }).providers;
};

test('in an empty folder it writes a file that does what keyturn does without one', () => {
  const box = sandbox();
  const before = providersIn(box);
  const path = join(box.work, 'keyturn.yaml');
  expect(box.keyturn(['init'])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: `keyturn: ${path} was written. It asks env and file; keyturn config show tells the rest.\n`,
  });
  expect(fs.statSync(path).mode & 0o777).toBe(0o644);
  expect(providersIn(box)).toEqual(before);
});

test('it takes what it sees: files with secrets, AWS, and a repository whose .gitignore gets them', () => {
  const box = sandbox();
  fs.mkdirSync(join(box.work, '.git'));
  box.file('secrets.yaml', 'prod/db: canary');
  box.file('.env', 'PROD_DB=canary');
  box.file('.gitignore', 'node_modules\n.env*');
  const { code, stdout, stderr } = box.keyturn(['init', '--json'], { env: { AWS_REGION: 'eu-west-1' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    file: join(box.work, 'keyturn.yaml'),
    providers: ['env', 'file', 'file', 'aws-secrets-manager'],
    files: ['secrets.yaml', '.env'],
    ignored: [{ file: join(box.work, 'secrets.yaml'), list: join(box.work, '.gitignore') }],
  });
  expect(fs.readFileSync(join(box.work, '.gitignore'), 'utf8')).toBe('node_modules\n.env*\n/secrets.yaml\n');
  expect(providersIn(box)).toEqual([
    { name: 'env', kind: 'env', options: {} },
    { name: 'file', kind: 'file', options: { path: join(box.work, 'secrets.yaml') } },
    { name: 'dotenv', kind: 'file', options: { path: join(box.work, '.env') } },
    { name: 'aws-secrets-manager', kind: 'aws-secrets-manager', options: {} },
  ]);
  expect(box.keyturn(['get', 'file://prod/db']).stdout).toBe('canary');
  expect(fs.readFileSync(join(box.work, 'keyturn.yaml'), 'utf8')).not.toContain('canary');
});

test('the files of AWS and its profiles are seen too', () => {
  for (const env of [{ AWS_PROFILE: 'x' }, { AWS_ACCESS_KEY_ID: 'x' }, {}] as Record<string, string>[]) {
    const box = sandbox();
    if (Object.keys(env).length === 0) {
      fs.mkdirSync(join(box.home, '.aws'));
      fs.writeFileSync(join(box.home, '.aws/config'), '[default]\nregion = eu-west-1\n');
    }
    expect(JSON.parse(box.keyturn(['init', '--json'], { env }).stdout)).toMatchObject({ providers: ['env', 'file', 'aws-secrets-manager'] });
  }
});

test.each(['keyturn.yaml', 'keyturn.json'])('it never writes over, nor beside, a %s that is there', (name) => {
  const box = sandbox();
  const path = box.file(name, '{}');
  expect(box.keyturn(['init', '--yes'])).toMatchObject({ code: 1, stderr: expect.stringContaining(`There is already ${path}.\n  Edit it`) as string });
  expect(fs.readdirSync(box.work)).toEqual([name]);
  expect(fs.readFileSync(path, 'utf8')).toBe('{}');
});

test('a link that leads nowhere is there, and is not written through', () => {
  const box = sandbox();
  fs.symlinkSync(join(box.root, 'elsewhere'), join(box.work, 'keyturn.yaml'));
  expect(box.keyturn(['init']).code).toBe(1);
  expect(fs.existsSync(join(box.root, 'elsewhere'))).toBe(false);
});

test('a folder that others may write is refused with the mend, because the file would not be used', () => {
  const box = sandbox();
  fs.chmodSync(box.work, 0o775);
  expect(box.keyturn(['init'])).toMatchObject({ code: 1, stderr: expect.stringContaining(`Run: chmod go-w ${box.work}`) as string });
  expect(fs.readdirSync(box.work)).toEqual([]);
  if (isRoot) {
    fs.chmodSync(box.work, 0o755);
    fs.chownSync(box.work, 1234, 1234);
    expect(box.keyturn(['init'])).toMatchObject({ code: 1, stderr: expect.stringContaining('chown') as string });
  }
});

test('it tells which file it takes the place of, and when another one is named', () => {
  const box = sandbox();
  fs.mkdirSync(join(box.work, '.git'));
  const above = box.file('keyturn.yaml', '{}');
  const cwd = join(box.work, 'below');
  fs.mkdirSync(cwd, { mode: 0o700 });
  const { code, stderr } = box.keyturn(['init'], { cwd, env: { KEYTURN_CONFIG: above } });
  expect(code).toBe(0);
  expect(stderr).toContain(`${above} was followed here until now`);
  expect(stderr).toContain('KEYTURN_CONFIG names another file');
  expect(box.keyturn(['init', '--config', 'x.yaml'], { cwd }).code).toBe(1);
});

test.skipIf(!hasScript)('on a terminal it asks for what it cannot see, and not with --yes', async () => {
  const box = sandbox();
  const answers = ['secrets/db.yaml', 'app.json', 'y', 'nowhere', 'eu-central-1'];
  const { shown, code } = await screen(box, 'keyturn init', { keys: `${answers.join('\r')}\r`, prompt: 'for secrets' });
  expect(code).toBe(0);
  expect(shown).toContain('write a name without a folder');
  expect(shown).toContain('that is no AWS region');
  expect(providersIn(box)).toEqual([
    { name: 'env', kind: 'env', options: {} },
    { name: 'file', kind: 'file', options: { path: join(box.work, 'app.json') } },
    { name: 'aws-secrets-manager', kind: 'aws-secrets-manager', options: { region: 'eu-central-1' } },
  ]);
  const silent = await screen(sandbox(), 'keyturn init --yes');
  expect(silent.code).toBe(0);
  expect(silent.shown).not.toContain('?');
});

const choices: readonly Choice[] = [
  { files: [], aws: false, region: undefined },
  { files: ['secrets.yaml', '.env'], aws: false, region: undefined },
  { files: ['odd name: #1.json'], aws: true, region: 'eu-west-1' },
];

/** The lines that only need their sign taken away to be settings. */
const isSetting = (line: string) => /^ *# *(?:- )?[A-Za-z][\w/#-]*:(?: |$)/.test(line);
const inward = (line: string) => /^ *#? */.exec(line)![0].replace('# ', '').length;

/** The text with one line put in force, and the lines that it belongs to. */
function uncommented(lines: readonly string[], at: number): string {
  const on = new Set([at]);
  for (let index = at, depth = inward(lines[at]!); index >= 0; index--) {
    if (!isSetting(lines[index]!) || inward(lines[index]!) >= depth) continue;
    on.add(index);
    depth = inward(lines[index]!);
  }
  return lines.map((line, index) => (on.has(index) ? line.replace('# ', '') : line)).join('\n');
}

async function load(box: Sandbox, text: string): Promise<void> {
  const file = box.file('try.yaml', text);
  const secrets = await createFromConfig(await loadConfig({ file, env: {}, cwd: box.work }));
  await secrets.close();
}

test.each(choices)('the file of $files, AWS: $aws, is valid, and so is each line of it that is put in force', async (choice) => {
  const box = sandbox();
  const text = template(choice);
  await load(box, text);
  const lines = text.split('\n');
  const found = lines.flatMap((line, index) => (isSetting(line) ? [index] : []));
  expect(found.length).toBeGreaterThan(20);
  for (const index of found) await load(box, uncommented(lines, index)).catch((error: unknown) => expect.fail(`${lines[index]}: ${(error as Error).message}`));
});

test('the file has every setting and every option, each with one line about it', () => {
  const lines = template({ files: ['secrets.yaml'], aws: true, region: undefined }).split('\n');
  const keys = [
    ...settings.map(({ path }) => path.split('.').at(-1)!),
    ...Object.values(providerOptions).flatMap((options) => Object.keys(options)),
    ...Object.keys(commonOptions),
  ];
  for (const key of keys)
    expect(
      lines.filter((line) => new RegExp(`^ *#? *${key}: \\S.* # [A-Z].*\\.$`).test(line)),
      key,
    ).not.toEqual([]);
});

const lists: readonly [list: string, isIgnored: boolean][] = [
  ['', false],
  ['secrets.yaml', true],
  ['/secrets.yaml', true],
  ['*.yaml', true],
  ['# secrets.yaml', false],
  ['*.yaml\n!secrets.yaml', false],
  ['!secrets.yaml\n*.yaml', true],
  ['secrets', false],
  ['other/secrets.yaml', false],
  ['*.yaml\n!secrets.[y]aml', false],
];

test.each(lists)('with the .gitignore %j the file is ignored: %s', (list, expected) => {
  const box = sandbox();
  const path = join(box.work, 'secrets.yaml');
  box.file('.gitignore', list);
  expect(isIgnored(path, box.work)).toBe(expected);
  if (!hasGit) return;
  spawnSync('git', ['init', '-q'], { cwd: box.work });
  expect(spawnSync('git', ['check-ignore', '-q', path], { cwd: box.work }).status).toBe(expected ? 0 : 1);
});

test.skipIf(!hasGit)('what is added ignores the file for git, whatever it is called, and nothing twice', () => {
  const box = sandbox();
  spawnSync('git', ['init', '-q'], { cwd: box.work });
  for (const name of ['secrets.yaml', 'a b.json', 'x[1]*.env', '#.yaml', '!.yaml']) {
    const path = box.file(name, '');
    expect(keepFromGit(path, box.work, box.work)).toBe(join(box.work, '.gitignore'));
    expect([name, spawnSync('git', ['check-ignore', '-q', '--', path], { cwd: box.work }).status]).toEqual([name, 0]);
  }
  expect(keepFromGit(join(box.work, 'secrets.yaml'), box.work, box.work)).toBeUndefined();
});
