/** The text of a new configuration file: what was chosen, and every other setting with its default, commented out. */
import { type OptionText, commonTexts, groupTexts, partTexts, providerTexts, runTexts } from '../../config/setting-texts.ts';
import { type ProviderKind, settings } from '../../config/settings.ts';

export interface Choice {
  /** Files with secrets, in the order in which they are asked; none for the user's own. */
  readonly files: readonly string[];
  readonly aws: boolean;
  /** Left to the environment when it is not said. */
  readonly region: string | undefined;
}

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
    [`# ${partTexts.providers}`, 'providers:', ...providers.flatMap(({ lines }) => ['', ...written('  ', lines)]).slice(1)],
    [`# ${partTexts.onUnavailable}`, ...group('onUnavailable', [[providers.at(-1)!.name, 'next']])],
    ...settingParts(),
    [`# ${partTexts.secrets}`, ...group('secrets', [['prod/db#otp', '{ ttl: 0, staleIfError: 0 }', 'Never kept.']])],
    [
      `# ${partTexts.run}`,
      ...group('run', [
        ['env', '{ DB_PASSWORD: prod/db#password }', runTexts.env],
        ['file', '{ TLS_KEY: prod/tls#key }', runTexts.file],
      ]),
    ],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function providersOf({ files, aws: usesAws, region }: Choice): { name: string; lines: Line[] }[] {
  const all = [
    provider('env', {}),
    ...(files.length === 0 ? [provider('file', {}, !usesAws)] : []),
    ...files.map((path, index) => {
      const name = index === 0 ? {} : { name: path === '.env' ? 'dotenv' : `file-${index + 1}` };
      return provider('file', { path: yamlText(path), ...name }, !usesAws && index === files.length - 1);
    }),
  ];
  if (usesAws) return [...all, provider('aws-secrets-manager', region === undefined ? {} : { region }, true)];
  // Shown, and not used: it belongs to the lines of the last that is.
  all.at(-1)!.lines.push({ text: '', isOn: true }, ...provider('aws-secrets-manager', {}).lines.map((line) => ({ ...line, isOn: false })));
  return all;
}

/** @param isLast the options that every provider takes are shown there, once */
function provider(kind: ProviderKind, set: Readonly<Record<string, string>>, isLast = false): { name: string; lines: Line[] } {
  const { help, options } = providerTexts[kind] as { help: string; options: Readonly<Record<string, OptionText>> };
  const texts: Readonly<Record<string, OptionText>> = { ...options, ...commonTexts };
  // A name that must be there is written, whether or not the others are.
  const keys = Object.keys(texts).filter((key) => isLast || Object.hasOwn(options, key) || Object.hasOwn(set, key));
  const lines = keys.map((key) => ({
    text: `    ${key}: ${set[key] ?? texts[key]!.example ?? texts[key]!.default!}`,
    help: texts[key]!.help,
    isOn: set[key] !== undefined,
  }));
  return { name: set['name'] ?? kind, lines: [{ text: `- ${kind}:`, help, isOn: true }, ...lines] };
}

/** Every plain setting with its default, group by group. */
function settingParts(): string[][] {
  const alone = settings.filter(({ path }) => !path.includes('.'));
  const groups = [...new Set(settings.map(({ path }) => path.split('.')[0]!))].filter((name) => !alone.some(({ path }) => path === name));
  return [
    ...groups.map((name) => {
      const members = settings.filter(({ path }) => path.startsWith(`${name}.`));
      const rows = members.map(({ path, default: text, help }) => [path.slice(name.length + 1), text, help] as const);
      return [`# ${groupTexts[name as keyof typeof groupTexts]}`, ...group(name, rows)];
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
