import fs from 'node:fs';
import { expect, test } from 'vitest';
import { sandbox } from './keyturn.ts';

const canRefuse = process.getuid?.() !== 0;

test('1: the configuration file is not there', () => {
  const ran = sandbox().keyturn(['get', 'a/b', '--config', 'nowhere.yaml']);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(/^keyturn: There is no .*nowhere\.yaml\.\n {2}Check the path/);
});

test('1: the reference is malformed', () => {
  const ran = sandbox().keyturn(['get', 'a#b#c']);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('%23');
});

test('1: the reference names a provider that is not there, and the known ones are told', () => {
  const ran = sandbox().keyturn(['get', 'vault://a/b']);
  expect(ran).toMatchObject({ code: 1 });
  expect(ran.stderr).toContain('env, file');
});

test('1: no provider can write it', () => {
  const ran = sandbox().keyturn(['set', 'env://prod/db'], { input: 'x' });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
});

test('1: an unknown command, option or level names the nearest known one', () => {
  const box = sandbox();
  expect(box.keyturn(['gte', 'a/b'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Did you mean get?') as string });
  expect(box.keyturn(['get', 'a/b', '--jsn'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Did you mean --json?') as string });
  expect(box.keyturn(['get', 'a/b'], { env: { KEYTURN_LOG_LEVEL: 'verbose' } })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('debug, info, warn, error, off') as string,
  });
  expect(box.keyturn(['get'])).toMatchObject({ code: 1, stderr: expect.stringContaining(`Missing required argument 'ref'`) as string });
});

test('1: AWS is configured and its SDK is not installed: the install command is told', () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers:\n  - aws-secrets-manager: { region: eu-west-1 }\n');
  // A copy of the source where no package is above it.
  const source = `${box.root}/package`;
  fs.cpSync(new URL('../../src', import.meta.url).pathname, `${source}/src`, { recursive: true });
  fs.cpSync(new URL('../../../../node_modules/commander', import.meta.url).pathname, `${source}/node_modules/commander`, { recursive: true });
  fs.cpSync(new URL('../../../../node_modules/yaml', import.meta.url).pathname, `${source}/node_modules/yaml`, { recursive: true });
  const ran = box.shell(`"$NODE" --disable-warning=ExperimentalWarning ${source}/src/cli/main.ts get prod/db`, { env: { NODE: process.execPath } });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain('npm install @aws-sdk/client-secrets-manager');
});

test('2: the source cannot be asked', () => {
  const box = sandbox();
  const path = box.file('keyturn.yaml', 'attemptTimeout: 300ms\nproviders:\n  - aws-secrets-manager: { region: eu-west-1, endpoint: "http://127.0.0.1:9" }\n');
  const ran = box.keyturn(['get', 'prod/db', '--config', path], { env: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'canary-of-the-login' } });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).not.toContain('canary');
});

test.skipIf(!canRefuse)('2: the system does not let us read the file', () => {
  const box = sandbox();
  box.file('secrets.json', '{}', 0o000);
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  expect(box.keyturn(['get', 'a']).code).toBe(2);
});

test('3: there is no login', () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers:\n  - aws-secrets-manager: { region: eu-west-1 }\n');
  const ran = box.keyturn(['get', 'prod/db'], { env: { AWS_EC2_METADATA_DISABLED: 'true' } });
  expect(ran).toMatchObject({ code: 3, stdout: '' });
});

test('4: nobody has the secret, the field is missing, or the secret is malformed', () => {
  const box = sandbox();
  expect(box.keyturn(['get', 'prod/db'])).toMatchObject({ code: 4, stdout: '' });
  expect(box.keyturn(['get', 'prod/db#nope'], { env: { PROD_DB: '{"password":"x"}' } })).toMatchObject({ code: 4, stdout: '' });
  expect(box.keyturn(['get', 'prod/db#nope'], { env: { PROD_DB: 'no JSON' } })).toMatchObject({ code: 4, stdout: '' });
});

test('a failure with --json is one object on standard output, and nothing on standard error', () => {
  const box = sandbox();
  const missing = box.keyturn(['get', 'prod/db', '--json']);
  expect(missing).toMatchObject({ code: 4, stderr: '' });
  expect(JSON.parse(missing.stdout)).toEqual({
    error: {
      code: 'SECRET_NOT_FOUND',
      message: expect.stringContaining('prod/db') as string,
      hint: expect.any(String) as string,
      ref: 'prod/db',
      provider: null,
      exitCode: 4,
    },
  });
  const usage = box.keyturn(['get', '--json']);
  expect(usage).toMatchObject({ code: 1, stderr: '' });
  expect(JSON.parse(usage.stdout)).toMatchObject({ error: { code: 'USAGE', exitCode: 1, ref: null, provider: null } });
  const configuration = box.keyturn(['--json', 'get', 'a/b', '--config', 'nowhere.json']);
  expect(JSON.parse(configuration.stdout)).toMatchObject({ error: { code: 'CONFIGURATION', exitCode: 1 } });
});

test('control characters of a reference or an argument reach no terminal', () => {
  const box = sandbox();
  for (const text of ['a/b\x1b]0;owned\x07', 'a/b\u202egnp', 'a/b\r\nkeyturn: all is well', 'a/b\x9b31m']) {
    for (const args of [['get', text], ['get', 'a/b', `--${text}`], [text], ['explain', text]]) {
      const { code, stdout, stderr } = box.keyturn(args);
      expect(code).not.toBe(0);
      expect(stdout + stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
      expect(stderr).not.toMatch(/^keyturn: all is well/m);
    }
  }
});
