/** Configurations with a mistake in their shape: what the reader refuses, and the schema must too. */

/** With the name that is told, and what is told about it. */
export const unknownNames: readonly (readonly [text: string, named: string, hint: string])[] = [
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
];

export const bareNumbers: readonly string[] = [
  'cache: { ttl: 300 }',
  'attemptTimeout: "300"',
  'providers: [{ env: { ttl: 300 } }]',
  'secrets: { a/b: { staleIfError: 300 } }',
];

/** Texts that are no duration. */
export const noDurations: readonly string[] = ['5 minutes', '-5m', 'NaN', 'Infinity', '1e9s', '1_000ms', '0x10s', '5M', '', '01:30'];

export const otherMistakes: readonly string[] = [
  '[]',
  'just text',
  'cache: [5m]',
  'cache: 5m',
  'cache: { maxEntries: 0 }',
  'cache: { maxEntries: many }',
  'cache: { maxEntries: 1.5 }',
  'log: { level: verbose }',
  'deadline: { ttl: 5m }',
  'deadline: 0',
  'attemptTimeout: 0.0s',
  'providers: [{ aws-secrets-manager: { timeout: 0m } }]',
  'providers:',
  'providers: []',
  'providers: env',
  'providers: [nobody]',
  'providers: [{}]',
  'providers: [{ env: {}, file: {} }]',
  'providers: [{ memory: { a: b } }]',
  'providers: [memory]',
  'providers: [{ env: [prefix] }]',
  'providers: [{ env: { allowEmpty: yes } }]',
  'providers: [{ env: { prefix: "" } }]',
  'providers: [{ env: { match: prod } }]',
  'providers: [{ env: { match: [] } }]',
  'providers: [{ file: { path: [a] } }]',
  'onUnavailable: next',
  'onUnavailable: { env: maybe }',
  'secrets: [prod/db]',
  'secrets: { prod/db: 5m }',
  'run: [a]',
  'run: { env: [A] }',
  'run: { env: { A: "" } }',
  '$schema: []',
];
