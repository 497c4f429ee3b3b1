/** The table of settings, the schema, the types and what the code takes name the same settings: none of them one more. */
import { expect, expectTypeOf, test } from 'vitest';
import { librarySource, sourcesIn, withoutComments } from '../../../../tools/import-directions.mjs';
import type { SecretsOptions } from '../../src/assembly.ts';
import type { Config } from '../../src/config/config.ts';
import type { CreateOptions } from '../../src/config/create.ts';
import { configurationSchema, type Schema } from '../../src/config/schema.ts';
import {
  commonOptions,
  otherVariables,
  type ProviderKind,
  providerOptions,
  secretOptions,
  type SettingPath,
  settings,
  structuredParts,
} from '../../src/config/settings.ts';
import { createSecrets } from '../../src/index.ts';
import { awsSecretsManager, type AwsSecretsManagerOptions } from '../../src/providers/aws-secrets-manager.ts';
import { env, type EnvOptions } from '../../src/providers/env.ts';
import { file, type FileOptions } from '../../src/providers/file.ts';
import { memory } from '../../src/providers/memory.ts';
import { pages, textOf } from '../pages/blocks.ts';

const propertiesOf = (schema: unknown) => (schema as { properties: Record<string, Schema> }).properties;
const paths = settings.map(({ path }): string => path);
/** `cache.ttl` is `ttl` in code; `log.level` stands in `log` there, too. */
const nameInCode = (path: string) => (path.startsWith('cache.') ? path.slice('cache.'.length) : path.split('.')[0]!);

test('the schema has every setting and part, and nothing else but where it is itself', () => {
  const found = Object.entries(propertiesOf(configurationSchema())).flatMap(([key, schema]) =>
    paths.some((path) => path.startsWith(`${key}.`)) ? Object.keys(propertiesOf(schema)).map((name) => `${key}.${name}`) : [key],
  );
  expect(found.toSorted()).toEqual([...paths, ...structuredParts, '$schema'].toSorted());
});

test('the schema has every kind of provider with every option, and nothing else', () => {
  const [, withOptions] = (configurationSchema()['$defs'] as { provider: { oneOf: Schema[] } }).provider.oneOf;
  const found = Object.entries(propertiesOf(withOptions)).map(([kind, options]) => [kind, Object.keys(propertiesOf(options)).toSorted()]);
  const wanted = Object.entries(providerOptions).map(([kind, options]) => [kind, Object.keys({ ...commonOptions, ...options }).toSorted()]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
});

test('every default and every sentence of the table is in the schema', () => {
  for (const { path, help, default: text } of settings) {
    const [first, second] = path.split('.') as [string, string?];
    const schema = propertiesOf(configurationSchema())[first]!;
    expect(second === undefined ? schema : propertiesOf(schema)[second]).toMatchObject({
      description: help,
      default: path === 'cache.maxEntries' ? Number(text) : text,
    });
  }
});

/** What only a program can give: objects and functions. */
const onlyInCode = ['cache', 'logger', 'clock', 'random'] as const;

/** The options that `make` says it takes, when it is given another. */
function takenBy(make: (options: object) => unknown): string[] {
  try {
    make({ 'not-there': 1 });
  } catch (error) {
    return (error as { hint: string }).hint.replace(/^It takes |\.$/g, '').split(', ');
  }
  throw new Error('It takes anything.');
}

test('createSecrets takes every setting and part, and nothing else that a file could say', () => {
  const wanted = [...paths.map(nameInCode), ...structuredParts.filter((part) => part !== 'run'), ...onlyInCode];
  expect(takenBy((options) => createSecrets({ ...options, providers: [memory({})] })).toSorted()).toEqual(wanted.toSorted());
});

test('every provider takes every option of its kind, and nothing else that a file could say', () => {
  const factories: Readonly<Record<ProviderKind, readonly [make: (options: object) => unknown, onlyInCode: readonly string[]]>> = {
    env: [env, ['env']],
    file: [file, ['clock']],
    'aws-secrets-manager': [awsSecretsManager, ['client', 'clock']],
  };
  for (const [kind, [make, rest]] of Object.entries(factories)) {
    const wanted = Object.keys({ ...commonOptions, ...providerOptions[kind as ProviderKind] });
    expect([kind, takenBy(make).toSorted()]).toEqual([kind, [...wanted, ...rest].toSorted()]);
  }
});

test('the types say the same as the table', () => {
  type Group<Name extends string> = SettingPath extends infer Path ? (Path extends `${Name}.${infer Member}` ? Member : never) : never;
  type Top = SettingPath extends infer Path ? (Path extends `${infer Name}.${string}` ? Name : Path) : never;
  type InCode = SettingPath extends infer Path ? (Path extends `cache.${infer Member}` ? Member : Path extends `${infer Name}.${string}` ? Name : Path) : never;
  type Part = (typeof structuredParts)[number];
  expectTypeOf<keyof Config>().toEqualTypeOf<Top | Part | 'file'>();
  expectTypeOf<keyof NonNullable<Config['cache']>>().toEqualTypeOf<Group<'cache'>>();
  expectTypeOf<keyof NonNullable<Config['log']>>().toEqualTypeOf<Group<'log'>>();
  expectTypeOf<keyof NonNullable<Config['secrets']>[string]>().toEqualTypeOf<keyof typeof secretOptions>();
  expectTypeOf<keyof SecretsOptions>().toEqualTypeOf<InCode | Exclude<Part, 'run'> | (typeof onlyInCode)[number]>();
  expectTypeOf<keyof CreateOptions>().toEqualTypeOf<Exclude<keyof SecretsOptions, 'providers'> | 'wrap'>();
  type Common = keyof typeof commonOptions;
  expectTypeOf<keyof EnvOptions>().toEqualTypeOf<Common | keyof (typeof providerOptions)['env'] | 'env'>();
  expectTypeOf<keyof FileOptions>().toEqualTypeOf<Common | keyof (typeof providerOptions)['file'] | 'clock'>();
  expectTypeOf<keyof AwsSecretsManagerOptions>().toEqualTypeOf<Common | keyof (typeof providerOptions)['aws-secrets-manager'] | 'client' | 'clock'>();
});

test('every variable that the code reads by name is in the table', () => {
  const read = [...sourcesIn(librarySource)].flatMap(([file, source]) =>
    file === 'config/settings.ts' ? [] : Array.from(withoutComments(source).matchAll(/\[?'(KEYTURN_\w+)'\]?(?!\s*\})/g), ([, name]) => name!),
  );
  expect([...new Set(read)].toSorted()).toEqual([...otherVariables].toSorted());
});

/** The codes of our warnings, which are spelt as variables are. */
function warningCodes(): string[] {
  return [...sourcesIn(librarySource).values()].flatMap((source) => Array.from(source.matchAll(/code: '(KEYTURN_\w+)'/g), ([, code = '']) => code));
}

test('no page and no help names a variable that is not there', () => {
  const known = new Set<string>([
    ...otherVariables,
    ...warningCodes(),
    ...settings.map(({ path }) => `KEYTURN_${path.replaceAll('.', '_').replaceAll(/([A-Z])/g, '_$1')}`.toUpperCase()),
  ]);
  const texts = [...pages, 'packages/keyturn/src/cli/help.ts'].map((page) => [page, textOf(page)] as const);
  const named = texts.flatMap(([page, text]) => Array.from(text.matchAll(/\bKEYTURN_[A-Z_]+[A-Z]\b/g), ([name]) => `${page}: ${name}`));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((each) => !each.includes(': KEYTURN_TEST_') && !known.has(each.split(': ')[1]!))).toEqual([]);
});
