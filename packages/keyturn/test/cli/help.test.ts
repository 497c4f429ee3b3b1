import { expect, test } from 'vitest';
import { sandbox } from './keyturn.ts';

const commands = ['get', 'set', 'delete', 'list', 'run', 'explain', 'init', 'config', 'config show', 'trust', 'completion'];

test('the help of the program and of every command has an example, and every example works', () => {
  for (const args of [[], ...commands.map((name) => name.split(' '))]) {
    const box = sandbox();
    const { code, stdout, stderr } = box.keyturn([...args, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const examples = stdout.split('\n').filter((line) => /^ {2}(?:[A-Z_]+=\S+ |printf .*)?(?:\| )?keyturn /.test(line));
    expect(examples.length, stdout).toBeGreaterThan(0);
    for (const example of examples) expect(box.shell(example), example).toMatchObject({ code: 0 });
  }
});

test('every command takes --config and --json, before and after it', () => {
  const box = sandbox();
  box.file('other.json', '{ "providers": [{ "env": { "prefix": "MYAPP" } }] }');
  const env = { MYAPP_A: 'x' };
  expect(box.keyturn(['get', 'a', '--config', 'other.json'], { env }).stdout).toBe('x');
  expect(box.keyturn(['--config', 'other.json', 'get', 'a'], { env }).stdout).toBe('x');
  expect(box.keyturn(['get', 'a'], { env: { ...env, KEYTURN_CONFIG: 'other.json' } }).stdout).toBe('x');
  for (const name of commands) expect(box.keyturn([...name.split(' '), '--help']).stdout).toMatch(/--config <FILE>[^]*--json/);
});

test('--version says the version and nothing else', () => {
  expect(sandbox().keyturn(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string, stderr: '' });
});

test('without a command the help is shown on standard error', () => {
  expect(sandbox().keyturn([])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Usage: keyturn COMMAND') as string });
});
