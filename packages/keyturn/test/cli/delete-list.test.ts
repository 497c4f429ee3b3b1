import { expect, test } from 'vitest';
import { sandbox } from './keyturn.ts';

function filled() {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers:\n  - env:\n  - file: { path: secrets.json }\n');
  for (const [ref, value] of Object.entries({ 'prod/b': 'canary-b', 'prod/a': '{"user":"canary-u","password":"canary-p"}', 'test/c': 'canary-c' }))
    expect(box.keyturn(['set', ref], { input: value }).code).toBe(0);
  return box;
}

test('a secret, or one field of it, is deleted, and a second time it was not there', () => {
  const box = filled();
  expect(box.keyturn(['delete', 'prod/b'])).toMatchObject({ code: 0, stdout: '', stderr: 'keyturn: prod/b was deleted.\n' });
  expect(box.keyturn(['get', 'prod/b']).code).toBe(4);
  expect(box.keyturn(['delete', 'prod/b'])).toMatchObject({ code: 4, stderr: 'keyturn: prod/b was not there.\n' });
  expect(box.keyturn(['delete', 'prod/a#user', '--json'])).toMatchObject({ code: 0, stdout: '{"ref":"prod/a#user","deleted":true}\n', stderr: '' });
  expect(box.keyturn(['get', 'prod/a']).stdout).toBe('{"password":"canary-p"}');
});

test('what no provider can delete, and what is no reference, is an error', () => {
  const box = filled();
  expect(box.keyturn(['delete', 'env://prod/a'])).toMatchObject({ code: 1, stderr: expect.stringContaining('env cannot delete it') as string });
  expect(box.keyturn(['delete', 'a#b#c']).code).toBe(1);
  expect(box.keyturn(['delete']).code).toBe(1);
});

test('names are listed in order, a line each, without values', () => {
  const box = filled();
  expect(box.keyturn(['list'])).toMatchObject({ code: 0, stdout: 'prod/a\nprod/b\ntest/c\n', stderr: '' });
  expect(box.keyturn(['list', 'prod/'])).toMatchObject({ code: 0, stdout: 'prod/a\nprod/b\n' });
  expect(box.keyturn(['list', 'none/'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(JSON.parse(box.keyturn(['list', 'test/', '--json', '--provider', 'file']).stdout)).toEqual({ items: [{ name: 'test/c', provider: 'file' }] });
  expect(box.keyturn(['list', '--provider', 'vault'])).toMatchObject({ code: 1, stderr: expect.stringContaining('There are env, file') as string });
  expect(box.keyturn(['list', '--provider', 'env'])).toMatchObject({ code: 1, stderr: expect.stringContaining('env cannot list') as string });
});
