import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { powersOf } from '../../src/config/powers.ts';
import { type OptionType, powerfulTypes, providerOptions } from '../../src/config/settings.ts';
import { endTrust, keepTrust, trustOf } from '../../src/config/trust.ts';
import { Machine } from './fixture.ts';

const yaml = 'providers:\n  - aws-secrets-manager: { endpoint: "https://collector.example" }\n';
const isRoot = process.getuid?.() === 0;

/** A machine with a trusted file in the home folder. */
async function trusting(text = yaml) {
  const machine = new Machine();
  const path = machine.file('home/keyturn.yaml', text);
  const env = { HOME: machine.home };
  await keepTrust(path, text, env);
  const folder = join(machine.home, '.local/state/keyturn/trusted');
  return { machine, path, env, folder, record: join(folder, fs.readdirSync(folder)[0]!) };
}

test('a found file that would be sent credentials is refused with the command to run, and used once it is trusted', async () => {
  const machine = new Machine();
  const path = machine.file('home/keyturn.yaml', yaml);
  await expect(machine.load()).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: `${path}: providers[0].aws-secrets-manager.endpoint is sent requests signed with your credentials, and nobody said that this file may.`,
    hint: expect.stringContaining(`keyturn trust ${path}`) as string,
  });
  await keepTrust(path, yaml, { HOME: machine.home });
  await expect(machine.load()).resolves.toMatchObject({ file: path });
});

test('any change ends the trust, and so says the error; the old content has it again', async () => {
  const { machine, path } = await trusting();
  machine.file('home/keyturn.yaml', `${yaml}#`);
  await expect(machine.load()).rejects.toMatchObject({
    message: expect.stringContaining('has changed since you trusted it') as string,
    hint: expect.stringContaining(`keyturn trust ${path}`) as string,
  });
  machine.file('home/keyturn.yaml', yaml);
  await expect(machine.load()).resolves.toMatchObject({ file: path });
});

test('trust is for one place: the same content elsewhere has none, nor has a link to the trusted file', async () => {
  const { machine, path } = await trusting();
  machine.file('home/copy/keyturn.yaml', yaml);
  await expect(machine.load({ cwd: 'home/copy' })).rejects.toMatchObject({ hint: expect.stringContaining('keyturn trust') as string });
  machine.folder('home/link');
  fs.symlinkSync(path, join(machine.home, 'link/keyturn.yaml'));
  await expect(machine.load({ cwd: 'home/link' })).rejects.toMatchObject({ hint: expect.stringContaining('keyturn trust') as string });
});

test('the same folder by another path is the same place', async () => {
  const { machine, path } = await trusting();
  fs.symlinkSync(machine.home, join(machine.root, 'by-link'));
  expect(trustOf(join(machine.root, 'by-link/keyturn.yaml'), yaml, { HOME: machine.home })).toBe('trusted');
  expect(await endTrust(path, { HOME: machine.home })).toBe(true);
  expect(trustOf(path, yaml, { HOME: machine.home })).toBe('unknown');
});

test('what is trusted is kept where only the user can write, in the folder that XDG_STATE_HOME names', async () => {
  const { folder, record } = await trusting();
  expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
  expect(fs.statSync(record).mode & 0o777).toBe(0o600);
  const machine = new Machine();
  const env = { HOME: machine.home, XDG_STATE_HOME: join(machine.root, 'state') };
  await keepTrust(machine.file('home/keyturn.yaml', yaml), yaml, env);
  expect(fs.readdirSync(join(machine.root, 'state/keyturn/trusted'))).toHaveLength(1);
  await expect(machine.load({ env })).resolves.toMatchObject({ providers: [{ kind: 'aws-secrets-manager' }] });
});

test('a loose folder, or a record that others could have written, is refused with the mend, when it is read and when it is written', async () => {
  for (const spoil of ['', '..', 'record'] as const) {
    const { machine, path, env, folder, record } = await trusting();
    fs.chmodSync(spoil === 'record' ? record : join(folder, spoil), 0o1777);
    await expect(machine.load()).rejects.toMatchObject({ code: 'CONFIGURATION', hint: expect.stringContaining('Run: chmod') as string });
    if (spoil !== 'record') await expect(keepTrust(path, yaml, env)).rejects.toMatchObject({ code: 'CONFIGURATION' });
  }
});

test('a record that is a link is not followed', async () => {
  const { machine, path, env, record } = await trusting();
  fs.renameSync(record, join(machine.home, 'elsewhere.json'));
  fs.symlinkSync(join(machine.home, 'elsewhere.json'), record);
  expect(() => trustOf(path, yaml, env)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
});

test.skipIf(!isRoot)('a folder or a record of somebody else is refused', async () => {
  for (const which of ['folder', 'record'] as const) {
    const made = await trusting();
    fs.chownSync(made[which], 1234, 1234);
    await expect(made.machine.load()).rejects.toMatchObject({ code: 'CONFIGURATION', hint: expect.stringContaining('chown') as string });
  }
});

test('a trusted file that others may write is refused all the same', async () => {
  const { machine, path } = await trusting();
  fs.chmodSync(path, 0o664);
  await expect(machine.load()).rejects.toMatchObject({ hint: `Run: chmod go-w ${path}` });
});

test.each([
  'LD_PRELOAD',
  'DYLD_INSERT_LIBRARIES',
  'PATH',
  'NODE_OPTIONS',
  'BASH_ENV',
  'GIT_SSH_COMMAND',
  'HTTPS_PROXY',
  'AWS_ENDPOINT_URL_STS',
  'SSL_CERT_FILE',
])('a found file may not give a command %s without trust', async (name) => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml', `run: { env: { DB_PASSWORD: prod/db#password, ${name}: prod/db } }`);
  await expect(machine.load()).rejects.toMatchObject({ message: expect.stringContaining(`run.env.${name} decides`) as string });
  await expect(machine.load({ file: 'keyturn.yaml' })).resolves.toMatchObject({ run: {} });
});

test('usual variables of a command need no trust', () => {
  const env = Object.fromEntries(
    ['PGPASSWORD', 'GIT_TOKEN', 'NODE_AUTH_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'PYTHON_KEY', 'DATABASE_PATH'].map((name) => [name, 'a/b']),
  );
  expect(powersOf({ run: { env } })).toEqual([]);
});

test('every option of a powerful type is a power, and an address is shown by its origin alone', () => {
  for (const [kind, options] of Object.entries(providerOptions)) {
    for (const [key, type] of Object.entries<OptionType>(options)) {
      const config = { providers: [{ kind, options: { [key]: 'https://user:canary@host.example/canary?canary' } }] } as unknown as Config;
      const powers = powersOf(config);
      expect([kind, key, powers.length]).toEqual([kind, key, powerfulTypes[type] === undefined ? 0 : 1]);
      expect(JSON.stringify(powers)).not.toContain('canary');
    }
  }
  expect(powersOf({ providers: [{ kind: 'aws-secrets-manager', options: { endpoint: 'https://user:canary@host.example/x' } }] })).toMatchObject([
    { value: 'https://host.example' },
  ]);
});
