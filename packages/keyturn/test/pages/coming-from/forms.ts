/** Whether what a page says of Keyturn exists: a command, a variable, a setting, a file, or a call as the compiler sees it. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgram } from '../../../src/cli/program.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { discover } from '../../../src/config/discover.ts';
import { otherVariables, settings, variableOf } from '../../../src/config/settings.ts';
import { settingOf } from '../../../src/config/values.ts';
import { placeOf } from '../../../src/providers/file-place.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { root } from '../workplace.ts';

const source = join(root, 'packages/keyturn/src');

/** What is wrong with each of `forms`; those that exist are left out. */
export function problemsOf(forms: readonly string[]): Map<string, string> {
  const problems = new Map<string, string>();
  const compiled: string[] = [];
  for (const form of new Set(forms)) {
    const problem = problemOf(form);
    if (problem === 'compile') compiled.push(form);
    else if (problem !== undefined) problems.set(form, problem);
  }
  for (const [form, problem] of compile(compiled)) problems.set(form, problem);
  return problems;
}

function problemOf(form: string): string | undefined {
  if (/^keyturn(?:\/[\w-]+)?$/.test(form)) return Object.hasOwn(manifest.exports, form.replace('keyturn', '.')) ? undefined : 'no such door';
  if (form.startsWith('keyturn ')) return problemOfCommand(form.split(' ').slice(1));
  if (form.startsWith('KEYTURN_')) return problemOfVariable(form);
  if (form.startsWith('@')) return Object.hasOwn(manifest.peerDependencies, form) ? undefined : 'no peer dependency';
  if (form.startsWith('~/')) return pathsOfFile().includes(form) ? undefined : 'no place that is looked into';
  if (/^keyturn\.\w+$/.test(form)) return isConfigurationFile(form) ? undefined : 'no name that is looked for';
  if (ofOthers.test(form)) return isInSources(form) ? undefined : 'in no source';
  // Durations and whole numbers as people write them.
  if (/^(?:\d[\d,]*|\d+(?:ms|[smhd])|none)$/.test(form)) return undefined;
  if (settings.some(({ path }) => path === form)) return undefined;
  return 'compile';
}

/** Words of the platform and of AWS, which the sources must know. */
const ofOthers =
  /^(?:AWS_[A-Z_]+|XDG_CONFIG_HOME|AWSCURRENT|AWSPREVIOUS|[A-Z]\w+Exception|(?:secretsmanager|kms):\w+|[A-Z][a-z]+(?:SecretValue|Secrets)|Secret(?:String|Binary)|0600)$/;

function problemOfCommand(words: readonly string[]): string | undefined {
  let command = createProgram({} as Terminal, { exitCode: 0, json: undefined }, undefined);
  let left = command.registeredArguments.length;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') return undefined;
    if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => long === word || short === word);
      if (!option) return `${command.name()} has no ${word}`;
      if (option.required) at++;
      continue;
    }
    const inner = command.commands.find((each) => each.name() === word);
    if (inner) {
      command = inner;
      left = inner.registeredArguments.some(({ variadic }) => variadic) ? Infinity : inner.registeredArguments.length;
    } else if (left-- <= 0) return `${command.name()} knows no ${word}`;
  }
  return command.parent ? undefined : 'names no command';
}

function problemOfVariable(form: string): string | undefined {
  const [name, value] = form.split('=');
  if (otherVariables.some((each) => each === name)) return undefined;
  const setting = settings.find(({ path }) => variableOf(path) === name);
  if (!setting) return 'no such variable';
  try {
    if (value !== undefined) settingOf(setting.type, value, form);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function pathsOfFile(): readonly string[] {
  const place = placeOf(undefined, {}, '~');
  return place.kind === 'file' ? place.paths : [];
}

function isConfigurationFile(name: string): boolean {
  const folder = fs.mkdtempSync(join(tmpdir(), 'keyturn-forms-'));
  try {
    fs.writeFileSync(join(folder, name), '');
    return discover({ env: { HOME: folder }, cwd: folder })?.path === join(folder, name);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function isInSources(word: string): boolean {
  const wanted = new RegExp(`(?<![\\w:])${word}(?!\\w)`);
  return fs
    .readdirSync(source, { recursive: true, encoding: 'utf8' })
    .some((path) => path.endsWith('.ts') && wanted.test(fs.readFileSync(join(source, path), 'utf8')));
}

/** What the forms may speak of without saying where they have it from. */
const preamble = `
import * as keyturn from '${source}/index.ts';
import { SecretCache, TtlCache, type SetOptions, type TtlCacheOptions, type TtlCacheStats } from '${source}/cache/index.ts';
import { createFromConfig, loadConfig } from '${source}/config/index.ts';
import { providerOptions, structuredParts } from '${source}/config/settings.ts';
import { awsSecretsManager, type AwsSecretsManagerOptions } from '${source}/providers/aws-secrets-manager.ts';
import { env, environmentName, type EnvOptions } from '${source}/providers/env.ts';
import { file, type FileOptions } from '${source}/providers/file.ts';
import { memory } from '${source}/providers/memory.ts';
import { processScrubber, Scrubber } from '${source}/redaction/index.ts';
const { createSecrets, formatRef, isKeyturnError, parseRef, Redacted, systemClock } = keyturn;
type Doors = typeof keyturn & { SecretCache: 1; TtlCache: 1; createFromConfig: 1; loadConfig: 1; awsSecretsManager: 1; env: 1; environmentName: 1; file: 1; memory: 1; processScrubber: 1; Scrubber: 1 };
type Options = keyturn.SecretsOptions & TtlCacheOptions & SetOptions & keyturn.GetOptions & keyturn.PrefetchOptions & EnvOptions & FileOptions & AwsSecretsManagerOptions;
type Word =
  | keyof Doors | keyof Options | keyof keyturn.Provider | keyof keyturn.Secret | keyof keyturn.SecretRef | keyof keyturn.CacheStats | keyof TtlCacheStats
  | keyof keyturn.KeyturnError | keyof keyturn.Held | keyturn.EventName | keyof keyturn.Events['miss'] | keyturn.LogLevel | keyturn.ErrorCode
  | keyof typeof providerOptions | (typeof structuredParts)[number];
declare const secrets: keyturn.Secrets, secret: keyturn.Secret, error: keyturn.KeyturnError, cache: TtlCache<unknown>, logger: keyturn.Logger;
declare const client: NonNullable<AwsSecretsManagerOptions['client']>;
declare const ref: string, key: string, value: string, prefix: string, text: string;
declare const refs: string[], load: () => Promise<unknown>, listener: () => void;
void [SecretCache, TtlCache, createFromConfig, loadConfig, awsSecretsManager, env, environmentName, file, memory, processScrubber, Scrubber];
void [createSecrets, formatRef, isKeyturnError, parseRef, Redacted, systemClock, secrets, secret, error, cache, logger, client, ref, key, value, prefix, text, refs, load, listener];
`;

function compile(forms: readonly string[]): Map<string, string> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'keyturn-forms-'));
  try {
    const lines = preamble.split('\n');
    const first = lines.length + 1;
    fs.writeFileSync(join(folder, 'forms.mts'), [...lines, ...forms.map(asStatement)].join('\n'));
    const compilerOptions = { noUnusedLocals: false, typeRoots: [join(root, 'node_modules/@types')] };
    fs.writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['forms.mts'], compilerOptions }));
    const { stdout, error } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { encoding: 'utf8', cwd: folder });
    if (error) throw error;
    const problems = new Map<string, string>();
    for (const line of stdout.split('\n').filter((each) => /error TS/.test(each))) {
      const [, at = '', message = line] = /^forms\.mts\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
      const form = forms[Number(at) - first];
      if (form === undefined) throw new Error(`The compiler objects to more than the forms: ${line}`);
      problems.set(form, message);
    }
    return problems;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** One line: the compiler tells lines. */
function asStatement(form: string): string {
  if (/^[\w-]+$/.test(form)) return `'${form}' satisfies Word;`;
  if (/^\w+: /.test(form)) return `void ({ ${form} } satisfies Partial<Options>);`;
  return `void (async () => { void (${form}); });`;
}
