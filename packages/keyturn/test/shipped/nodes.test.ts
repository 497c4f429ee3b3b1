import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, isAsShown } from '../pages/blocks.ts';
import { root } from '../pages/workplace.ts';
import { isCi, needs } from '../servers/needs.ts';
import { nodes } from './fetched.ts';
import { ended, type RunOptions, Shipped } from './shipped.ts';

describe.skipIf(!needs('another Node'))('the installed package', { timeout: 60_000 }, () => {
  let shipped: Shipped;

  beforeAll(() => {
    shipped = new Shipped();
  });
  afterAll(() => {
    shipped?.remove();
  });

  test.runIf(isCi())('is tried on the oldest Node that is promised, and on every line since', () => {
    const versions = nodes().map(({ name }) => name.slice('Node '.length));
    expect(versions).toContain(`${shipped.manifest.engines.node.replace('>=', '')}.0`);
    expect(versions.map((version) => Number.parseInt(version))).toEqual(expect.arrayContaining([22, 24, 26]));
  });

  test('says which Node it needs on one that is too old', () => {
    const project = shipped.project();
    fs.writeFileSync(join(project, 'older.cjs'), `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.17.1' } });\n`);
    const { code, stdout, stderr } = shipped.run('keyturn', ['get', 'prod/db'], project, { env: { NODE_OPTIONS: '--require ./older.cjs' } });
    const oldest = shipped.manifest.engines.node.replace('>=', '');
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `keyturn: needs Node ${oldest} or later, and this is Node 22.17.1.\n` });
  });

  describe.each(nodes())('on $name', ({ program }) => {
    let project: string;

    beforeAll(() => {
      project = shipped.project();
    });

    /** What `file` or `args` printed on this Node, without a word on standard error. */
    function printed(file: string, args: readonly string[], options: RunOptions = {}): string {
      const { stdout, stderr } = ended(shipped.run(file, args, project, { node: program, ...options }));
      expect(stderr).toBe('');
      return stdout;
    }

    function written(name: string, text: string): string {
      fs.writeFileSync(join(project, name), text, { mode: 0o600 });
      return name;
    }

    test('every door can be imported', () => {
      const lines = shipped.doors.map((door) => `console.log(Object.keys(await import('${door}')).length > 0);\n`);
      expect(printed(program, [written('imports.mjs', lines.join(''))])).toBe('true\n'.repeat(shipped.doors.length));
    });

    test('every door can be required, and gives what import gives', () => {
      const lines = shipped.doors.map((door) => {
        const isSame = `names.length > 0 && names.every((name) => required[name] === imported[name])`;
        return `{ const required = require('${door}'); const names = Object.keys(required); import('${door}').then((imported) => console.log(${isSame})); }\n`;
      });
      expect(printed(program, [written('requires.cjs', lines.join(''))])).toBe('true\n'.repeat(shipped.doors.length));
    });

    test('the first program of the README runs', () => {
      const [block, shown] = blocksOf('README.md');
      const [name = '', value = ''] = block?.notes.get('env')?.split('=') ?? [];
      expect([block?.language, name, shown?.notes.has('output')]).toEqual(['js', 'PROD_DB_PASSWORD', true]);
      const output = printed(program, [written('readme.mjs', block!.text)], { env: { [name]: value } });
      expect(isAsShown(output, shown!.text), output).toBe(true);
    });

    test('the example runs', () => {
      for (const name of fs.readdirSync(join(root, 'examples'))) written(name, fs.readFileSync(join(root, 'examples', name), 'utf8'));
      const output = printed(program, ['start.mjs']);
      for (const line of ['DB_PASSWORD         prod/db#password    env ', 'app: has all 3 secrets.', 'debug: API_TOKEN=[redacted]'])
        expect(output).toContain(line);
    });

    test('the command sets, gets, runs and explains, with files in YAML', () => {
      written('keyturn.yaml', 'providers:\n  - env: {}\n  - file: { path: secrets.yaml }\nrun:\n  env: { PGPASSWORD: prod/db#password }\n');
      written('secrets.yaml', '# kept\nprod/db: { user: app, password: 012345 }\n');
      expect(printed('npx', ['--no-install', 'keyturn', 'get', 'prod/db#password'])).toBe('012345');
      const set = ended(shipped.run('keyturn', ['set', 'file://prod/db#password'], project, { node: program, input: 'new-password\n' }));
      expect(set.stderr).toBe('keyturn: file://prod/db#password was written to file.\n');
      expect(printed('keyturn', ['get', 'prod/db', '--json'])).toContain('new-password');
      expect(fs.readFileSync(join(project, 'secrets.yaml'), 'utf8')).toContain('# kept');
      expect(printed('keyturn', ['run', '--', 'sh', '-c', 'test "$PGPASSWORD" = new-password && echo "it is $PGPASSWORD"'])).toBe('it is [redacted]\n');
      expect(printed('keyturn', ['explain', 'prod/db#password'])).toContain('comes from file');
    });
  });
});
