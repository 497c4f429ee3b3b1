import fs from 'node:fs';
import { expect, test } from 'vitest';
import { type Sandbox, sandbox } from './keyturn.ts';

test('what is set is what is got', () => {
  const box = withFile();
  expect(box.keyturn(['set', 'prod/db'], { input: 'hunter2-hunter2' })).toMatchObject({ code: 0, stdout: '' });
  expect(box.keyturn(['get', 'prod/db']).stdout).toBe('hunter2-hunter2');
  expect(fs.statSync(`${box.work}/secrets.json`).mode & 0o777).toBe(0o600);
});

test('one final line end is left out, LF or CR LF, and none with --raw', () => {
  const box = withFile();
  const kept = (input: string, ...options: string[]) => {
    expect(box.keyturn(['set', 'a', ...options], { input }).code).toBe(0);
    return box.keyturn(['get', 'a']).stdout;
  };
  expect(kept('value\n')).toBe('value');
  expect(kept('value\r\n')).toBe('value');
  expect(kept('value\n\n')).toBe('value\n');
  expect(kept('value\r')).toBe('value\r');
  expect(kept(' value\n', '--raw')).toBe(' value\n');
});

test('--json tells where it was written, and whether anybody sees it', () => {
  const box = withFile();
  const ran = box.keyturn(['set', 'prod/db#password', '--json'], { input: 'x', env: { PROD_DB_PASSWORD: 'shadow' } });
  expect(JSON.parse(ran.stdout)).toEqual({ ref: 'prod/db#password', provider: 'file', version: null, shadowedBy: 'env' });
  expect(ran.stderr).toMatch(/^keyturn: env is asked before file and has this name too/);
});

test('the value is never an argument, and one that was given is not repeated', () => {
  const box = withFile();
  for (const args of [['canary-value'], ['--canary-value'], ['-canary'], ['--json', 'canary-value']]) {
    const ran = box.keyturn(['set', 'prod/db', ...args], { input: 'x' });
    expect(ran.code).toBe(1);
    expect(ran.stdout + ran.stderr).toContain('never an argument');
    expect(ran.stdout + ran.stderr).not.toContain('canary');
  }
  expect(box.keyturn(['get', 'prod/db']).code).toBe(4);
});

test('nothing to write, or over a mebibyte of it, is refused', () => {
  const box = withFile();
  expect(box.keyturn(['set', 'a'], { input: '' })).toMatchObject({ code: 1, stderr: expect.stringContaining('standard input is empty') as string });
  expect(box.keyturn(['set', 'a'], { input: 'x'.repeat(1_048_577) })).toMatchObject({ code: 1, stderr: expect.stringContaining('over 1 MiB') as string });
  expect(box.keyturn(['set', 'a', '--raw'], { input: '' }).code).toBe(0);
});

test('with two that can write, one has to be named', () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers:\n  - file: { name: here, path: here.json }\n  - file: { name: there, path: there.json }\n');
  expect(box.keyturn(['set', 'a/b'], { input: 'x' })).toMatchObject({ code: 1, stderr: expect.stringContaining('here://a/b') as string });
  expect(box.keyturn(['set', 'there://a/b'], { input: 'x' }).code).toBe(0);
  expect(box.keyturn(['get', 'a/b', '--json']).stdout).toContain('"provider":"there"');
});

test('an unknown file format, or a file that does not parse, is never written over', () => {
  const box = withFile();
  const path = box.file('secrets.json', '{ "a": "canary-one", ');
  expect(box.keyturn(['set', 'a'], { input: 'canary-two' })).toMatchObject({ code: 4, stdout: '', stderr: expect.not.stringContaining('canary') as string });
  expect(fs.readFileSync(path, 'utf8')).toBe('{ "a": "canary-one", ');
});

function withFile(): Sandbox {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers:\n  - env:\n  - file: { path: secrets.json }\n');
  return box;
}
