import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { ConfigurationError } from '../../src/core/errors.ts';
import { parseRef } from '../../src/core/ref.ts';
import { file, type FileOptions } from '../../src/providers/file.ts';
import { placeOf } from '../../src/providers/file-place.ts';
import { calm, InstantClock, place, reveal, scratch } from './scratch.ts';

const written = (name: string, content: string) => file({ path: place(path.join(scratch(), name), content) });

test('in JSON a name is a key first, then a path of keys', async () => {
  const provider = written('s.json', '{"prod/db":"flat","prod":{"db":"nested","cache":{"url":"deep"}},"/spelt/so":"slash"}');
  expect(await reveal(provider, 'prod/db')).toBe('flat');
  expect(await reveal(provider, '/prod/db')).toBe('flat');
  expect(await reveal(provider, 'prod/cache/url')).toBe('deep');
  expect(await reveal(provider, 'spelt/so')).toBe('slash');
  expect(await reveal(provider, 'prod/cache')).toBe('{"url":"deep"}');
  for (const absent of ['prod/none', 'prod/db/deeper', 'none', 'prod/cache/url/more', 'prod//db']) expect(await reveal(provider, absent)).toBeUndefined();
});

test("JSON values are the source's text: numbers keep their digits, null is absent", async () => {
  const provider = written('s.json', '{"a": 12345678901234567890, "b": 1.10, "c": [1, 2.0], "d": true, "e": null, "f": "", "g": {"h": null}}');
  expect(await reveal(provider, 'a')).toBe('12345678901234567890');
  expect(await reveal(provider, 'b')).toBe('1.10');
  expect(await reveal(provider, 'c')).toBe('[1, 2.0]');
  expect(await reveal(provider, 'd')).toBe('true');
  expect(await reveal(provider, 'e')).toBeUndefined();
  expect(await reveal(provider, 'g/h')).toBeUndefined();
  expect(await reveal(provider, 'f')).toBe('');
});

test('YAML scalars stay as typed, and an empty one is a value', async () => {
  const text =
    'a: 012345\nb: 1.10\nc: yes\nd: 2024-01-01\ne: ~\nf: null\ng:\nh: !quoted\n'.replace('h: !quoted\n', '') + 'prod:\n  db: {user: app, ports: [1, 2.0]}\n';
  const provider = written('s.yaml', text);
  const values = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => reveal(provider, name)));
  expect(values).toEqual(['012345', '1.10', 'yes', '2024-01-01', '~', 'null', '']);
  expect(await reveal(provider, 'prod/db')).toBe('{"user":"app","ports":["1","2.0"]}');
  expect((await provider.get(parseRef('prod/db'), calm))?.field('ports[1]').reveal()).toBe('2.0');
});

test('an empty YAML file, or one with comments only, holds nothing yet', async () => {
  expect(await reveal(written('a.yaml', ''), 'a')).toBeUndefined();
  expect(await reveal(written('b.yaml', '# nothing yet\n'), 'a')).toBeUndefined();
});

test('dotenv is read as shells and the dotenv packages read it', async () => {
  const text = [
    '# a comment',
    'export A=plain',
    '  B = spaced  ',
    'C=with # comment',
    'D=with#no-comment',
    "E='literal \\n $HOME # \"'",
    'F="esc \\n\\t\\r\\"\\\\ \\d $HOME"  # comment',
    'G="first',
    'second"',
    'H=',
    'I= # empty',
    'J=`ticks`',
    'K=a=b=c',
    'L="" ',
    '',
    'lower=case',
    'M=last',
  ].join('\n');
  const provider = written('.env', text);
  const expected = {
    A: 'plain',
    B: 'spaced',
    C: 'with',
    D: 'with#no-comment',
    E: 'literal \\n $HOME # "',
    F: 'esc \n\t\r"\\ \\d $HOME',
    G: 'first\nsecond',
    H: '',
    I: '',
    J: '`ticks`',
    K: 'a=b=c',
    L: '',
    lower: 'case',
    M: 'last',
  };
  for (const [name, value] of Object.entries(expected)) expect(await reveal(provider, name), name).toBe(value);
  expect(await provider.list?.('', calm)).toEqual(Object.keys(expected));
});

test('a dotenv file with Windows line ends reads the same', async () => {
  const provider = written('.env', 'A=one\r\nB="two"\r\n# c\r\n\r\nC=three');
  expect(await Promise.all(['A', 'B', 'C'].map((name) => reveal(provider, name)))).toEqual(['one', 'two', 'three']);
});

test('dotenv names are spelt as in the environment, and a field may have a line of its own', async () => {
  const provider = written('local.env', 'PROD_DB={"user":"app"}\nPROD_DB_PASSWORD=own\nhome=lower\n');
  expect(await reveal(provider, 'prod/db')).toBe('{"user":"app"}');
  expect(provider.fieldOf?.(parseRef('prod/db#password'))?.reveal()).toBe('own');
  expect(provider.fieldOf?.(parseRef('prod/db#user'))).toBeUndefined();
  expect(provider.fieldOf?.(parseRef('prod/db?version=v1#password'))).toBeUndefined();
  expect(await reveal(provider, 'home')).toBe('lower');
  expect(await provider.list?.('prod/', calm)).toEqual(['PROD_DB', 'PROD_DB_PASSWORD']);
});

test('a broken dotenv file ends no read of a field that another provider answers; its own read says what is wrong', async () => {
  const provider = written('.env', 'A="open');
  expect(provider.fieldOf?.(parseRef('prod/db#password'))).toBeUndefined();
  await expect(provider.get(parseRef('prod/db'), calm)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
});

test('only a dotenv file answers fields on their own', () => {
  expect(written('s.json', '{}').fieldOf).toBeUndefined();
  expect(written('.env.local', '').fieldOf).toBeDefined();
});

test('a byte order mark at the start of a file is no part of it', async () => {
  expect(await reveal(written('s.json', '\ufeff{"a":"1"}'), 'a')).toBe('1');
  expect(await reveal(written('s.yaml', '\ufeffa: 1'), 'a')).toBe('1');
  expect(await reveal(written('.env', '\ufeffA=1'), 'A')).toBe('1');
});

test('in a folder each file is a secret, by its path below the folder', async () => {
  const folder = scratch();
  place(path.join(folder, 'password'), 'p\n');
  place(path.join(folder, 'prod', 'db'), 'nested');
  place(path.join(folder, '.dockerconfigjson'), '{}');
  const provider = file({ path: folder });
  expect(await reveal(provider, 'password')).toBe('p\n');
  expect(await reveal(provider, '/prod/db')).toBe('nested');
  expect(await reveal(provider, '.dockerconfigjson')).toBe('{}');
  expect(await reveal(provider, 'prod')).toBeUndefined();
  expect(await reveal(provider, 'password/deeper')).toBeUndefined();
  expect(await provider.list?.('', calm)).toEqual(['password', 'prod/db']);
  expect(await provider.list?.('prod/', calm)).toEqual(['prod/db']);
});

test.each(['../outside', 'a/../../outside', './a', 'a//b', 'a/', '..', '.', '..data/a', 'a/./b', 'x'.repeat(300)])(
  'the name %s leads nowhere out of the folder',
  async (name) => {
    const folder = scratch();
    place(path.join(folder, 'outside'), 'stolen');
    place(path.join(folder, 'files', '..data', 'a'), 'stolen');
    place(path.join(folder, 'files', 'a', 'b'), 'stolen');
    const provider = file({ path: path.join(folder, 'files') });
    expect(await provider.get({ name }, calm)).toBeUndefined();
  },
);

test.each(['../outside', 'a//b', '..', 'a/'])('nothing is written under the name %s', async (name) => {
  const folder = scratch();
  await expect(file({ path: `${folder}/files/` }).set!({ name }, 'x', calm)).rejects.toMatchObject({ code: 'INVALID_REFERENCE' });
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('a mounted Kubernetes secret is read through its links and listed without its own folders', async () => {
  const folder = path.join(scratch(), 'secret');
  place(path.join(folder, '..2026_01_01', 'password'), 'v1');
  fs.symlinkSync('..2026_01_01', path.join(folder, '..data'));
  fs.symlinkSync('..data/password', path.join(folder, 'password'));
  const provider = file({ path: folder });
  expect(await reveal(provider, 'password')).toBe('v1');
  expect(await provider.list?.('', calm)).toEqual(['password']);
});

test('a folder that links back into itself is listed once', async () => {
  const folder = scratch();
  place(path.join(folder, 'a', 'b'), 'x');
  fs.symlinkSync('..', path.join(folder, 'a', 'up'));
  expect(await file({ path: folder }).list?.('', calm)).toEqual(['a/b']);
});

test('a file has no versions, so a reference that names one is absent, and cannot be written', async () => {
  const provider = written('s.json', '{"a":"1"}');
  expect(await reveal(provider, 'a?version=v1')).toBeUndefined();
  await expect(provider.set!(parseRef('a?version=v1'), 'x', calm)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await expect(provider.delete!(parseRef('a?version=v1'), calm)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

test("without a path it is the first of the user's own files that exists, and a set makes the JSON one", async () => {
  const folder = scratch();
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  const provider = file();
  expect(provider.identity).toBe(`file:${folder}/keyturn/secrets.*`);
  expect(await reveal(provider, 'a')).toBeUndefined();
  place(path.join(folder, 'keyturn', 'secrets.yml'), 'a: yml\n');
  expect(await reveal(provider, 'a')).toBe('yml');
  place(path.join(folder, 'keyturn', 'secrets.yaml'), 'a: yaml\n');
  expect(await reveal(provider, 'a')).toBe('yaml');
  await provider.set!({ name: 'b' }, 'kept where it was found', calm);
  expect(fs.readFileSync(path.join(folder, 'keyturn', 'secrets.yaml'), 'utf8')).toContain('kept where it was found');
  place(path.join(folder, 'keyturn', 'secrets.json'), '{"a":"json"}');
  expect(await reveal(provider, 'a')).toBe('json');
});

test('with none of them, a set makes secrets.json in a folder that only the user may enter', async () => {
  const folder = scratch();
  vi.stubEnv('XDG_CONFIG_HOME', path.join(folder, 'config'));
  await file().set!({ name: 'a' }, '1', calm);
  expect(fs.readFileSync(path.join(folder, 'config', 'keyturn', 'secrets.json'), 'utf8')).toBe('{\n  "a": "1"\n}\n');
  expect(fs.statSync(path.join(folder, 'config', 'keyturn')).mode & 0o777).toBe(0o700);
});

test("the user's configuration folder is XDG_CONFIG_HOME when absolute, else ~/.config", () => {
  expect(placeOf(undefined, { XDG_CONFIG_HOME: '/x' }, '/home/u').identity).toBe('file:/x/keyturn/secrets.*');
  expect(placeOf(undefined, { XDG_CONFIG_HOME: 'x' }, '/home/u').identity).toBe('file:/home/u/.config/keyturn/secrets.*');
  expect(placeOf(undefined, {}, '/home/u').identity).toBe('file:/home/u/.config/keyturn/secrets.*');
  expect(placeOf('~/s.json', {}, '/home/u').identity).toBe('file:/home/u/s.json');
  expect(placeOf('~', {}, '/').kind).toBe('folder');
});

test('an explicit path is honoured even when missing: absent now, seen when it appears', async () => {
  const target = path.join(scratch(), 'later', 's.json');
  const provider = file({ path: target });
  expect(await reveal(provider, 'a')).toBeUndefined();
  expect(await provider.list?.('', calm)).toEqual([]);
  await provider.check?.(calm);
  place(target, '{"a":"here"}');
  expect(await reveal(provider, 'a')).toBe('here');
});

test.each([
  ['s.json', '{\n  "a": "1"\n}\n'],
  ['s.yaml', 'a: "1"\n'],
  ['.env', 'A=1\n'],
])('a set to a missing explicit path writes that path, %s, in its own format', async (name, content) => {
  const folder = scratch();
  vi.stubEnv('XDG_CONFIG_HOME', path.join(folder, 'elsewhere'));
  await file({ path: path.join(folder, 'new', name) }).set!({ name: 'a' }, '1', calm);
  expect(fs.readFileSync(path.join(folder, 'new', name), 'utf8')).toBe(content);
  expect(fs.readdirSync(folder)).toEqual(['new']);
  expect(fs.readdirSync(path.join(folder, 'new'))).toEqual([name]);
});

test('a path whose format is not known is refused, and the known endings are named', () => {
  const folder = scratch();
  place(path.join(folder, 'plain'), 'x');
  for (const name of ['secrets.txt', 'secrets.toml', 'plain']) {
    expect(() => file({ path: path.join(folder, name) })).toThrow(ConfigurationError);
    expect(() => file({ path: path.join(folder, name) })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('.json, .yaml, .yml, .env') as string }),
    );
  }
  expect(file({ path: path.join(folder, 'missing') }).identity).toBe(`file:${folder}/missing`);
});

test.each([{ pth: 'x' }, { path: '' }, { path: 1 }, { strictModes: 'yes' }, { name: 'File' }, { ttl: 5 }, { match: 'prod/*' }])(
  'the options %j are refused where they are written',
  (options) => {
    expect(() => file(options as FileOptions)).toThrow(ConfigurationError);
  },
);

test('it says what it is, and its answers are of the age its clock says', async () => {
  const clock = new InstantClock();
  const target = place(path.join(scratch(), 's.json'), '{"a":"1"}');
  const provider = file({ path: target, name: 'local', ttl: '1m', match: ['a'], clock });
  expect(provider).toMatchObject({ name: 'local', kind: 'file', identity: `file:${target}`, ttl: '1m', match: ['a'] });
  const secret = await provider.get({ name: 'a' }, calm);
  clock.ms += 40;
  expect(secret).toMatchObject({ provider: 'local', ref: { name: 'a' }, ageMs: 40 });
});

test('list gives the names at the top of the file that begin with the prefix', async () => {
  const json = written('s.json', '{"prod/a":"1","/prod/b":"2","prod":{"c":"3"},"gone":null,"test":"4"}');
  expect(await json.list?.('prod', calm)).toEqual(['prod/a', '/prod/b', 'prod']);
  expect(await json.list?.('/prod/', calm)).toEqual(['prod/a', '/prod/b']);
  expect(await json.list?.('', calm)).toEqual(['prod/a', '/prod/b', 'prod', 'test']);
  expect(await written('s.yaml', 'prod/a: 1\ntest: 2\n').list?.('prod/', calm)).toEqual(['prod/a']);
});

test('an aborted read ends with its reason', async () => {
  const options = { signal: AbortSignal.abort(new Error('left')), deadline: Infinity };
  const provider = written('s.json', '{}');
  await expect(provider.get({ name: 'a' }, options)).rejects.toThrow('left');
  await expect(provider.list!('', options)).rejects.toThrow('left');
});

test('a strict reader and a lax one are two places: in a shared cache neither is given what the other was', () => {
  const at = place(path.join(scratch(), 's.json'), '{}');
  const [lax, strict] = [file({ path: at }), file({ path: at, strictModes: true })];
  expect(lax.identity).not.toBe(strict.identity);
  expect(file({ path: at, strictModes: true }).identity).toBe(strict.identity);
});
