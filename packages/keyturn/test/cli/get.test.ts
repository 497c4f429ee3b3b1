import fs from 'node:fs';
import { expect, test } from 'vitest';
import { sandbox } from './keyturn.ts';

test('the value alone is written, without a line end', () => {
  const { keyturn } = bound();
  expect(keyturn(['get', 'prod/db#password'], { env: { PROD_DB_PASSWORD: 'hunter2-hunter2' } })).toMatchObject({
    code: 0,
    stdout: 'hunter2-hunter2',
    stderr: '',
  });
});

test('without a configuration the environment comes first and the own secrets file second', () => {
  const { box, keyturn } = bound();
  fs.mkdirSync(`${box.home}/.config/keyturn`, { recursive: true, mode: 0o700 });
  fs.writeFileSync(`${box.home}/.config/keyturn/secrets.json`, '{"prod/db":"from the file"}', { mode: 0o600 });
  expect(keyturn(['get', 'prod/db']).stdout).toBe('from the file');
  expect(keyturn(['get', 'prod/db'], { env: { PROD_DB: 'from the environment' } }).stdout).toBe('from the environment');
});

test('bytes that are no text come out as they are', () => {
  const { box, keyturn } = bound();
  const bytes = Buffer.from([0, 0xff, 0xfe, 0x0a, 0x80]);
  box.file('secrets/key', bytes);
  box.file('keyturn.yaml', 'providers:\n  - file: { path: secrets/ }\n');
  expect(keyturn(['get', 'key']).bytes).toEqual(bytes);
  expect(JSON.parse(keyturn(['get', 'key', '--json']).stdout)).toMatchObject({ ref: 'key', value: bytes.toString('base64'), encoding: 'base64' });
});

test('--json tells the value and where it came from', () => {
  const { keyturn } = bound();
  const { code, stdout } = keyturn(['get', 'prod/db#password', '--json'], { env: { PROD_DB_PASSWORD: 'é"\n' } });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    ref: 'prod/db#password',
    value: 'é"\n',
    encoding: 'utf8',
    version: null,
    provider: 'env',
    fetchedAt: expect.closeTo(Date.now(), -5),
    ageMs: expect.any(Number),
    stale: false,
  });
});

test('a reader that went away ends the command quietly', () => {
  const { box } = bound();
  const { stderr } = box.shell('keyturn get BIG | true', { env: { BIG: 'x'.repeat(100_000) } });
  expect(stderr).toBe('');
});

test('a log level tells on standard error what happens, and the value stays alone', () => {
  const { keyturn } = bound();
  const { stdout, stderr } = keyturn(['get', 'prod/db'], { env: { PROD_DB: 'hunter2-hunter2', KEYTURN_LOG_LEVEL: 'debug' } });
  expect(stdout).toBe('hunter2-hunter2');
  expect(stderr).toMatch(/^keyturn: miss prod\/db: read from env in \d+ms\n$/);
});

test('a secrets file that others may read is warned about in one line with its mend', () => {
  const { box, keyturn } = bound();
  const path = box.file('secrets.json', '{"a":"x"}', 0o644);
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  expect(keyturn(['get', 'a'])).toMatchObject({ code: 0, stdout: 'x', stderr: `keyturn: Others may read ${path}. Run: chmod 600 ${path}\n` });
});

function bound() {
  const box = sandbox();
  return { box, keyturn: box.keyturn.bind(box) };
}
