/** What is read stays in memory: a process that Node lets write nothing can do all that a reader does. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from './providers/scratch.ts';

const source = join(import.meta.dirname, '../src');

const program = `
  import fs from 'node:fs';
  const { createSecrets } = await import(${JSON.stringify(join(source, 'index.ts'))});
  const { file } = await import(${JSON.stringify(join(source, 'providers/file.ts'))});
  const secrets = createSecrets({ providers: [file({ path: process.argv[1] })] });
  const before = await secrets.get('prod/db#password');
  const kept = await secrets.get('prod/db#password');
  const after = await secrets.refresh('prod/db#password');
  await secrets.prefetch(['prod/db', 'prod/db#user'], { force: true });
  await secrets.find('prod/none');
  await secrets.invalidate('prod/db');
  let refused = 'nothing';
  try {
    fs.writeFileSync(process.argv[1] + '.copy', 'x');
  } catch (error) {
    refused = error.code;
  }
  console.log(JSON.stringify([before.reveal(), kept === before, after.reveal(), refused]));
  await secrets.close();
`;

test('a program that may write no file reads, keeps and refreshes its secrets', () => {
  const path = join(scratch(), 'secrets.json');
  fs.writeFileSync(path, '{"prod/db":{"user":"app","password":"example"}}', { mode: 0o600 });
  const args = ['--permission', '--allow-fs-read=*', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program, path];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(['example', true, 'example', 'ERR_ACCESS_DENIED']);
  expect(fs.readdirSync(join(path, '..'))).toEqual(['secrets.json']);
});
