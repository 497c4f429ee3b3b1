import { expect, test } from 'vitest';
import { sandbox } from './keyturn.ts';

const node = process.execPath;
const secret = 'hunter2/hünter2+"x"';
const env = { PROD_DB_PASSWORD: secret };

/** The output of a program that has the secret in `SECRET`. */
function output(program: string, more: { env?: Record<string, string>; args?: string[] } = {}) {
  const { code, stdout, stderr } = sandbox().keyturn(
    ['run', '--env', 'SECRET=prod/db#password', ...(more.args ?? []), '--', node, '-e', `const s = process.env.SECRET; ${program}`],
    { env: { ...env, ...more.env } },
  );
  expect(code).toBe(0);
  return { stdout, stderr };
}

test('a secret is masked on standard output and on standard error', () => {
  expect(output('console.log("a " + s + " b"); console.error("c " + s + " d")')).toEqual({ stdout: 'a [redacted] b\n', stderr: 'c [redacted] d\n' });
});

test('a secret that is written byte by byte, with pauses, is masked', () => {
  const { stdout } = output(
    `(async () => { for (const b of Buffer.from('<' + s + '>')) { process.stdout.write(Buffer.from([b])); await new Promise((r) => setTimeout(r, 3)); } })()`,
  );
  expect(stdout).toBe('<[redacted]>');
});

test('a secret is masked in base64, in a header, in a URL, in hex and in JSON', () => {
  const { stdout } = output(`
    console.log(Buffer.from(s).toString('base64'));
    console.log('Basic ' + Buffer.from('user:' + s).toString('base64'));
    console.log('https://x/?p=' + encodeURIComponent(s));
    console.log(Buffer.from(s).toString('hex'));
    console.log(JSON.stringify({ s }));`);
  expect(stdout.match(/\[redacted\]/g)).toHaveLength(5);
  for (const form of [
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('hex'),
    JSON.stringify(secret).slice(1, -1),
  ])
    expect(stdout).not.toContain(form);
});

test('the beginning of a secret that does not go on is given out in the end', () => {
  expect(output('process.stdout.write(s.slice(0, 9))').stdout).toBe(secret.slice(0, 9));
});

test('a short or ordinary value is masked when it was given to the command', () => {
  expect(output('console.log("port " + s)', { env: { PROD_DB_PASSWORD: '5432' } }).stdout).toBe('port [redacted]\n');
  expect(output('console.log("on: " + s)', { env: { PROD_DB_PASSWORD: 'true' } }).stdout).toBe('on: [redacted]\n');
});

test('the other fields of a document that was read are masked too, unless they are ordinary', () => {
  const box = sandbox();
  box.file('secrets.json', '{"prod/db":{"password":"hunter2-hunter2","other":"correct-horse","port":5432,"ssl":true}}');
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  const ran = box.keyturn(['run', '--env', 'P=prod/db#password', '--', 'echo', 'hunter2-hunter2', 'correct-horse', '5432', 'true']);
  expect(ran.stdout).toBe('[redacted] [redacted] 5432 true\n');
});

test('--no-mask leaves the output as it is', () => {
  expect(output('console.log(s)', { args: ['--no-mask'] }).stdout).toBe(`${secret}\n`);
});
