import { expect, test } from 'vitest';
import { sandbox } from './keyturn.ts';

const yaml = `providers:
  - env:
  - file: { name: local, path: secrets.json }
  - aws-secrets-manager: { match: [prod/**], region: eu-west-1 }
`;

test('it tells what each provider said and ends with the reason', () => {
  const box = sandbox();
  box.file('keyturn.yaml', yaml);
  box.file('secrets.json', '{"prod":{"db":{"password":"canary-value"}}}');
  const { code, stdout, stderr } = box.keyturn(['explain', 'prod/db#password']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.replaceAll(/[\d.]+ ms/g, '0 ms').split('\n')).toEqual([
    'prod/db#password',
    '  env                  absent     0 ms',
    '  local                found      0 ms',
    '  aws-secrets-manager  not asked',
    '',
    `Configuration: ${box.work}/keyturn.yaml.`,
    'Cache: held nothing; the command starts empty each time.',
    'prod/db#password comes from local, because env has none.',
    '',
  ]);
});

test('it says who is not asked for this name, and exits 4 when nobody has it', () => {
  const box = sandbox();
  box.file('keyturn.yaml', yaml);
  const { code, stdout } = box.keyturn(['explain', 'dev/db']);
  expect(code).toBe(4);
  expect(stdout).toContain('dev/db is nowhere: env has none, local has none and aws-secrets-manager is not asked for this name.');
});

test('it tells the failure with its code and its mend, and exits as the failure does', () => {
  const box = sandbox();
  box.file('keyturn.yaml', yaml);
  box.file('secrets.json', '{"prod/db":"canary-value"', 0o600);
  const { code, stdout } = box.keyturn(['explain', 'prod/db']);
  expect(code).toBe(4);
  expect(stdout).toMatch(/local +failed.*\n +INVALID_SECRET: .*\n +Mend the file/);
  expect(stdout).toContain('prod/db cannot be had: local failed, and no later provider may stand in for it.');
  expect(stdout).not.toContain('canary');
});

test('a missing field of a secret that is there is said as such', () => {
  const { code, stdout } = sandbox().keyturn(['explain', 'prod/db#nope'], { env: { PROD_DB: '{"password":"canary"}' } });
  expect(code).toBe(4);
  expect(stdout).toContain('prod/db#nope: the secret has no such field.');
  expect(stdout).not.toContain('canary');
});

test('--json gives the same for programs', () => {
  const { code, stdout } = sandbox().keyturn(['explain', 'prod/db', '--json'], { env: { PROD_DB: 'canary' } });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    ref: 'prod/db',
    outcome: 'found',
    provider: 'env',
    steps: [
      { provider: 'env', outcome: 'found', durationMs: expect.any(Number) as number },
      { provider: 'file', outcome: 'not asked' },
    ],
    cache: { state: 'nothing' },
  });
});
