import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { file } from '../../src/providers/file.ts';
import { calm, failure, place, reveal, scratch } from './scratch.ts';

const canary = 'hunter2-canary';

/** Every bad file holds the canary, so that whatever an error quotes of it is seen. */
const badFiles: readonly (readonly [string, string, string | Uint8Array])[] = [
  ['JSON that breaks off', 's.json', `{"a": "${canary}"`],
  ['JSON with a bare word', 's.json', `{"a": ${canary}}`],
  ['JSON with text after its end', 's.json', `{"a": "b"} ${canary}`],
  ['JSON with a key twice', 's.json', `{"${canary}": "1", "${canary}": "2"}`],
  ['JSON with a key twice further down', 's.json', `{"x": {"${canary}": "1", "${canary}": "2"}}`],
  ['JSON with an escaped key twice', 's.json', `{"a": "${canary}", "\\u0061": "2"}`],
  ['a JSON list', 's.json', `["${canary}"]`],
  ['a JSON string', 's.json', `"${canary}"`],
  ['JSON 65 levels deep', 's.json', `{"a":${'['.repeat(65)}"${canary}"${']'.repeat(65)}}`],
  ['an empty JSON file', 's.json', ''],
  ['a number that is none', 's.json', `{"a": 01, "b": "${canary}"}`],
  ['YAML that breaks off', 's.yaml', `a: "${canary}`],
  ['YAML with a bad escape', 's.yaml', `a: "${canary}\\x"`],
  ['YAML indented by a tab', 's.yaml', `a:\n\t${canary}: 1\n`],
  ['YAML with a key twice', 's.yaml', `${canary}: 1\n${canary}: 2\n`],
  ['YAML with a key twice further down', 's.yaml', `x: {${canary}: 1, ${canary}: 2}\n`],
  ['YAML with a key that is a list', 's.yaml', `? [${canary}]\n: x\n`],
  ['a YAML list', 's.yaml', `- ${canary}\n`],
  ['a YAML scalar', 's.yaml', canary],
  ['YAML with an anchor', 's.yaml', `a: &x ${canary}\n`],
  ['YAML with an alias', 's.yaml', `a: &x ${canary}\nb: *x\n`],
  ['YAML with an alias of nothing', 's.yaml', `a: *${canary}\n`],
  ['YAML with a tag', 's.yaml', `a: !${canary} x\n`],
  ['YAML with a core tag', 's.yaml', `a: !!binary ${canary}\n`],
  ['YAML with a directive nobody knows', 's.yaml', `%FOO ${canary}\n---\na: 1\n`],
  ['YAML with two documents', 's.yaml', `a: ${canary}\n---\nb: 2\n`],
  ['YAML 65 levels deep', 's.yaml', `a: ${'['.repeat(65)}${canary}${']'.repeat(65)}\n`],
  ['YAML 70 blocks deep', 's.yaml', Array.from({ length: 70 }, (_, depth) => `${' '.repeat(depth)}${canary}:`).join('\n')],
  ['a dotenv line without a name', '.env', `${canary}\n`],
  ['a dotenv quote never closed', '.env', `A="${canary}\n`],
  ['a dotenv single quote never closed', '.env', `A='${canary}\n`],
  ['dotenv text after a quote', '.env', `A="x" ${canary}\n`],
  ['a dotenv name twice', '.env', `A=${canary}\nA=2\n`],
  ['a dotenv name with a space', '.env', `A B=${canary}\n`],
  ...(['s.json', 's.yaml', '.env'] as const).flatMap((name) => [
    [`a NUL in ${name}`, name, `${{ 's.json': '{"a":', 's.yaml': 'a: ', '.env': 'A=' }[name]}${canary}\0`] as const,
    [`bytes that are not UTF-8 in ${name}`, name, Buffer.concat([Buffer.from(canary), Buffer.of(0xff, 0xfe)])] as const,
    [`over 1 MiB in ${name}`, name, canary.repeat(80_000)] as const,
  ]),
];

test.each(badFiles)('%s is an InvalidSecretError that tells nothing of the file', async (_, name, content) => {
  const printed = [vi.spyOn(process, 'emitWarning'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];
  const target = place(path.join(scratch(), name), content);
  const provider = file({ path: target });
  for (const run of [
    () => provider.get({ name: 'prod/db' }, calm),
    () => provider.list!('', calm),
    () => provider.check!(calm),
    () => provider.set!({ name: 'b' }, 'x', calm),
    () => provider.delete!({ name: 'a' }, calm),
  ]) {
    const error = await failure(run);
    expect(error).toMatchObject({ code: 'INVALID_SECRET', provider: 'file' });
    expect(error.hint).toBeTruthy();
    expect(error.message).toContain(target);
    expect(error.cause).toBeUndefined();
    for (const shown of [error.message, error.stack, error.hint, inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)])
      expect(shown).not.toContain('hunter2');
  }
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  expect(fs.readFileSync(target).equals(Buffer.from(content)), 'byte for byte as it was').toBe(true);
  expect(fs.readdirSync(path.dirname(target))).toEqual([name]);
});

test('an error names the secret, and says where the file is wrong', async () => {
  const provider = file({ path: place(path.join(scratch(), 's.yaml'), 'a: 1\nb: 2\na: 3\n') });
  expect(await failure(() => provider.get({ name: 'prod/db' }, calm))).toMatchObject({
    ref: 'prod/db',
    message: expect.stringMatching(/^prod\/db: .*s\.yaml has a key for the second time at line 3/) as string,
  });
});

test('64 levels are not too deep', async () => {
  const deep = `${'['.repeat(62)}1${']'.repeat(62)}`;
  expect(await reveal(file({ path: place(path.join(scratch(), 's.json'), `{"a":${deep}}`) }), 'a')).toBe(deep);
  expect(await reveal(file({ path: place(path.join(scratch(), 's.yaml'), `a: ${deep}`) }), 'a')).toBe(deep.replace('1', '"1"'));
});

const million = 1_000_000;
const nineLevels = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}`;

test.each([
  ['aliases nine levels deep', nineLevels],
  ['brackets', '['.repeat(million)],
  ['braces', '{'.repeat(million)],
  ['maps in maps', '{a: '.repeat(million / 4)],
  ['dashes', '- '.repeat(million / 2)],
  ['question marks', '? '.repeat(million / 2)],
  ['anchors', '&a '.repeat(million / 3)],
  ['tags', '!a '.repeat(million / 3)],
  ['quotes', '"'.repeat(million)],
  ['commas', `[${','.repeat(million)}]`],
  ['comments', `a: [\n${'#\n'.repeat(million / 2)}`],
  ['documents', '---\n'.repeat(million / 4)],
  ['keys', Array.from({ length: 90_000 }, (_, index) => `k${index}: v`).join('\n')],
  ['one key over and over', 'k: v\n'.repeat(million / 5)],
  ['a quote over many lines', `a: '${'\n'.repeat(million)}`],
  ['steps', Array.from({ length: 1_300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
])('a YAML bomb of %s is refused at once', async (_, content) => {
  const provider = file({ path: place(path.join(scratch(), 's.yaml'), content) });
  await reveal(file({ path: place(path.join(scratch(), 'warm.yaml'), 'a: 1') }), 'a');
  const from = performance.now();
  expect(await failure(() => provider.get({ name: 'a' }, calm))).toMatchObject({ code: 'INVALID_SECRET' });
  // Refused in tens of milliseconds; unguarded, the parser takes seconds and a gigabyte.
  expect(performance.now() - from).toBeLessThan(1_000);
});

test('a FIFO in the place of the file does not hold the process', async () => {
  const target = path.join(scratch(), 's.json');
  execFileSync('mkfifo', ['-m', '600', target]);
  const provider = file({ path: target });
  expect(await failure(() => provider.get({ name: 'a' }, calm))).toMatchObject({
    code: 'INVALID_SECRET',
    message: expect.stringContaining('a FIFO') as string,
  });
  expect(await failure(() => provider.set!({ name: 'a' }, 'x', calm))).toMatchObject({ code: 'INVALID_SECRET' });
  expect(provider.hasChanged?.()).toBe(false);
});

test('a FIFO that takes the place of a checked file does not hold the process either', async () => {
  const folder = scratch();
  const target = place(path.join(folder, 's.json'), '{}');
  const open = fs.openSync;
  const swapped = vi.spyOn(fs, 'openSync').mockImplementationOnce((...given) => {
    // Without the flag the open below would never return, and no test runner could end it.
    if ((Number(given[1]) & fs.constants.O_NONBLOCK) === 0) throw new Error('It would block.');
    fs.unlinkSync(target);
    execFileSync('mkfifo', ['-m', '600', target]);
    return open(...given);
  });
  expect(await failure(() => file({ path: target }).get({ name: 'a' }, calm))).toMatchObject({ code: 'INVALID_SECRET' });
  expect(swapped).toHaveBeenCalledOnce();
});

test('a link that takes the place of a checked file is not followed unchecked', async () => {
  const folder = scratch();
  const target = place(path.join(folder, 's.json'), '{"a":"ours"}');
  const other = place(path.join(folder, 'loose', 'other.json'), '{"a":"theirs"}', 0o666);
  const open = fs.openSync;
  vi.spyOn(fs, 'openSync').mockImplementationOnce((...given) => {
    fs.unlinkSync(target);
    fs.symlinkSync(other, target);
    return open(...given);
  });
  expect(await failure(() => file({ path: target }).get({ name: 'a' }, calm))).toMatchObject({ code: 'CONFIGURATION' });
});

test('a file that is swapped between the check and the open is checked again', async () => {
  const folder = scratch();
  const target = place(path.join(folder, 's.json'), '{"a":"old"}');
  const open = fs.openSync;
  const opened = vi.spyOn(fs, 'openSync').mockImplementationOnce((...given) => {
    fs.renameSync(place(path.join(folder, 'next'), '{"a":"new"}'), target);
    return open(...given);
  });
  expect(await reveal(file({ path: target }), 'a')).toBe('new');
  expect(opened).toHaveBeenCalledTimes(2);
});

test('a file that never stands still is given up after a few tries', async () => {
  const target = place(path.join(scratch(), 's.json'), '{"a":"old"}');
  const read = fs.readSync;
  let count = 0;
  vi.spyOn(fs, 'readSync').mockImplementation(((...given: Parameters<typeof fs.readSync>) => {
    const got = read(...given);
    if (got === 0) fs.appendFileSync(target, ' '.repeat(++count));
    return got;
  }) as typeof fs.readSync);
  expect(await failure(() => file({ path: target }).get({ name: 'a' }, calm))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});

test('folders, sockets, devices and endless files are no secrets files', async () => {
  const folder = scratch();
  fs.mkdirSync(path.join(folder, 'folder.json'));
  fs.symlinkSync('/dev/zero', path.join(folder, 'zero.json'));
  fs.symlinkSync('loop.json', path.join(folder, 'loop.json'));
  fs.truncateSync(place(path.join(folder, 'sparse.json'), '{}'), 2 ** 31);
  const server = net.createServer();
  await new Promise<void>((resolve) => {
    server.listen(path.join(folder, 'socket.json'), resolve);
  });
  try {
    for (const name of ['folder.json', 'zero.json', 'loop.json', 'sparse.json', 'socket.json']) {
      expect(await failure(() => file({ path: path.join(folder, name) }).get({ name: 'a' }, calm)), name).toMatchObject({ code: 'INVALID_SECRET' });
    }
  } finally {
    server.close();
  }
});

test('a file that says it is empty and is not is cut off at 1 MiB', async () => {
  const folder = scratch();
  const target = place(path.join(folder, 's.json'), '{}');
  let left = 100;
  const read = vi.spyOn(fs, 'readSync').mockImplementation(((_: number, buffer: Buffer) => (left-- > 0 ? buffer.fill(0x20).length : 0)) as typeof fs.readSync);
  expect(await failure(() => file({ path: target }).get({ name: 'a' }, calm))).toMatchObject({
    code: 'INVALID_SECRET',
    message: expect.stringContaining('1 MiB') as string,
  });
  expect(read.mock.calls.length).toBeLessThan(20);
});

test.each(['EACCES', 'EPERM', 'EIO', 'EMFILE'])('%s is our own trouble and no verdict on the secret', async (code) => {
  const target = place(path.join(scratch(), 's.json'), `{"a":"${canary}"}`);
  vi.spyOn(fs, 'openSync').mockImplementation(() => {
    throw Object.assign(new Error(`${code}: ${canary}`), { code });
  });
  const error = await failure(() => file({ path: target }).get({ name: 'a' }, calm));
  expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', ref: 'a', provider: 'file' });
  expect(error.message).toContain(code);
  if (code.startsWith('E') && code !== 'EIO' && code !== 'EMFILE') expect(error.hint).toMatch(/chown .*chmod/);
  expect(inspect(error)).not.toContain('hunter2');
  expect(error.cause).toBeUndefined();
});

test('a folder path that turns out to be a file of no known format is an error that names the endings', async () => {
  const folder = scratch();
  const provider = file({ path: path.join(folder, 'secrets') });
  place(path.join(folder, 'secrets'), canary);
  const error = await failure(() => provider.get({ name: 'a' }, calm));
  expect(error).toMatchObject({ code: 'INVALID_SECRET', hint: expect.stringContaining('.yaml') as string });
});
