/** A slip of the hand is answered with what was most likely meant. */
import { expect, test } from 'vitest';
import { sandbox } from './keyturn.ts';

const slips: readonly [line: string, meant: string][] = [
  ['gett prod/db', 'get'],
  ['--jsno get prod/db', '--json'],
  ['get --jsno prod/db', '--json'],
  ['list --provder file', '--provider'],
  ['get emv://prod/db', 'env'],
  ['get prod/db#pasword', 'password'],
  ['list --provider fiel', 'file'],
];

test.each(slips)('keyturn %s', (line, meant) => {
  const { code, stdout, stderr } = sandbox().keyturn(line.split(' '), { env: { PROD_DB: '{"password":"canary"}' } });
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(new RegExp(`^keyturn: .*\n  Did you mean ${meant}\\?`));
  expect(stdout + stderr).not.toContain('canary');
});
