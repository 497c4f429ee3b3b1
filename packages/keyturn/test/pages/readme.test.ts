import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedSchemas } from '../../src/cli/schemas.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { type Block, blocksOf, commandsOf, isAsShown, pages } from './blocks.ts';
import { type Ran, root, Workplace } from './workplace.ts';

let workplace: Workplace;

beforeAll(() => {
  workplace = new Workplace();
});

afterAll(() => {
  workplace?.remove();
});

test('the main job of npm start runs, shows no secret and leaves nothing behind', () => {
  const temporary = join(workplace.root, 'tmp');
  fs.mkdirSync(temporary);
  const env = { HOME: temporary, TMPDIR: temporary, XDG_RUNTIME_DIR: temporary };
  const { code, output } = workplace.run(process.execPath, ['examples/start.mjs'], workplace.root, env);
  expect(code, output).toBe(0);
  for (const shown of [
    'DB_PASSWORD         prod/db#password    env ',
    'API_TOKEN           prod/api#token      file ',
    'app: has all 3 secrets.',
    'debug: API_TOKEN=[redacted]',
  ])
    expect(output).toContain(shown);
  for (const secret of [
    'the-password-of-the-environment',
    'an-older-password-from-the-file',
    'tok_8f3a1c64d2b7',
    '0123456789012345678901234567890',
    'dGhlLXBhc3N3b3JkLW9mLXRoZS1lbnZpcm9ubWVud',
  ])
    expect(output).not.toContain(secret);
  expect(fs.readdirSync(temporary)).toEqual([]);
});

test('the package has every schema, as the code has it', () => {
  const library = join(workplace.root, 'packages/keyturn');
  const built = fs.readdirSync(join(library, 'schemas')).map((name) => [name, JSON.parse(fs.readFileSync(join(library, 'schemas', name), 'utf8')) as unknown]);
  expect(Object.fromEntries(built)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(publishedSchemas()))));
  expect(JSON.parse(fs.readFileSync(join(library, 'package.json'), 'utf8'))).toMatchObject({
    files: expect.arrayContaining(['schemas']) as string[],
    exports: { './schemas/*.json': './schemas/*.json' },
  });
});

describe.each(pages.map((page) => ({ page, blocks: blocksOf(page) })).filter(({ blocks }) => blocks.length > 0))('$page', ({ blocks }) => {
  runBlocks(blocks);
});

function runBlocks(blocks: readonly Block[]): void {
  const needsMoto = blocks.some(({ notes }) => notes.get('needs') === 'moto');
  const hasMoto = needsMoto && needs('moto');
  let folder: string;
  let aws: Moto | undefined;
  /** Of the last block of code, what it was, and of the last that ran, what it printed. */
  const last = { code: '', output: '' };

  beforeAll(async () => {
    folder = workplace.project();
    if (hasMoto) aws = await startAws();
  });
  afterAll(async () => {
    await aws?.stop();
  });

  for (const block of blocks) {
    const { language, line, notes } = block;
    const isSkipped = notes.get('needs') === 'moto' && !hasMoto;
    test.skipIf(isSkipped)(`the ${language || 'unnamed'} block at line ${line} is true`, () => {
      const env = { ...environmentOf(notes.get('env')), ...(notes.get('needs') === 'moto' && awsEnvironment(aws!)) };
      expect(problemWith(block, { folder, env, last })).toBeUndefined();
    });
  }
}

interface Place {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly last: { code: string; output: string };
}

/** What is not true of `block`; `undefined` when all is. */
function problemWith(block: Block, { folder, env, last }: Place): string | undefined {
  const { language, text, notes, line } = block;
  const elsewhere = notes.get('runs');
  if (elsewhere !== undefined) return problemElsewhere(elsewhere);
  const name = notes.get('file');
  if (name !== undefined) writeFile(join(folder, name), block);
  const run = (file: string, args: readonly string[]) => {
    const before = last.output;
    const ran = workplace.run(file, args, folder, env);
    last.output = ran.output;
    if (ran.code === 0 && notes.has('same') && ran.output !== before) return `Printed was:\n${ran.output}\nand by the block before it:\n${before}`;
    return problemOf(ran);
  };
  switch (language) {
    case 'js':
    case 'ts': {
      last.code = notes.has('continues') ? `${last.code}\n${text}` : text;
      const file = name ?? `line-${line}.${language === 'js' ? 'mjs' : 'mts'}`;
      fs.writeFileSync(join(folder, file), last.code);
      return run(process.execPath, ['--disable-warning=ExperimentalWarning', file]);
    }
    case 'sh':
      return run('/bin/sh', ['-e', '-c', text]);
    case 'console':
      return problemInConsole(text, folder, env);
    case 'yaml':
      if (name?.endsWith('keyturn.yaml')) return run(process.execPath, ['--input-type=module', '-e', loads, name]);
      return name === undefined ? 'A yaml block says which file it is.' : undefined;
    case 'json':
      JSON.parse(text);
      return undefined;
    case 'text':
    case 'dotenv':
      return notes.has('output') && !isAsShown(last.output, text) ? `Printed was:\n${last.output}` : undefined;
    default:
      return `A block says its language: js, ts, sh, console, yaml, json, dotenv or text, not "${language}".`;
  }
}

/** Every command, in one shell, and what each answers, failures too. */
function problemInConsole(text: string, folder: string, env: Record<string, string>): string | undefined {
  const commands = commandsOf(text);
  if (commands.length === 0) return 'A console block has lines that begin with "$ ".';
  const mark = '---8<---';
  const script = commands.map(({ command }) => `${command}\nkeep=$?; echo '${mark}'; (exit $keep)`).join('\n');
  const { output } = workplace.run('/bin/sh', ['-c', `exec 2>&1\n${script}\n:`], folder, env);
  const answers = output.split(`${mark}\n`);
  const wrong = commands.findIndex(({ answer }, index) => !isAsShown(answers[index] ?? '', answer));
  return wrong < 0 ? undefined : `$ ${commands[wrong]?.command}\nanswered:\n${answers[wrong]}\nand the page shows:\n${commands[wrong]?.answer}`;
}

const loads = `
  import { createFromConfig, loadConfig } from 'keyturn/config';
  const secrets = await createFromConfig(await loadConfig({ file: process.argv[1], env: {} }));
  await secrets.close();
`;

function problemOf({ code, output }: Ran): string | undefined {
  return code === 0 ? undefined : `It ended with ${code}:\n${output}`;
}

function problemElsewhere(note: string): string | undefined {
  const path = /^elsewhere, see (\S+)$/.exec(note)?.[1];
  return path !== undefined && fs.existsSync(join(root, path)) ? undefined : `"${note}" names no file that exists.`;
}

function writeFile(path: string, { text, notes }: Block): void {
  fs.mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  fs.writeFileSync(path, text);
  fs.chmodSync(path, Number.parseInt(notes.get('mode') ?? '600', 8));
}

function environmentOf(note = ''): Record<string, string> {
  return Object.fromEntries(
    note
      .split(' ')
      .filter(Boolean)
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

function awsEnvironment({ url }: Moto): Record<string, string> {
  return { AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-test' };
}

/** A double of AWS with the secrets that the pages read, one of them in two versions. */
async function startAws(): Promise<Moto> {
  const moto = await startMoto();
  const { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({
    region: 'eu-west-1',
    endpoint: moto.url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-key-of-the-test' },
  });
  await client.send(new CreateSecretCommand({ Name: 'prod/db', SecretString: '{"user":"app","password":"yesterday-1234"}' }));
  await client.send(new PutSecretValueCommand({ SecretId: 'prod/db', SecretString: '{"user":"app","password":"today-1234"}' }));
  await client.send(new CreateSecretCommand({ Name: 'prod/app', SecretString: '{"prod/db":{"password":"in-the-bundle"},"prod/api":"token-in-the-bundle"}' }));
  await client.send(new CreateSecretCommand({ Name: 'prod/ids', SecretString: '{"account":12345678901234567890,"rate":1.10}' }));
  await client.send(new CreateSecretCommand({ Name: 'prod/token', SecretString: 'token-1234' }));
  client.destroy();
  return moto;
}
