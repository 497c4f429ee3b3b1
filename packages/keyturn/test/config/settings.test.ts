import { expect, test, vi } from 'vitest';
import { createFromConfig } from '../../src/config/create.ts';
import { loadConfig } from '../../src/config/load.ts';
import { settings, variableOf } from '../../src/config/settings.ts';
import { memory } from '../../src/providers/memory.ts';
import { Machine } from './fixture.ts';

test('every setting has a variable named after its path', async () => {
  expect(variableOf('cache.maxEntries')).toBe('KEYTURN_CACHE_MAX_ENTRIES');
  expect(variableOf('attemptTimeout')).toBe('KEYTURN_ATTEMPT_TIMEOUT');
  const machine = new Machine();
  for (const { path, default: text } of settings) {
    const config = (await machine.load({ env: { [variableOf(path)]: text } })) as Record<string, unknown>;
    const [first, second] = path.split('.') as [string, string?];
    const value = second === undefined ? config[first] : (config[first] as Record<string, unknown>)[second];
    expect(String(value), path).toBe(text);
  }
});

test('every default of the table is what the library does without it', async () => {
  const plain = await createFromConfig({ providers: [{ kind: 'env', options: {} }] });
  const { ttl, maxEntries } = plain.stats();
  expect(settings.find(({ path }) => path === 'cache.ttl')?.default).toBe(`${ttl / 60_000}m`);
  expect(settings.find(({ path }) => path === 'cache.maxEntries')?.default).toBe(String(maxEntries));
  await plain.close();
});

test('a variable comes before the file, and leaves its neighbours alone', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml', 'cache: { ttl: 1m, maxEntries: 5 }\ndeadline: 1s');
  expect(await machine.load({ env: { KEYTURN_CACHE_TTL: '2m', KEYTURN_DEADLINE: '' } })).toMatchObject({ cache: { ttl: '2m', maxEntries: 5 }, deadline: '1s' });
});

test('what is given in code comes before both', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml', 'cache: { ttl: 1m, maxEntries: 5 }\nproviders: [{ env: {} }]');
  const secrets = await createFromConfig(await machine.load(), { ttl: '7m', maxEntries: undefined });
  expect(secrets.stats()).toMatchObject({ ttl: 420_000, maxEntries: 5 });
  await secrets.close();
});

test('a log level that the configuration asks for is written to standard error, and a program’s own logger comes before that', async () => {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const machine = new Machine();
  const lines: string[] = [];
  const line = (text: string) => {
    lines.push(text);
  };
  const own = { debug: line, info: line, warn: line, error: line };
  for (const [level, logger] of [['debug'], ['off'], ['debug', own]] as const) {
    const secrets = await createFromConfig(await machine.load({ env: { KEYTURN_LOG_LEVEL: level } }), { ...(logger && { logger }) });
    await secrets.find('no/such');
    await secrets.close();
  }
  vi.restoreAllMocks();
  const miss = expect.stringMatching(/^keyturn: miss no\/such: absent everywhere, \d+ms\n?$/) as string;
  expect([written, lines]).toEqual([[miss], [miss]]);
});

test('a misspelt variable is an error that names the right one; a foreign one is not', async () => {
  const machine = new Machine();
  await expect(machine.load({ env: { KEYTURN_CACHE_MAXENTRIES: '5' } })).rejects.toMatchObject({ hint: 'Did you mean KEYTURN_CACHE_MAX_ENTRIES?' });
  await expect(machine.load({ env: { KEYTURN_CONFG: 'x' } })).rejects.toMatchObject({ hint: 'Did you mean KEYTURN_CONFIG?' });
  await expect(machine.load({ env: { KEYTURN_SOCKET: '/run/x', KEYTURN_TOKEN: 'x', KEYTURN_TEST_NODE: '24' } })).resolves.toEqual({});
});

test('without a configuration the chain is the environment, then the user’s own file', async () => {
  const secrets = await createFromConfig(await new Machine().load());
  expect(secrets.providers).toEqual(['env', 'file']);
  await secrets.close();
});

test('a mistake that only the provider can see is told when the secrets are made', async () => {
  await expect(createFromConfig({ providers: [{ kind: 'env', options: { prefix: '1-2' } }] })).rejects.toMatchObject({
    code: 'CONFIGURATION',
    provider: 'env',
  });
  await expect(createFromConfig({ onUnavailable: { vault: 'next' } })).rejects.toMatchObject({ message: expect.stringContaining('vault') as string });
  await expect(createFromConfig({ secrets: { 'a#b#c': { ttl: '1s' } } })).rejects.toMatchObject({ code: 'INVALID_REFERENCE' });
});

test.each([
  ['onUnavailable: { vault: next }', 'vault'],
  ["secrets: { 'a#b#c': { ttl: 1s } }", 'a#b#c'],
  ['cache: { sweepInterval: 500ms }', 'sweepInterval'],
  ['cache: { minTtl: 2m, maxTtl: 1m }', 'minTtl'],
])('a mistake in the file that shows when the secrets are made names the file: %s', async (text, what) => {
  const machine = new Machine();
  const file = machine.file('home/keyturn.yaml', text);
  const message = (await createFromConfig(await machine.load()).catch((error: unknown) => error)) as Error;
  expect(message).toMatchObject({ code: 'CONFIGURATION', hint: expect.any(String) as string });
  expect(message.message).toContain(what);
  expect(message.message.startsWith(`${file}: `)).toBe(true);
});

test('a mistake in what the caller gave does not blame the file', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml', 'deadline: 1s');
  await expect(createFromConfig(await machine.load(), { deadline: 0 })).rejects.toMatchObject({
    message: expect.stringMatching(/^deadline: /) as string,
  });
});

test('a wrap goes around every provider', async () => {
  const asked: string[] = [];
  const source = memory({ 'a/b': 'x' });
  const secrets = await createFromConfig(
    { providers: [{ kind: 'env', options: {} }] },
    { wrap: (next) => ({ ...source, name: next.name, get: (ref, options) => (asked.push(ref.name), source.get(ref, options)) }) },
  );
  expect((await secrets.get('a/b')).reveal()).toBe('x');
  expect(asked).toEqual(['a/b']);
  await secrets.close();
});

test('the environment and the working directory are the process’s own unless given', async () => {
  await expect(loadConfig({ file: 'no-such-file.yaml' })).rejects.toMatchObject({ message: expect.stringContaining(process.cwd()) as string });
});
