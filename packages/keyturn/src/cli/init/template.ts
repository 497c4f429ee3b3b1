/** The text of a new configuration file: what was chosen, and every other setting with its default, commented out. */
import { commonOptions, providerOptions, settings } from '../../config/settings.ts';

export interface Choice {
  /** Files with secrets, in the order in which they are asked; none for the user's own. */
  readonly files: readonly string[];
  readonly aws: boolean;
  /** Left to the environment when it is not said. */
  readonly region: string | undefined;
}

/** What is written for an option, and one line about it. */
type Lines<K extends string> = Readonly<Record<K, readonly [example: string, help: string]>>;

const env: Lines<keyof (typeof providerOptions)['env']> = {
  prefix: ['MYAPP', 'Only variables that begin with MYAPP_ answer, and they answer every name.'],
  allowEmpty: ['true', 'A variable set to nothing is a value; else it is absent.'],
};
const file: Lines<keyof (typeof providerOptions)['file']> = {
  path: ['secrets.yaml', 'Relative to this file: JSON, YAML, dotenv, or a folder. Without it your own, ~/.config/keyturn/secrets.*.'],
  strictModes: ['true', 'Refuse a file that others may read; else that is warned about.'],
};
const aws: Lines<keyof (typeof providerOptions)['aws-secrets-manager']> = {
  region: ['eu-west-1', "Where names are looked up. Without it AWS_REGION, AWS_DEFAULT_REGION, then the SDK's."],
  profile: ['default', "Whose credentials. Without it AWS_PROFILE, then the SDK's chain."],
  endpoint: ['https://secretsmanager.eu-west-1.amazonaws.com', 'Who is sent the requests. A file that is found needs `keyturn trust` for it.'],
  bundle: ['prod/app', 'One secret that holds many.'],
};
const common: Lines<keyof typeof commonOptions> = {
  name: ['other', 'What it is called, in other://prod/db and in errors. Every provider takes this and the next three.'],
  match: ["['prod/**']", 'It is asked for these names only; * stays within a segment, ** does not.'],
  ttl: ['10m', "How long its answers are used. Without it the cache's ttl."],
  staleIfError: ['2h', "How long past that they may cover an outage. Without it the cache's."],
};

const groupHelp: Readonly<Record<string, string>> = { cache: 'What is kept in memory, and for how long.', log: 'What is told on standard error.' };

/** A line of the file; those that are not `isOn` are commented out. */
interface Line {
  readonly text: string;
  readonly help?: string;
  readonly isOn: boolean;
}

export function template(choice: Choice): string {
  const providers = providersOf(choice);
  const parts = [
    ['# What keyturn follows in this folder and below. `keyturn config show` tells what it comes to, `keyturn explain REF` where a secret comes from.'],
    ['# Where secrets come from. The first that has one answers.', 'providers:', ...providers.flatMap(({ lines }) => ['', ...written('  ', lines)]).slice(1)],
    ['# Whether the next provider is asked while this one cannot be reached: stop or next.', ...group('onUnavailable', [[providers.at(-1)!.name, 'next']])],
    ...settingParts(),
    ['# Settings of single secrets.', ...group('secrets', [['prod/db#otp', '{ ttl: 0, staleIfError: 0 }', 'Never kept.']])],
    [
      '# What `keyturn run` gives to its command: variables, each with the secret that it stands for.',
      ...group('run', [['env', '{ DB_PASSWORD: prod/db#password }']]),
    ],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function providersOf({ files, aws: usesAws, region }: Choice): { name: string; lines: Line[] }[] {
  const rest = (isLast: boolean) => (isLast ? common : undefined);
  const all = [
    provider('env', 'The environment: PROD_DB_PASSWORD answers prod/db#password.', env, {}),
    ...(files.length === 0 ? [provider('file', 'Your own secrets file.', file, {}, rest(!usesAws))] : []),
    ...files.map((path, index) => {
      const name = index === 0 ? {} : { name: path === '.env' ? 'dotenv' : `file-${index + 1}` };
      const isLast = !usesAws && index === files.length - 1;
      return provider('file', 'A file with secrets.', file, { path: yamlText(path), ...name }, rest(isLast));
    }),
  ];
  const amazon = 'AWS Secrets Manager. Its SDK: npm install @aws-sdk/client-secrets-manager';
  if (usesAws) return [...all, provider('aws-secrets-manager', amazon, aws, region === undefined ? {} : { region }, common)];
  // Shown, and not used: it belongs to the lines of the last that is.
  all.at(-1)!.lines.push({ text: '', isOn: true }, ...provider('aws-secrets-manager', amazon, aws, {}).lines.map((line) => ({ ...line, isOn: false })));
  return all;
}

function provider(kind: string, help: string, own: Lines<string>, set: Readonly<Record<string, string>>, more: Lines<string> = {}) {
  const options = { ...own, ...more };
  // A name that must be there is written, whether or not the others are.
  const keys = [...Object.keys(options), ...Object.keys(set).filter((key) => !Object.hasOwn(options, key))];
  const lines = keys.map((key) => {
    const [example, about] = options[key] ?? common[key as keyof typeof common];
    return { text: `    ${key}: ${set[key] ?? example}`, help: about, isOn: set[key] !== undefined };
  });
  return { name: set['name'] ?? kind, lines: [{ text: `- ${kind}:`, help, isOn: true }, ...lines] as Line[] };
}

/** Every plain setting with its default, group by group. */
function settingParts(): string[][] {
  const alone = settings.filter(({ path }) => !path.includes('.'));
  const groups = [...new Set(settings.map(({ path }) => path.split('.')[0]!))].filter((name) => !alone.some(({ path }) => path === name));
  return [
    ...groups.map((name) => {
      const members = settings.filter(({ path }) => path.startsWith(`${name}.`));
      const rows = members.map(({ path, default: text, help }) => [path.slice(name.length + 1), text, help] as const);
      return [...(groupHelp[name] === undefined ? [] : [`# ${groupHelp[name]}`]), ...group(name, rows)];
    }),
    written(
      '',
      alone.map(({ path, default: text, help }) => ({ text: `${path}: ${text}`, help, isOn: false })),
    ),
  ];
}

function group(name: string, rows: readonly (readonly [key: string, value: string, help?: string])[]): string[] {
  const members = rows.map(([key, value, help]): Line => ({ text: `  ${key}: ${value}`, isOn: false, ...(help !== undefined && { help }) }));
  return written('', [{ text: `${name}:`, isOn: false }, ...members]);
}

/** The explanations of all stand below each other. A sign for "comment" stands where the block begins, so that an editor can take it away for all. */
function written(indent: string, lines: readonly Line[]): string[] {
  const shown = lines.map(({ text, isOn }) => (isOn ? text : `# ${text}`));
  const width = Math.min(44, Math.max(...shown.map((text) => text.length)));
  return shown.map((text, index) => {
    const { help } = lines[index]!;
    return `${indent}${help === undefined ? text : `${text.padEnd(width)} # ${help}`}`.trimEnd();
  });
}

/** As YAML takes it; what is no plain word in quotes, which are JSON's. */
function yamlText(text: string): string {
  return /^[\w.][\w./-]*$/.test(text) ? text : JSON.stringify(text);
}
