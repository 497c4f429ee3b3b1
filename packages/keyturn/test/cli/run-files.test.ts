import { type ChildProcess, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { command, ended, quoted, type Sandbox, sandbox, seen } from './keyturn.ts';

const env = { PROD_DB_PASSWORD: 'hunter2-hunter2', PROD_DB_USER: 'app' };
const key = ['--file', 'KEY=prod/db#password'];
/** Unmasked, so that a test sees what the command saw. */
const bare = ['run', '--no-mask', ...key];
const hasMemory = fs.existsSync('/dev/shm') && fs.statfsSync('/dev/shm').type === 0x01021994;
if (!hasMemory) console.info('skipped: tests of run --file need Linux with a tmpfs at /dev/shm');

/** A folder in memory that is gone after the test. */
function memoryFolder(mode = 0o700): string {
  const folder = fs.mkdtempSync('/dev/shm/test-');
  fs.chmodSync(folder, mode);
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A command that has told the path of its file and goes on until a signal ends it. */
async function running(box: Sandbox, runtime: string): Promise<{ child: ChildProcess; path: string }> {
  const child = box.start([...bare, '--', 'sh', '-c', 'echo "$KEY"; exec sleep 30'], { env: { ...env, XDG_RUNTIME_DIR: runtime } });
  return { child, path: (await seen(child, '\n')).trim() };
}

test.skipIf(!hasMemory)('the variable names a file in memory, for its owner alone, with the value and nothing more', () => {
  const ran = sandbox().keyturn([...bare, '--', 'sh', '-c', 'echo "$KEY"; stat -fc %T "$KEY"; stat -c "%a %U" "$KEY" "$(dirname "$KEY")"; od -An -c "$KEY"'], {
    env,
  });
  const [path, ...rest] = ran.stdout.split('\n').map((line) => line.trim());
  const owner = spawnSync('id', ['-un']).stdout.toString().trim();
  expect(path).toMatch(/^\/.*\/keyturn-[^/]*\/KEY$/);
  expect(rest).toEqual(['tmpfs', `600 ${owner}`, `700 ${owner}`, 'h   u   n   t   e   r   2   -   h   u   n   t   e   r   2', '']);
  expect(fs.existsSync(dirname(path!))).toBe(false);
});

test.skipIf(!hasMemory)('a binary secret arrives byte for byte, also under a careless umask', () => {
  const box = sandbox();
  const bytes = Buffer.from([0, 0xff, 0xfe, 13, 10, 0, 0x80, 10]);
  box.file('keys/nul', bytes);
  box.file('keyturn.yaml', 'providers: [{ file: { path: keys/ } }]');
  const ran = box.shell(`umask 777; keyturn run --no-mask --file KEY=nul -- sh -c 'cat "$KEY"'`);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.bytes).toEqual(bytes);
});

test.skipIf(!hasMemory)('run.file stands beside run.env, and the command line comes first', () => {
  const box = sandbox();
  box.file(
    'keyturn.yaml',
    'providers: [{ env: {} }]\nrun:\n  env: { USER_NAME: prod/db#user, OTHER: prod/db#user }\n  file: { KEY: prod/db#user, SECOND: prod/db#user }\n',
  );
  const ran = box.keyturn(
    [
      ...bare,
      '--file',
      'OTHER=prod/db#password',
      '--env',
      'SECOND=prod/db#password',
      '--',
      'sh',
      '-c',
      'echo "$USER_NAME $(cat "$KEY") $(cat "$OTHER") $SECOND"',
    ],
    { env },
  );
  expect(ran).toMatchObject({ code: 0, stdout: 'app hunter2-hunter2 hunter2-hunter2 hunter2-hunter2\n', stderr: '' });
});

test.skipIf(!hasMemory)('what stands in a file is masked like what stands in a variable', () => {
  const ran = sandbox().keyturn(
    ['run', '--file', 'KEY=prod/db#password', '--file', 'PORT=prod/db#port', '--', 'sh', '-c', 'cat "$KEY" "$PORT"; base64 < "$KEY" >&2'],
    {
      env: { ...env, PROD_DB_PORT: '5432' },
    },
  );
  expect(ran).toMatchObject({ code: 0, stdout: '[redacted]', stderr: '[redacted]\n' });
});

test('one name for a variable and a file is an error that names it', () => {
  const box = sandbox();
  const ran = box.keyturn(['run', '--env', 'KEY=prod/db#user', ...key, '--', 'true'], { env });
  expect(ran).toMatchObject({ code: 125, stdout: '', stderr: expect.stringMatching(/^keyturn: KEY is given by both --env and --file\./) as string });
  box.file('keyturn.yaml', 'providers: [{ env: {} }]\nrun: { env: { KEY: a/b }, file: { KEY: a/b } }\n');
  expect(box.keyturn(['run', '--', 'true'])).toMatchObject({
    code: 125,
    stderr: expect.stringContaining('KEY is given by both run.env and run.file.') as string,
  });
});

test('names and references of files are held to the rules of variables', () => {
  const box = sandbox();
  for (const file of ['A-B=prod/db', '../A=prod/db', 'A', '=x', 'A=', 'KEYTURN_A=prod/db']) {
    const ran = box.keyturn(['run', '--file', file, '--', 'true'], { env });
    expect(ran, file).toMatchObject({ code: 125, stdout: '', stderr: expect.stringMatching(/^keyturn: /) as string });
  }
  const meeting = box.keyturn(['run', ...key, '--env', 'B=prod/db-password', '--', 'true'], { env });
  expect(meeting).toMatchObject({ code: 125, stderr: expect.stringContaining('PROD_DB_PASSWORD') as string });
  expect(box.keyturn(['run', '--file', 'ONE=prod/one', '--', 'true'])).toMatchObject({
    code: 125,
    stderr: expect.stringContaining('- ONE: prod/one') as string,
  });
});

test.skipIf(!hasMemory)('the file goes when the command ends, by an exit or by a signal', () => {
  const runtime = memoryFolder();
  for (const [end, code] of [
    ['exit 3', 3],
    ['kill -KILL $$', 137],
    ['kill -TERM $$', 143],
  ] as const) {
    const ran = sandbox().keyturn([...bare, '--', 'sh', '-c', `test -f "$KEY" && echo "$KEY"; ${end}`], { env: { ...env, XDG_RUNTIME_DIR: runtime } });
    expect(ran).toMatchObject({ code, stdout: expect.stringContaining(runtime) as string });
    expect(fs.readdirSync(runtime)).toEqual([]);
  }
});

test.skipIf(!hasMemory)('the file goes when the command cannot be started', () => {
  const box = sandbox();
  const runtime = memoryFolder();
  box.file('plain', 'text');
  for (const [name, code] of [
    ['no-such-command-anywhere', 127],
    ['./plain', 126],
  ] as const) {
    expect(box.keyturn(['run', ...key, '--', name], { env: { ...env, XDG_RUNTIME_DIR: runtime } }).code).toBe(code);
    expect(fs.readdirSync(runtime)).toEqual([]);
  }
});

test.skipIf(!hasMemory).for(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('the file goes when %s comes to keyturn', async (signal) => {
  const runtime = memoryFolder();
  const { child, path } = await running(sandbox(), runtime);
  expect(fs.existsSync(path)).toBe(true);
  child.kill(signal);
  expect((await ended(child)).code).toBeGreaterThan(128);
  expect(fs.readdirSync(runtime)).toEqual([]);
});

test.skipIf(!hasMemory)('the file is gone while keyturn still waits for what the command left running', async () => {
  const box = sandbox();
  const runtime = memoryFolder();
  spawnSync('mkfifo', [`${box.work}/go`]);
  const child = box.start(['run', ...key, '--', 'sh', '-c', '(cat go; echo late) & echo started'], { env: { ...env, XDG_RUNTIME_DIR: runtime } });
  let shown = '';
  child.stdout!.on('data', (chunk) => (shown += String(chunk)));
  await vi.waitFor(() => {
    expect({ shown, left: fs.readdirSync(runtime) }).toEqual({ shown: 'started\n', left: [] });
  });
  expect(child.exitCode).toBe(null);
  fs.writeFileSync(`${box.work}/go`, '');
  expect((await ended(child)).code).toBe(0);
  expect(shown).toBe('started\nlate\n');
});

test.skipIf(!hasMemory)('the next run removes what a killed keyturn left, and leaves the files of a living one', async () => {
  const runtime = memoryFolder();
  const killed = await running(sandbox(), runtime);
  const living = await running(sandbox(), runtime);
  killed.child.kill('SIGKILL');
  await ended(killed.child);
  expect(fs.existsSync(killed.path)).toBe(true);
  // One whose process number has another process now.
  const reused = dirname(living.path).replace(/-\d+-(\w+)$/, '-1-$1');
  const other = `${runtime}/keyturn-notes`;
  for (const folder of [reused, other]) fs.mkdirSync(folder);
  const ran = sandbox().keyturn([...bare, '--', 'true'], { env: { ...env, XDG_RUNTIME_DIR: runtime } });
  expect(ran.code).toBe(0);
  expect(
    fs
      .readdirSync(runtime)
      .map((name) => `${runtime}/${name}`)
      .toSorted(),
  ).toEqual([dirname(living.path), other].toSorted());
  living.child.kill('SIGTERM');
  await ended(living.child);
  expect(fs.readdirSync(runtime)).toEqual(['keyturn-notes']);
});

test.skipIf(!hasMemory)('a runtime folder on a disk, or open to others, is passed over for /dev/shm', () => {
  const box = sandbox();
  fs.mkdirSync(`${box.root}/runtime`, { mode: 0o700 });
  const isOnDisk = fs.statfsSync(`${box.root}/runtime`).type !== 0x01021994;
  for (const runtime of [...(isOnDisk ? [`${box.root}/runtime`] : []), memoryFolder(0o755), 'relative', `${box.root}/nowhere`]) {
    const ran = box.keyturn([...bare, '--', 'sh', '-c', 'echo "$KEY"'], { env: { ...env, XDG_RUNTIME_DIR: runtime } });
    expect(ran.stdout, runtime).toMatch(/^\/dev\/shm\/keyturn-/);
  }
});

const canMount = hasMemory && spawnSync('unshare', ['-m', 'true']).status === 0;
if (hasMemory && !canMount) console.info('skipped: that run --file refuses a system without memory-backed storage needs the right to mount (root)');

test.skipIf(!canMount)('without a place in memory nothing is written and nothing is started', () => {
  const box = sandbox();
  fs.mkdirSync(`${box.root}/disk`);
  const line = [...command, 'run', ...key, '--', 'touch', 'started'].map(quoted).join(' ');
  const ran = spawnSync('unshare', ['-m', 'sh', '-c', `mount --bind ${quoted(`${box.root}/disk`)} /dev/shm && ${line}`], { cwd: box.work, env: box.env(env) });
  expect({ code: ran.status, stdout: ran.stdout.toString() }).toEqual({ code: 125, stdout: '' });
  expect(ran.stderr.toString()).toMatch(/^keyturn: --file needs a folder in memory \(tmpfs\)/);
  expect(fs.existsSync(`${box.work}/started`)).toBe(false);
  expect(fs.readdirSync(`${box.root}/disk`)).toEqual([]);
});
