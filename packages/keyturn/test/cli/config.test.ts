import { expect, test } from 'vitest';
import { settings, variableOf } from '../../src/config/settings.ts';
import { shownOption } from '../../src/cli/shown-option.ts';
import { sandbox } from './keyturn.ts';
import { hasScript, screen } from './screen.ts';

const yaml = `providers:
  - env: { prefix: MYAPP }
  - aws-secrets-manager: { name: aws, region: eu-west-1, match: [prod/**, dev/*], endpoint: "https://user:canary-1@host.example/path?canary-2#canary-3" }
cache: { ttl: 1m }
onUnavailable: { aws: next }
secrets: { prod/db#otp: { ttl: 0 } }
run: { env: { DB_PASSWORD: canary-4 }, file: { TLS_KEY: canary-5 } }
`;

test('every setting is shown with its value and where it comes from, then the rest', () => {
  const box = sandbox();
  const path = box.file('other.yaml', yaml);
  const { code, stdout, stderr } = box.keyturn(['config', 'show', '--config', 'other.yaml'], { env: { KEYTURN_DEADLINE: '9s' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n')).toEqual([
    `Configuration: ${path}.`,
    '',
    'Settings:',
    `  cache.ttl            1m    ${path}`,
    '  cache.staleIfError   1h    default',
    '  cache.maxEntries     1000  default',
    '  cache.negativeTtl    5s    default',
    '  cache.minTtl         0     default',
    '  cache.maxTtl         none  default',
    '  cache.rereadAfter    1h    default',
    '  cache.sweepInterval  60s   default',
    '  attemptTimeout       3s    default',
    '  deadline             9s    KEYTURN_DEADLINE',
    '  log.level            off   default',
    '',
    'Providers, asked in this order:',
    '  env  env                  prefix: MYAPP',
    '  aws  aws-secrets-manager  region: eu-west-1, match: [prod/**, dev/*], endpoint: https://…@host.example/path?…',
    '',
    'While a provider cannot be reached:',
    '  aws  next',
    '',
    'Settings of single secrets:',
    '  prod/db#otp  ttl: 0',
    '',
    'Variables that run gives:',
    '  DB_PASSWORD',
    '',
    'Files that run gives, by the variable with the path:',
    '  TLS_KEY',
    '',
  ]);
});

test('--json gives the same for programs, with nothing that may be a credential', () => {
  const box = sandbox();
  const file = box.file('other.yaml', yaml);
  const { stdout } = box.keyturn(['config', 'show', '--json', '--config', 'other.yaml'], { env: { KEYTURN_CACHE_MAX_ENTRIES: '5' } });
  expect(stdout).not.toContain('canary');
  const shown = JSON.parse(stdout) as { settings: object[] };
  expect(shown).toMatchObject({
    file,
    providers: [
      { name: 'env', kind: 'env', options: { prefix: 'MYAPP' } },
      { name: 'aws', kind: 'aws-secrets-manager', options: { region: 'eu-west-1', match: ['prod/**', 'dev/*'], endpoint: 'https://…@host.example/path?…' } },
    ],
    onUnavailable: { aws: 'next' },
    secrets: { 'prod/db#otp': { ttl: '0' } },
    run: { env: ['DB_PASSWORD'], file: ['TLS_KEY'] },
  });
  expect(shown.settings).toContainEqual({ setting: 'cache.ttl', value: '1m', from: 'file' });
  expect(shown.settings).toContainEqual({ setting: 'cache.maxEntries', value: '5', from: 'variable', variable: 'KEYTURN_CACHE_MAX_ENTRIES' });
  expect(shown.settings).toContainEqual({ setting: 'deadline', value: '10s', from: 'default' });
});

test('without a file the defaults are shown, and each variable that sets something', () => {
  const box = sandbox();
  const env = Object.fromEntries(settings.map(({ path, default: text }) => [variableOf(path), text]));
  const { settings: shown, ...rest } = JSON.parse(box.keyturn(['config', 'show', '--json'], { env }).stdout) as { settings: object[] };
  expect(rest).toMatchObject({ file: null, providers: [{ kind: 'env' }, { kind: 'file' }], run: { env: [], file: [] } });
  expect(shown).toEqual(settings.map(({ path, default: value }) => ({ setting: path, value, from: 'variable', variable: variableOf(path) })));
  expect(box.keyturn(['config', 'show']).stdout).toMatch(/^Configuration: none; the environment, then your own secrets file\.\n/);
});

test('a mistake in the configuration is told instead', () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'cach: { ttl: 1m }');
  expect(box.keyturn(['config', 'show'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Did you mean cache?') as string });
});

test('config wants to know what to do, and names what is near', () => {
  expect(sandbox().keyturn(['config'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('show [options]') as string });
  expect(sandbox().keyturn(['config', 'shwo'])).toMatchObject({ code: 1, stderr: "keyturn: Unknown command 'shwo'.\n  Did you mean show?\n" });
  expect(sandbox().keyturn(['config', 'show', '--jsno'])).toMatchObject({ code: 1, stderr: "keyturn: Unknown option '--jsno'.\n  Did you mean --json?\n" });
});

test.skipIf(!hasScript)('colour is for terminals', async () => {
  expect((await screen(sandbox(), 'keyturn config show')).shown).toContain('\x1b[2mdefault\x1b[0m');
  expect((await screen(sandbox(), 'keyturn config show', { env: { NO_COLOR: '1' } })).shown).not.toContain('\x1b');
});

test.each([
  ['https://host.example', 'https://host.example'],
  ['https://user@host.example:8443/a', 'https://…@host.example:8443/a'],
  ['https://:canary@host.example', 'https://host.example/'],
  ['https://host.example/?token=canary', 'https://host.example/?…'],
  ['https://user:can ary@[', 'https://…'],
  ['prod/**', 'prod/**'],
])('of the address %s it shows %s', (address, shown) => {
  expect(shownOption({ list: [address], flag: true })).toEqual({ list: [shown], flag: true });
});
