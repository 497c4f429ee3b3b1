import { expect, test } from 'vitest';
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
  - aws-secrets-manager: { region: eu-west-1, ttl: 10m, match: [prod/**], bundle: prod/app }
  - env: { name: plain }
onUnavailable: { aws-secrets-manager: next }
cache: { ttl: 5m, staleIfError: 0, maxEntries: 50, negativeTtl: 1s, minTtl: 1s, maxTtl: none, sweepInterval: 30s }
attemptTimeout: 2s
deadline: 5s
log: { level: warn }
secrets:
  prod/db#otp: { ttl: 0, staleIfError: 0 }
run: { env: { DB_PASSWORD: prod/db#password } }
`,
  );
  expect(await machine.load({ file: 'conf/keyturn.yaml' })).toEqual({
    file,
    providers: [
      { kind: 'env', options: { prefix: 'MYAPP', allowEmpty: true } },
      { kind: 'file', options: { path: `${machine.home}/conf/secrets.yaml`, strictModes: true, ttl: '10s' } },
      { kind: 'file', options: { name: 'folder', path: `${machine.home}/conf/keys/` } },
      { kind: 'file', options: { name: 'absolute', path: '/etc/keys/' } },
      { kind: 'aws-secrets-manager', options: { region: 'eu-west-1', ttl: '10m', match: ['prod/**'], bundle: 'prod/app' } },
      { kind: 'env', options: { name: 'plain' } },
    ],
    onUnavailable: { 'aws-secrets-manager': 'next' },
    cache: { ttl: '5m', staleIfError: '0', maxEntries: 50, negativeTtl: '1s', minTtl: '1s', maxTtl: 'none', sweepInterval: '30s' },
    attemptTimeout: '2s',
    deadline: '5s',
    log: { level: 'warn' },
    secrets: { 'prod/db#otp': { ttl: '0', staleIfError: '0' } },
    run: { env: { DB_PASSWORD: 'prod/db#password' } },
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

test.for([
  ['cach: { ttl: 5m }', 'cach', 'Did you mean cache?'],
  ['cache: { tll: 5m }', 'cache.tll', 'Did you mean cache.ttl?'],
  ['cache: { staleOnError: 5m }', 'cache.staleOnError', 'Did you mean cache.staleIfError?'],
  ['provider: []', 'provider', 'Did you mean providers?'],
  ['providers: [{ fil: {} }]', 'fil', 'Did you mean file?'],
  ['providers: [{ aws-secret-manager: {} }]', 'aws-secret-manager', 'Did you mean aws-secrets-manager?'],
  ['providers: [{ env: { prefx: A } }]', 'providers[0].env.prefx', 'Did you mean providers[0].env.prefix?'],
  ['providers: [{ file: { region: x } }]', 'providers[0].file.region', 'Known here: name, match, ttl, staleIfError, path, strictModes.'],
  ['secrets: { a/b: { tl: 1s } }', 'secrets.a/b.tl', 'Did you mean secrets.a/b.ttl?'],
  ['run: { envs: {} }', 'run.envs', 'Did you mean run.env?'],
  ['nonsense: 1', 'nonsense', 'Known here: cache, attemptTimeout, deadline, log, providers, onUnavailable, secrets, run.'],
])('%s: the unknown name is told, with the nearest known one', async ([text, named, hint]) => {
  await expect(load(text!)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining(`"${named!}"`) as string, hint });
});

test('memory is not for files', async () => {
  await expect(load('providers: [{ memory: { a: b } }]')).rejects.toMatchObject({
    message: expect.stringContaining('memory') as string,
    hint: expect.stringContaining('file') as string,
  });
});

test.for(['cache: { ttl: 300 }', 'attemptTimeout: "300"', 'providers: [{ env: { ttl: 300 } }]', 'secrets: { a/b: { staleIfError: 300 } }'])(
  '%s: a bare number is refused, and both readings are quoted',
  async (text) => {
    await expect(load(text)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringMatching(/'300s' or '300ms'/) as string });
  },
);

test('a variable with a bare number is refused by its own name', async () => {
  await expect(load('', 'keyturn.yaml', { KEYTURN_CACHE_TTL: '300' })).rejects.toMatchObject({
    message: expect.stringMatching(/^KEYTURN_CACHE_TTL: 300 .*'300s' or '300ms'/) as string,
  });
});

test.for(['5 minutes', '-5m', 'NaN', 'Infinity', '1e9s', '1_000ms', '0x10s', '200y', '5M', '', '01:30'])('%j is no duration', async (text) => {
  await expect(load(`cache: { ttl: "${text}" }`)).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('cache.ttl') as string });
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
