import { expect, test } from 'vitest';
import { bareNumbers, noDurations, otherMistakes, unknownNames } from './cases.ts';
import { Machine } from './fixture.ts';

function load(text: string, name = 'keyturn.yaml', env: Record<string, string> = {}) {
  const machine = new Machine();
  machine.file(`home/${name}`, text);
  return machine.load({ file: name, env });
}

test('everything that can be said, in YAML', async () => {
  const machine = new Machine();
  const file = machine.file(
    'home/conf/keyturn.yaml',
    `
providers:
  - env: { prefix: MYAPP, allowEmpty: true }
  - file: { path: secrets.yaml, strictModes: true, ttl: 10s }
  - file: { name: folder, path: keys/ }
  - file: { name: absolute, path: /etc/keys/ }
  - aws-secrets-manager: { region: eu-west-1, ttl: 10m, match: [prod/**], bundle: prod/app, versionCheck: true }
  - env: { name: plain }
onUnavailable: { aws-secrets-manager: next }
cache: { ttl: 5m, staleIfError: 0, maxEntries: 50, negativeTtl: 1s, minTtl: 1s, maxTtl: none, sweepInterval: 30s }
attemptTimeout: 2s
deadline: 5s
log: { level: warn }
secrets:
  prod/db#otp: { ttl: 0, staleIfError: 0 }
run: { env: { DB_PASSWORD: prod/db#password }, file: { TLS_KEY: prod/tls#key } }
`,
  );
  expect(await machine.load({ file: 'conf/keyturn.yaml' })).toEqual({
    file,
    providers: [
      { kind: 'env', options: { prefix: 'MYAPP', allowEmpty: true } },
      { kind: 'file', options: { path: `${machine.home}/conf/secrets.yaml`, strictModes: true, ttl: '10s' } },
      { kind: 'file', options: { name: 'folder', path: `${machine.home}/conf/keys/` } },
      { kind: 'file', options: { name: 'absolute', path: '/etc/keys/' } },
      { kind: 'aws-secrets-manager', options: { region: 'eu-west-1', ttl: '10m', match: ['prod/**'], bundle: 'prod/app', versionCheck: true } },
      { kind: 'env', options: { name: 'plain' } },
    ],
    onUnavailable: { 'aws-secrets-manager': 'next' },
    cache: { ttl: '5m', staleIfError: '0', maxEntries: 50, negativeTtl: '1s', minTtl: '1s', maxTtl: 'none', sweepInterval: '30s' },
    attemptTimeout: '2s',
    deadline: '5s',
    log: { level: 'warn' },
    secrets: { 'prod/db#otp': { ttl: '0', staleIfError: '0' } },
    run: { env: { DB_PASSWORD: 'prod/db#password' }, file: { TLS_KEY: 'prod/tls#key' } },
  });
});

test('the same in JSON, with its own numbers and flags', async () => {
  expect(await load('{"providers":[{"env":{"allowEmpty":false}},{"file":null}],"cache":{"ttl":0,"maxEntries":50}}', 'keyturn.json')).toMatchObject({
    providers: [
      { kind: 'env', options: { allowEmpty: false } },
      { kind: 'file', options: {} },
    ],
    cache: { ttl: 0, maxEntries: 50 },
  });
});

test('a provider without options may stand alone', async () => {
  expect(await load('providers:\n  - env\n  - file:\n')).toMatchObject({
    providers: [
      { kind: 'env', options: {} },
      { kind: 'file', options: {} },
    ],
  });
});

test.for(unknownNames)('%s: the unknown name is told, with the nearest known one', async ([text, named, hint]) => {
  await expect(load(text)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining(`"${named}"`) as string, hint });
});

test('memory is not for files', async () => {
  await expect(load('providers: [{ memory: { a: b } }]')).rejects.toMatchObject({
    message: expect.stringContaining('memory') as string,
    hint: expect.stringContaining('file') as string,
  });
});

test.for(bareNumbers)('%s: a bare number is refused, and both readings are quoted', async (text) => {
  await expect(load(text)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringMatching(/'300s' or '300ms'/) as string });
});

test('a variable with a bare number is refused by its own name', async () => {
  await expect(load('', 'keyturn.yaml', { KEYTURN_CACHE_TTL: '300' })).rejects.toMatchObject({
    message: expect.stringMatching(/^KEYTURN_CACHE_TTL: 300 .*'300s' or '300ms'/) as string,
  });
});

test.for([...noDurations, '200y', '101000d'])('%j is no duration', async (text) => {
  await expect(load(`cache: { ttl: "${text}" }`)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('cache.ttl') as string });
});

test.for(otherMistakes)('%s is refused with what it must be', async (text) => {
  await expect(load(text)).rejects.toMatchObject({ code: 'CONFIGURATION', hint: expect.stringMatching(/\S/) as string });
});

test('where an editor finds the schema may stand in the file', async () => {
  expect(await load('{"$schema":"./node_modules/keyturn/schemas/keyturn.schema.json","deadline":"5s"}', 'keyturn.json')).toEqual({
    file: expect.any(String) as string,
    deadline: '5s',
  });
});

test('nothing in YAML means more than what is typed', async () => {
  expect(await load('providers: [{ env: { prefix: NO, name: "on" } }, { aws-secrets-manager: { profile: 012, region: 1.10 } }]')).toMatchObject({
    providers: [{ options: { prefix: 'NO', name: 'on' } }, { options: { profile: '012', region: '1.10' } }],
  });
  await expect(load('providers: [{ env: { allowEmpty: yes } }]')).rejects.toMatchObject({ hint: 'Write true or false.' });
});

test.for([
  ['keyturn.yaml', 'deadline: 5s\ncache: [', /line \d/],
  ['keyturn.yaml', 'deadline: 5s\ndeadline: 6s\n', /second time at line 2/],
  ['keyturn.yaml', 'a: &x 1\nb: *x\n', /alias.* line 1/],
  ['keyturn.yaml', 'deadline: 5s\n---\ndeadline: 6s\n', /second YAML document at line/],
  ['keyturn.yaml', `a: ${'['.repeat(200)}${']'.repeat(200)}`, /64 levels/],
  ['keyturn.json', '{\n  "deadline": "5s",\n  "deadline": "6s"\n}', /key twice .*line 3, column/],
  ['keyturn.json', '{\n  "deadline": nope\n}', /line 2, column 15/],
  ['keyturn.json', `{"a":${'['.repeat(70)}${']'.repeat(70)}}`, /64 levels/],
  ['keyturn.json', '[]', /no object at its top/],
  ['keyturn.yaml', 'just text', /no mapping at its top/],
  ['keyturn.yaml', `# ${'x'.repeat(1_048_577)}`, /over 1 MiB/],
  ['keyturn.yaml', Buffer.from([0x61, 0xff]).toString('latin1'), /mapping/],
] as const)('%s that is malformed is told by its place: %j', async ([name, text, message]) => {
  await expect(load(text, name)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringMatching(message) as string });
});

test('names with a meaning of their own in JavaScript are names like any other', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    await expect(load(`${name}: { a: 1 }`)).rejects.toMatchObject({ message: expect.stringContaining(`"${name}"`) as string });
    await expect(load(`providers: [{ ${name}: {} }]`)).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await expect(load(`providers: [{ env: { ${name}: {} } }]`)).rejects.toMatchObject({ code: 'CONFIGURATION' });
  }
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});

test('a group with every line below it commented out says nothing', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml', 'cache:\n  # ttl: 5m\nonUnavailable:\nsecrets:\nrun:\n  env:\nproviders:\n  - env:\n');
  await expect(machine.load()).resolves.toMatchObject({ providers: [{ kind: 'env', options: {} }], run: { env: {} } });
});
