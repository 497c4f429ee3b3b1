import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ended, type Sandbox, sandbox } from './keyturn.ts';
import { hasScript, screen } from './screen.ts';

const isRoot = process.getuid?.() === 0;
const yaml = 'providers: [{ aws-secrets-manager: { region: eu-west-1, endpoint: "https://user:canary@collector.example/canary" } }]\n';

test('what needs trust is shown, then kept with --yes, and the file is used until it changes', () => {
  const box = sandbox();
  const path = box.file('keyturn.yaml', `${yaml}run: { env: { LD_PRELOAD: prod/db } }\n`);
  expect(box.keyturn(['config', 'show'])).toMatchObject({ code: 1, stderr: expect.stringContaining(`keyturn trust ${path}`) as string });

  const asked = box.keyturn(['trust', 'keyturn.yaml']);
  expect(asked).toMatchObject({ code: 1, stdout: '' });
  expect(asked.stderr.split('\n')).toEqual([
    `keyturn: ${path} needs your trust for this:`,
    '- providers[0].aws-secrets-manager.endpoint (https://collector.example) is sent requests signed with your credentials',
    '- run.env.LD_PRELOAD decides what code a command runs, or who gets its requests',
    'keyturn: Nobody is there to be asked, so nothing is trusted.',
    '  If you trust it, add --yes.',
    '',
  ]);
  expect(box.keyturn(['config', 'show']).code).toBe(1);

  expect(box.keyturn(['trust', 'keyturn.yaml', '--yes'])).toMatchObject({ code: 0, stdout: '', stderr: `keyturn: ${path} is trusted until it changes.\n` });
  expect(box.keyturn(['config', 'show']).code).toBe(0);
  expect(box.keyturn(['trust', 'keyturn.yaml'])).toMatchObject({ code: 0, stderr: `keyturn: ${path} is trusted already.\n` });

  fs.appendFileSync(path, '# changed\n');
  expect(box.keyturn(['config', 'show'])).toMatchObject({ code: 1, stderr: expect.stringContaining('has changed since you trusted it') as string });
});

test('the trust is ended by --remove, also when the file is gone', () => {
  const box = sandbox();
  const path = box.file('keyturn.yaml', yaml);
  box.keyturn(['trust', 'keyturn.yaml', '--yes']);
  expect(box.keyturn(['trust', '--remove', 'keyturn.yaml'])).toMatchObject({ code: 0, stderr: `keyturn: ${path} is no longer trusted.\n` });
  expect(box.keyturn(['config', 'show']).code).toBe(1);
  expect(box.keyturn(['trust', '--remove', 'keyturn.yaml'])).toMatchObject({ code: 0, stderr: `keyturn: ${path} was not trusted.\n` });
  box.keyturn(['trust', 'keyturn.yaml', '--yes']);
  fs.rmSync(path);
  expect(JSON.parse(box.keyturn(['trust', '--remove', 'keyturn.yaml', '--json']).stdout)).toEqual({ file: path, trusted: false, wasTrusted: true });
});

test('--json answers with what would be done and never with more of an address than its origin', () => {
  const box = sandbox();
  const file = box.file('keyturn.yaml', yaml);
  const needsTrust = [
    {
      setting: 'providers[0].aws-secrets-manager.endpoint',
      does: 'is sent requests signed with your credentials',
      value: 'https://collector.example',
    },
  ];
  const { stdout, stderr } = box.keyturn(['trust', 'keyturn.yaml', '--json', '--yes']);
  expect(JSON.parse(stdout)).toEqual({ file, trusted: true, needsTrust });
  expect(stdout + stderr).not.toContain('canary');
  fs.appendFileSync(file, '#\n');
  expect(JSON.parse(box.keyturn(['trust', 'keyturn.yaml', '--json']).stdout)).toMatchObject({ error: { code: 'USAGE', exitCode: 1 } });
});

test('a file that needs no trust says so, and one that is never found by itself needs none', () => {
  const box = sandbox();
  const path = box.file('keyturn.yaml', 'deadline: 1s');
  expect(box.keyturn(['trust', 'keyturn.yaml'])).toMatchObject({ code: 0, stderr: `keyturn: ${path} does nothing that needs trust.\n` });
  expect(JSON.parse(box.keyturn(['trust', 'keyturn.yaml', '--json']).stdout)).toEqual({ file: path, trusted: false, needsTrust: [] });
  expect(fs.existsSync(join(box.home, '.local'))).toBe(false);
  box.file('keyturn.yaml', yaml, 0o666);
  expect(box.keyturn(['trust', 'keyturn.yaml', '--yes'])).toMatchObject({ code: 1, stderr: expect.stringContaining(`chmod go-w ${path}`) as string });
  box.file('other.yaml', yaml);
  expect(box.keyturn(['trust', 'other.yaml', '--yes'])).toMatchObject({ code: 1, stderr: expect.stringContaining('Name it with --config') as string });
  expect(box.keyturn(['trust', 'none/keyturn.yaml'])).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no') as string });
  expect(box.keyturn(['trust']).code).toBe(1);
});

test.skipIf(!hasScript)('on a terminal it asks, and only yes is yes', async () => {
  const box = sandbox();
  box.file('keyturn.yaml', yaml);
  for (const keys of ['\r', 'n\r', 'maybe\r', '\x04']) {
    const { shown } = await screen(box, 'keyturn trust keyturn.yaml; echo "code $?"', { keys, prompt: '[y/N]' });
    expect(shown).toContain('keyturn.yaml is not trusted.');
    expect(shown).toContain('code 1');
  }
  expect(box.keyturn(['config', 'show']).code).toBe(1);
  const { shown } = await screen(box, 'keyturn trust keyturn.yaml; echo "code $?"', { keys: 'y\r', prompt: '[y/N]' });
  expect(shown).toContain('is trusted until it changes.');
  expect(shown).toContain('code 0');
  expect(box.keyturn(['config', 'show']).code).toBe(0);
});

/** Somebody who waits for requests that are signed with our credentials. */
async function collector() {
  let requests = 0;
  const server = http.createServer((_, response) => {
    requests++;
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end('{"__type":"ValidationException"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests };
}

/** A repository whose root has what somebody planted, and a folder in it to work in. */
function planted(box: Sandbox, url: string): string {
  fs.mkdirSync(join(box.work, '.git'));
  box.file('evil.cjs', `require('node:fs').writeFileSync(${JSON.stringify(join(box.work, 'ran'))}, '')`);
  box.file('planted.json', JSON.stringify({ 'code/options': `--require ${join(box.work, 'evil.cjs')}` }));
  box.file(
    'keyturn.yaml',
    `providers:\n  - file: { path: planted.json }\n  - aws-secrets-manager: { region: eu-west-1, endpoint: "${url}" }\nrun: { env: { NODE_OPTIONS: code/options } }\n`,
    0o644,
  );
  const below = join(box.work, 'a/b');
  fs.mkdirSync(below, { recursive: true, mode: 0o700 });
  return below;
}

const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-test', PROD_DB: 'x' };

const calls: readonly string[][] = [
  ['get', 'prod/none'],
  ['set', 'aws-secrets-manager://prod/none'],
  ['delete', 'prod/none'],
  ['list'],
  ['explain', 'prod/none'],
  ['run', '--', process.execPath, '-e', '0'],
  ['config', 'show'],
];

const plants: readonly { what: string; spoil: (file: string) => void }[] = [
  { what: 'in a folder above, within the repository', spoil: () => undefined },
  { what: 'that others may write', spoil: (file) => fs.chmodSync(file, 0o666) },
  ...(isRoot ? [{ what: 'that belongs to somebody else', spoil: (file: string) => fs.chownSync(file, 1234, 1234) }] : []),
];

test.each(plants)('a planted file $what runs nothing and is sent nothing', async ({ spoil }) => {
  const box = sandbox();
  const { url, requests } = await collector();
  const cwd = planted(box, url);
  spoil(join(box.work, 'keyturn.yaml'));
  for (const args of calls) {
    const ran = box.start(args, { cwd, env: credentials });
    ran.stdin!.end('value');
    expect([args[0], (await ended(ran)).code]).toEqual([args[0], args[0] === 'run' ? 125 : 1]);
  }
  expect(requests()).toBe(0);
  expect(fs.existsSync(join(box.work, 'ran'))).toBe(false);
});

test('the same file, once trusted, does both', async () => {
  const box = sandbox();
  const { url, requests } = await collector();
  const cwd = planted(box, url);
  expect(box.keyturn(['trust', '--yes', '../../keyturn.yaml'], { cwd }).code).toBe(0);
  const get = box.start(['get', 'prod/none'], { cwd, env: credentials });
  expect((await ended(get)).code).not.toBe(0);
  expect(requests()).toBeGreaterThan(0);
  expect(box.keyturn(['run', '--', process.execPath, '-e', '0'], { cwd, env: credentials }).code).toBe(0);
  expect(fs.existsSync(join(box.work, 'ran'))).toBe(true);
});
