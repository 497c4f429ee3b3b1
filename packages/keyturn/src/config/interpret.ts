/** From what stands in the file to what it means. Unknown keys are errors: a misspelt setting would silently keep its default. */
import { dirname, isAbsolute, resolve } from 'node:path';
import type { ConfigurationError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Config, ProviderConfig } from './config.ts';
import type { Found } from './discover.ts';
import { setAt } from './set-at.ts';
import { commonOptions, type OptionType, type ProviderKind, providerOptions, secretOptions } from './settings.ts';
import { type Setting, settings, structuredParts, unavailableWords } from './settings.ts';
import type { Tree, TreeMap } from './tree.ts';
import { durationOf, flagOf, listOf, periodOf, settingOf, textOf, wrong } from './values.ts';

/** @throws ConfigurationError that names the setting and the nearest known one */
export function interpret(root: TreeMap, found: Found): Config {
  const config: Record<string, unknown> = { file: found.path };
  const at = (path: string) => `${found.path}: ${path}`;
  const plain = new Map<string, Setting>(settings.map((setting) => [setting.path, setting]));
  const groups = new Set(settings.map(({ path }) => path.split('.')[0]!));
  for (const [key, value] of root) {
    const setting = plain.get(key);
    if (setting) setAt(config, key, settingOf(setting.type, value, at(key)));
    else if (groups.has(key)) {
      const known = settings.filter(({ path }) => path.startsWith(`${key}.`)).map(({ path }) => path.slice(key.length + 1));
      for (const [name, inner] of mapOf(value, at(key))) {
        const member = plain.get(`${key}.${name}`);
        if (!member) throw unknown(found.path, key, name, known);
        setAt(config, member.path, settingOf(member.type, inner, at(member.path)));
      }
    } else if (key === 'providers') config['providers'] = providersOf(value, found);
    else if (key === 'onUnavailable') config['onUnavailable'] = record(value, at(key), (each, where) => oneOf(each, where, unavailableWords));
    else if (key === 'secrets') config['secrets'] = record(value, at(key), (each, where) => limitsOf(each, where, found.path));
    else if (key === 'run') config['run'] = runOf(value, found.path);
    // What an editor reads: where the schema is. It says nothing to us.
    else if (key === '$schema') textOf(value, at(key));
    else throw unknown(found.path, '', key, [...groups, ...structuredParts]);
  }
  return config as Config;
}

function providersOf(value: Tree, found: Found): ProviderConfig[] {
  const where = `${found.path}: providers`;
  if (!Array.isArray(value) || value.length === 0)
    throw wrong(where, 'must be a list', 'For example: providers: [{ env: {} }, { file: { path: secrets.yaml } }].');
  return (value as readonly Tree[]).map((item, index) => {
    const path = `providers[${index}]`;
    const [[kind, options] = ['', ''], more] = item instanceof Map ? ([...item] as [[string, Tree]?, unknown?]) : [[isKind(item) ? item : '', ''] as const];
    if (kind === '' || more !== undefined)
      throw wrong(`${found.path}: ${path}`, 'must be one provider with its options', 'For example: - file: { path: secrets.yaml }.');
    if (kind === 'memory')
      throw wrong(
        `${found.path}: ${path}`,
        'is memory, which would have the secrets stand in this file',
        'Use file: { path: … }; memory is for programs and tests.',
      );
    if (!isKind(kind)) throw unknown(found.path, path, kind, Object.keys(providerOptions), 'provider');
    return { kind, options: optionsOf(kind, options, `${path}.${kind}`, found) };
  });
}

function isKind(kind: unknown): kind is ProviderKind {
  return typeof kind === 'string' && Object.hasOwn(providerOptions, kind);
}

function optionsOf(kind: ProviderKind, value: Tree, path: string, found: Found): Record<string, unknown> {
  const known: Readonly<Record<string, OptionType>> = { ...commonOptions, ...providerOptions[kind] };
  const options: Record<string, unknown> = {};
  // `- env:` and nothing more is a provider as it comes.
  for (const [key, option] of mapOf(value, `${found.path}: ${path}`)) {
    if (!Object.hasOwn(known, key)) throw unknown(found.path, path, key, Object.keys(known));
    options[key] = optionOf(known[key]!, option, `${path}.${key}`, found);
  }
  return options;
}

function optionOf(type: OptionType, value: Tree, path: string, found: Found): unknown {
  const where = `${found.path}: ${path}`;
  switch (type) {
    case 'text':
    case 'endpoint':
    case 'variable':
      return textOf(value, where);
    case 'flag':
      return flagOf(value, where);
    case 'duration':
      return durationOf(value, where);
    case 'period':
      return periodOf(value, where);
    case 'list':
      return listOf(value, where);
    case 'path':
      return absolute(textOf(value, where), dirname(found.path));
  }
}

/** A final slash is kept: it says that the path is a folder. */
function absolute(path: string, folder: string): string {
  return isAbsolute(path) || path === '~' || path.startsWith('~/') ? path : resolve(folder, path) + (path.endsWith('/') ? '/' : '');
}

function runOf(value: Tree, file: string): Config['run'] {
  const run: { env?: Record<string, string>; file?: Record<string, string> } = {};
  for (const [key, inner] of mapOf(value, `${file}: run`)) {
    if (key !== 'env' && key !== 'file') throw unknown(file, 'run', key, ['env', 'file']);
    run[key] = record(inner, `${file}: run.${key}`, textOf);
  }
  return run;
}

function limitsOf(value: Tree, where: string, file: string): Record<string, string | 0> {
  return record(value, where, (each, at, key) => {
    if (!Object.hasOwn(secretOptions, key)) throw unknown(file, where.slice(file.length + 2), key, Object.keys(secretOptions));
    return durationOf(each, at);
  });
}

function oneOf<W extends string>(value: Tree, where: string, words: readonly W[]): W {
  const word = words.find((each) => each === value);
  if (word === undefined) throw wrong(where, `is neither ${words.map((each) => `'${each}'`).join(' nor ')}`, `'${words[0]!}' is the default.`);
  return word;
}

function record<T>(value: Tree, where: string, read: (value: Tree, where: string, key: string) => T): Record<string, T> {
  return Object.fromEntries(Array.from(mapOf(value, where), ([key, each]) => [key, read(each, `${where}.${shown(key)}`, key)]));
}

function mapOf(value: Tree, where: string): TreeMap {
  if (value instanceof Map) return value;
  // `cache:` with every line below it commented out says nothing.
  if (value === '' || value === null) return new Map();
  throw wrong(where, 'must be a mapping', 'Write its settings below it, each as "name: value".');
}

function unknown(file: string, path: string, key: string, known: readonly string[], what = 'setting'): ConfigurationError {
  const prefix = path === '' || what === 'provider' ? '' : `${path}.`;
  const near = nearest(key, known);
  const hint = near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${prefix}${near}?`;
  return wrong(file, `has an unknown ${what}, "${prefix}${shown(key)}"`, hint);
}

/** A key is told, so that it can be found; not at any length, and not with what a terminal would act on. */
function shown(key: string): string {
  return (key.length > 64 ? `${key.slice(0, 64)}…` : key).replaceAll(/[\p{Cc}\p{Cf}"]/gu, '?');
}
