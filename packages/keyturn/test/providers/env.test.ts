import { expect, test } from 'vitest';
import { SecretCache } from '../../src/cache/index.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { parseRef } from '../../src/core/ref.ts';
import { createSecrets, type Secrets } from '../../src/index.ts';
import { environmentName } from '../../src/providers/env-names.ts';
import { env, type EnvOptions } from '../../src/providers/env.ts';
import { calm, magicNames } from './scratch.ts';

const read = async (ref: string, variables: Record<string, string>, options: EnvOptions = {}) =>
  (await env({ env: variables, ...options }).get(parseRef(ref), calm))?.reveal();
const field = (ref: string, variables: Record<string, string>, options: EnvOptions = {}) =>
  env({ env: variables, ...options })
    .fieldOf?.(parseRef(ref))
    ?.reveal();

test.each([
  ['replicate-api-token', undefined, 'REPLICATE_API_TOKEN'],
  ['replicate-api-token', 'SIMPLETUNER', 'SIMPLETUNER_REPLICATE_API_TOKEN'],
  ['/db/prod/password', 'MYAPP', 'MYAPP_DB_PROD_PASSWORD'],
  ['/db/prod/password', 'MYAPP_', 'MYAPP_DB_PROD_PASSWORD'],
  ['/db/prod/password', 'MYAPP__', 'MYAPP_DB_PROD_PASSWORD'],
  ['prod/db', undefined, 'PROD_DB'],
  ['//prod/db//', undefined, 'PROD_DB'],
  ['prod.db host', undefined, 'PROD_DB_HOST'],
  ['REPLICATE_API_TOKEN', undefined, 'REPLICATE_API_TOKEN'],
  ['home', 'MYAPP', 'MYAPP_HOME'],
  ['prod/db#password', undefined, 'PROD_DB_PASSWORD'],
  ['prod/db#api-key.v2', 'MYAPP', 'MYAPP_PROD_DB_API_KEY_V2'],
])('%s with prefix %s is %s', async (ref, prefix, variable) => {
  expect(environmentName(parseRef(ref), prefix)).toBe(variable);
  const answer = ref.includes('#') ? field : read;
  expect(await answer(ref, { [variable]: 's3cret' }, prefix === undefined ? {} : { prefix })).toBe('s3cret');
});

test.each(['home', 'path', 'Path', 'user', 'home#dir', '/home', 'home/', 'my secret'])(
  'without a prefix "%s" is not answered by what the machine happens to set',
  async (ref) => {
    const machine = { HOME: '/root', PATH: '/bin', USER: 'root', HOME_DIR: '/root', MY_SECRET: 'x' };
    expect(environmentName(parseRef(ref))).toBeUndefined();
    expect(await read(ref.replace(/#.*/, ''), machine)).toBeUndefined();
    expect(field(ref, machine)).toBeUndefined();
  },
);

test('a field has a variable of its own, and the document another', async () => {
  const variables = { PROD_DB_PASSWORD: 'own', PROD_DB: '{"password":"document"}' };
  expect(field('prod/db#password', variables)).toBe('own');
  expect(await read('prod/db', variables)).toBe('{"password":"document"}');
  expect(field('prod/db#user', variables)).toBeUndefined();
  expect(field('prod/db', variables)).toBeUndefined();
});

test('the answer to a field names the field; the answer to a document names the document', async () => {
  const provider = env({ env: { PROD_DB_PASSWORD: 'own', PROD_DB: '{}' } });
  expect(provider.fieldOf?.(parseRef('prod/db#password'))?.ref).toEqual({ name: 'prod/db', field: 'password' });
  expect((await provider.get(parseRef('prod/db'), calm))?.ref).toEqual({ name: 'prod/db' });
});

test('an empty variable is absent unless empty is allowed', async () => {
  expect(await read('prod/db', { PROD_DB: '' })).toBeUndefined();
  expect(field('prod/db#password', { PROD_DB_PASSWORD: '' })).toBeUndefined();
  expect(await read('prod/db', { PROD_DB: '' }, { allowEmpty: true })).toBe('');
  expect(field('prod/db#password', { PROD_DB_PASSWORD: '' }, { allowEmpty: true })).toBe('');
});

test('the environment has no versions, so a reference that names one is absent', async () => {
  expect(await read('prod/db?version=v1', { PROD_DB: 'x' })).toBeUndefined();
  expect(field('prod/db?version=v1#password', { PROD_DB_PASSWORD: 'x' })).toBeUndefined();
});

test('a variable that is set later is seen by the next read', async () => {
  const variables: Record<string, string> = {};
  const provider = env({ env: variables });
  expect(await provider.get(parseRef('prod/db'), calm)).toBeUndefined();
  variables['PROD_DB'] = 'now';
  expect((await provider.get(parseRef('prod/db'), calm))?.reveal()).toBe('now');
});

test.each(magicNames)('a secret called %s is not found in what objects inherit', async (name) => {
  const inherited = Object.create({ [`APP_${name.toUpperCase()}`]: 'inherited' }) as Record<string, string>;
  expect(await read(name, inherited, { prefix: 'APP' })).toBeUndefined();
  expect(await read(`x/${name}`, {})).toBeUndefined();
  expect(await read(name, { [`APP_${name.toUpperCase()}`]: 'own' }, { prefix: 'APP' })).toBe('own');
});

test.each([{ name: 'a/b=c' }, { name: 'a/b\0c' }, { name: '/' }, { name: 'a/b', field: 'c=d' }, { name: 'a/b', field: '/' }])(
  '%j names no variable',
  async (ref) => {
    expect(environmentName(ref)).toBeUndefined();
    expect(environmentName(ref, 'APP')).toBeUndefined();
  },
);

test('two names that meet in one variable can be told by whoever declares both', () => {
  expect(environmentName({ name: 'prod/db-password' })).toBe(environmentName({ name: 'prod/db', field: 'password' }));
});

test('by default it reads the environment of the process, and says what it is', async () => {
  process.env['KEYTURN_TEST_ENV'] = 'here';
  try {
    const provider = env();
    expect((await provider.get(parseRef('keyturn/test.env'), calm))?.provider).toBe('env');
    expect(provider).toMatchObject({ name: 'env', kind: 'env', identity: 'env:' });
    expect(env({ prefix: 'MYAPP_', name: 'mine' })).toMatchObject({ name: 'mine', kind: 'env', identity: 'env:MYAPP' });
  } finally {
    delete process.env['KEYTURN_TEST_ENV'];
  }
});

test('variables of your own, and empty ones that count, are places of their own: a shared cache never mixes them', async () => {
  const variables = [env({ env: { PROD_DB: 'of one' } }), env({ env: { PROD_DB: 'of another' } })];
  const cache = new SecretCache();
  const [one, another] = variables.map((provider) => createSecrets({ providers: [provider], cache })) as [Secrets, Secrets];
  expect((await one.get('prod/db')).reveal()).toBe('of one');
  expect((await another.get('prod/db')).reveal()).toBe('of another');
  await one.close();
  await another.close();
  expect(env({ allowEmpty: true }).identity).not.toBe(env().identity);
});

test.each([
  { prefx: 'A' },
  { prefix: '' },
  { prefix: '_' },
  { prefix: 'A=B' },
  { prefix: 'A B' },
  { allowEmpty: 'yes' },
  { name: 'Env' },
  { name: '' },
  { match: [] },
  { ttl: 30 },
  { staleIfError: 'soon' },
])('the options %j are refused where they are written', (options) => {
  expect(() => env(options as EnvOptions)).toThrow(ConfigurationError);
});

test('an aborted read ends with its reason', async () => {
  await expect(env({ env: {} }).get(parseRef('a/b'), { signal: AbortSignal.abort(new Error('left')), deadline: Infinity })).rejects.toThrow('left');
});
