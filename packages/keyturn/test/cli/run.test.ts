import fs from 'node:fs';
import { expect, test } from 'vitest';
import { ended, type Sandbox, sandbox, seen } from './keyturn.ts';

const node = process.execPath;
const env = { PROD_DB_PASSWORD: 'hunter2-hunter2' };
const password = ['--env', 'PASSWORD=prod/db#password'];

test('the command gets its secrets, from --env and from run.env, and --env comes first', () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers: [{ env: {} }]\nrun:\n  env: { USER_NAME: prod/db#user, PASSWORD: prod/db#user }\n');
  const ran = box.keyturn(['run', '--no-mask', ...password, '--', 'sh', '-c', 'echo "$USER_NAME/$PASSWORD"'], { env: { ...env, PROD_DB_USER: 'app' } });
  expect(ran).toMatchObject({ code: 0, stdout: 'app/hunter2-hunter2\n', stderr: '' });
});

test('a secret takes the place of a variable that was there before', () => {
  const ran = sandbox().keyturn(['run', '--no-mask', ...password, '--', 'sh', '-c', 'echo "$PASSWORD"'], { env: { ...env, PASSWORD: 'from outside' } });
  expect(ran).toMatchObject({ code: 0, stdout: 'hunter2-hunter2\n', stderr: '' });
});

test('options after the command are the command’s, with or without --', () => {
  const box = sandbox();
  for (const dashes of [['--'], []]) {
    const ran = box.keyturn(['run', ...dashes, node, '-p', 'process.argv.slice(1).join()', '--', '--json', '--env', 'a=b', '-x']);
    expect(ran).toMatchObject({ code: 0, stdout: '--json,--env,a=b,-x\n' });
  }
});

test('KEYTURN_ variables are kept from the command, and nothing else is', () => {
  const ran = sandbox().keyturn(['run', '--', node, '-p', 'JSON.stringify(process.env)'], {
    env: { KEYTURN_LOG_LEVEL: 'error', KEYTURN_SOMETHING_ELSE: 'x', AWS_SECRET_ACCESS_KEY: 'kept', MYKEYTURN_A: 'kept' },
  });
  const seen = JSON.parse(ran.stdout) as Record<string, string>;
  expect(Object.keys(seen).filter((name) => name.startsWith('KEYTURN_'))).toEqual([]);
  expect(seen).toMatchObject({ AWS_SECRET_ACCESS_KEY: 'kept', MYKEYTURN_A: 'kept', HOME: expect.any(String) as string });
});

test('no secret stands in an argument of any process', () => {
  const ran = sandbox().keyturn(['run', '--no-mask', ...password, '--', 'sh', '-c', 'cat /proc/$$/cmdline /proc/$PPID/cmdline | tr "\\0" " "'], { env });
  expect(ran.code).toBe(0);
  expect(ran.stdout).not.toContain('hunter2');
});

test('every missing secret is named, nothing is started, and the exit code is 125', () => {
  const box = sandbox();
  const ran = box.keyturn(['run', ...password, '--env', 'ONE=prod/one', '--env', 'TWO=prod/two', '--env', 'THREE=vault://x', '--', 'touch', 'started'], {
    env,
  });
  expect(ran).toMatchObject({ code: 125, stdout: '' });
  expect(ran.stderr).toMatch(/^keyturn: 3 of 4 secrets cannot be had, so nothing was started:\n/);
  for (const part of ['- ONE: prod/one', '- TWO: prod/two', '- THREE: vault://x']) expect(ran.stderr).toContain(part);
  expect(fs.existsSync(`${box.work}/started`)).toBe(false);
  const json = box.keyturn(['run', '--json', '--env', 'ONE=prod/one', '--', 'true']);
  expect(json).toMatchObject({ code: 125, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'SECRET_NOT_FOUND', ref: 'prod/one', exitCode: 125, errors: [{ about: 'ONE' }] } });
});

test('125 is also for the configuration, the options and names that no variable can have', () => {
  const box = sandbox();
  for (const args of [
    ['--env', 'A-B=prod/db'],
    ['--env', '1A=prod/db'],
    ['--env', 'A'],
    ['--env', '=x'],
    ['--env', 'KEYTURN_A=prod/db'],
    ['--config', 'nowhere.yaml'],
    ['--nmask'],
  ]) {
    expect(box.keyturn(['run', ...args, '--', 'true']), args.join(' ')).toMatchObject({ code: 125, stdout: '' });
  }
  expect(box.keyturn(['run']).code).toBe(125);
});

test('a value that no variable can carry is refused by the variable’s name, without the value', () => {
  const box = sandbox();
  box.file('keys/nul', 'canary\0canary');
  box.file('keys/bytes', Buffer.from([0xff, 0xfe, ...Buffer.from('canary')]));
  box.file('keyturn.yaml', 'providers: [{ file: { path: keys/ } }]');
  for (const name of ['nul', 'bytes']) {
    const ran = box.keyturn(['run', '--env', `KEY=${name}`, '--', 'true']);
    expect(ran).toMatchObject({ code: 125, stderr: expect.stringContaining('KEY') as string });
    expect(ran.stderr).not.toContain('canary');
  }
});

test('two names that meet in one variable of the environment are an error', () => {
  const box = sandbox();
  const ran = box.keyturn(['run', '--env', 'A=prod/db#password', '--env', 'B=prod/db-password', '--', 'true'], { env });
  expect(ran).toMatchObject({ code: 125 });
  expect(ran.stderr).toContain('PROD_DB_PASSWORD');
  expect(box.keyturn(['run', '--env', 'A=prod/db#password', '--env', 'B=env://prod/db#password', '--', 'true'], { env }).code).toBe(0);
});

test('the exit code is the command’s own', () => {
  const box = sandbox();
  for (const code of [0, 1, 42, 255]) expect(box.keyturn(['run', '--', 'sh', '-c', `exit ${code}`]).code).toBe(code);
});

test('a signal that ends the command gives 128+N', () => {
  expect(sandbox().keyturn(['run', '--', 'sh', '-c', 'kill -KILL $$']).code).toBe(137);
  expect(sandbox().keyturn(['run', ...password, '--', 'sh', '-c', 'kill -SEGV $$'], { env }).code).toBe(139);
});

test('127 when there is no such command, 126 when it is not executable', () => {
  const box = sandbox();
  box.file('plain', 'text');
  expect(box.keyturn(['run', '--', 'no-such-command-anywhere'])).toMatchObject({
    code: 127,
    stderr: 'keyturn: There is no command no-such-command-anywhere.\n',
  });
  expect(box.keyturn(['run', ...password, '--', './nowhere/at-all'], { env }).code).toBe(127);
  expect(box.keyturn(['run', '--', './plain'])).toMatchObject({ code: 126 });
  expect(box.keyturn(['run', ...password, '--', box.work], { env })).toMatchObject({ code: 126 });
  const json = box.keyturn(['run', '--json', '--', './plain']);
  expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'USAGE', exitCode: 126 } });
});

test('a value larger than an environment may be is told as such', () => {
  const box = sandbox();
  box.file('secrets.json', JSON.stringify({ big: 'x'.repeat(1_000_000) }));
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  const ran = box.keyturn(['run', '--env', 'BIG=big', '--', 'true']);
  expect(ran).toMatchObject({
    code: 126,
    stdout: '',
    stderr: expect.stringMatching(/^keyturn: true cannot be executed: its arguments and environment/) as string,
  });
});

test('no shell reads the command', () => {
  expect(sandbox().keyturn(['run', '--', 'echo', '$HOME; exit 9', '*']).stdout).toBe('$HOME; exit 9 *\n');
});

test.for(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const)('%s reaches the command, and its code comes back', async (signal) => {
  const box = sandbox();
  const handled = box.start(
    ['run', ...password, '--', node, '-e', `process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready')`],
    { env },
  );
  await seen(handled, 'ready');
  handled.kill(signal);
  expect(await ended(handled)).toEqual({ code: 7, signal: null });
});

test('SIGTERM to keyturn ends a command that does not handle it: 143', async () => {
  const child = sandbox().start(['run', '--', 'sh', '-c', 'echo ready; exec sleep 30']);
  await seen(child, 'ready');
  child.kill('SIGTERM');
  expect(await ended(child)).toEqual({ code: 143, signal: null });
});

test('standard input passes through', () => {
  const input = 'line one\nline two\n'.repeat(10_000);
  expect(sandbox().keyturn(['run', ...password, '--', 'cat'], { env, input }).stdout).toBe(input);
});

test('ten megabytes come through whole and in order', () => {
  const ran = sandbox().keyturn(
    ['run', ...password, '--', node, '-e', `for (let i = 0; i < 160000; i++) process.stdout.write(String(i).padStart(64) + '\\n')`],
    { env },
  );
  expect(ran.code).toBe(0);
  expect(ran.stdout).toBe(Array.from({ length: 160_000 }, (_, index) => `${String(index).padStart(64)}\n`).join(''));
});

test('a slow reader slows the command down, and signals still pass', async () => {
  const child = sandbox().start(
    ['run', ...password, '--', node, '-e', `process.on('SIGTERM', () => process.exit(9)); setInterval(() => process.stdout.write('x'.repeat(65536)), 1)`],
    { env },
  );
  await new Promise((resolve) => child.stdout!.once('readable', resolve));
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.stdout!.resume();
  expect(await ended(child)).toEqual({ code: 9, signal: null });
});

test('a reader that goes away ends the command as it would without us', () => {
  const ran = sandbox().shell(`{ keyturn run --env P=prod/db#password -- sh -c 'while echo y; do :; done'; echo "code $?" >&2; } | head -1`, { env });
  expect(ran.stdout).toBe('y\n');
  expect(ran.stderr).toMatch(/code (?:141|0|1|2)\n$/);
});

test('scripts can open /dev/stdout and /dev/stderr again', () => {
  const ran = sandbox().keyturn(['run', ...password, '--', 'sh', '-c', 'echo "out $PASSWORD" > /dev/stdout; echo "err $PASSWORD" > /dev/stderr'], { env });
  expect(ran).toMatchObject({ code: 0, stdout: 'out [redacted]\n', stderr: 'err [redacted]\n' });
});

test('what goes to one place comes in its order', () => {
  const ran = sandbox().shell(`keyturn run --env P=prod/db#password -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done' 2>&1`, {
    env,
  });
  expect(ran.stdout).toBe([1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `out ${i}\nerr ${i}\n`).join(''));
});

test('nothing of ours is left in the temporary folder', () => {
  const box = sandbox();
  fs.mkdirSync(`${box.root}/tmp`);
  expect(box.keyturn(['run', ...password, '--', 'true'], { env: { ...env, TMPDIR: `${box.root}/tmp` } }).code).toBe(0);
  // Node itself may keep its compiled code there.
  expect(fs.readdirSync(`${box.root}/tmp`).filter((name) => name.startsWith('keyturn'))).toEqual([]);
});

test('without mkfifo the output is masked all the same', () => {
  const box: Sandbox = sandbox();
  fs.mkdirSync(`${box.root}/bin`);
  const ran = box.keyturn(['run', ...password, '--', node, '-p', 'process.env.PASSWORD'], { env: { ...env, PATH: `${box.root}/bin` } });
  expect(ran).toMatchObject({ code: 0, stdout: '[redacted]\n', stderr: '' });
});
