import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { file } from '../../src/providers/file.ts';
import { calm, failure, place, reveal, scratch } from './scratch.ts';

const content = (value: string) => JSON.stringify({ a: value, b: value });
const target = () => path.join(scratch(), 's.json');

test('each read answers from what the file holds now', async () => {
  const one = target();
  const provider = file({ path: place(one, content('1')) });
  for (const value of ['1', '2', 'longer', '3']) {
    place(one, content(value));
    expect(await reveal(provider, 'a')).toBe(value);
  }
  fs.rmSync(one);
  expect(await reveal(provider, 'a')).toBeUndefined();
  place(one, content('back'));
  expect(await reveal(provider, 'a')).toBe('back');
});

test('a file that stands still is opened once', async () => {
  const one = place(target(), content('1'));
  const later = Date.now() + 10_000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
  const provider = file({ path: one });
  const open = vi.spyOn(fs, 'openSync');
  for (let times = 0; times < 10; times++) expect(await reveal(provider, 'a')).toBe('1');
  expect(provider.hasChanged?.()).toBe(false);
  expect(open).toHaveBeenCalledOnce();
});

test('a change that leaves size and times as they were is seen while the file is young', async () => {
  const one = place(target(), content('1'));
  const still = fs.statSync(one, { bigint: true });
  const stat = fs.statSync;
  const fstat = fs.fstatSync;
  // A file system whose clock ticks slowly: the times do not move.
  const coarse = { ctimeNs: still.ctimeNs, mtimeNs: still.mtimeNs, ctimeMs: BigInt(Date.now()), mtimeMs: BigInt(Date.now()) };
  vi.spyOn(fs, 'statSync').mockImplementation(((...given: Parameters<typeof stat>) => Object.assign(stat(...given) as object, coarse)) as typeof stat);
  vi.spyOn(fs, 'fstatSync').mockImplementation(((...given: Parameters<typeof fstat>) => Object.assign(fstat(...given) as object, coarse)) as typeof fstat);
  const provider = file({ path: one });
  expect(await reveal(provider, 'a')).toBe('1');
  expect(provider.hasChanged?.()).toBe(false);
  fs.writeFileSync(one, content('2'));
  expect(provider.hasChanged?.()).toBe(true);
  expect(provider.hasChanged?.()).toBe(false);
  fs.writeFileSync(one, content('3'));
  expect(await reveal(provider, 'a')).toBe('3');
  expect(provider.hasChanged?.()).toBe(true);
  expect(provider.hasChanged?.()).toBe(false);
});

test('hasChanged is true once for each change', async () => {
  const one = place(target(), content('1'));
  const provider = file({ path: one });
  expect(provider.hasChanged?.()).toBe(false);
  await reveal(provider, 'a');
  expect(provider.hasChanged?.()).toBe(false);
  const changes = [
    () => place(one, content('2')),
    () => fs.renameSync(place(`${one}.next`, content('3')), one),
    () => fs.rmSync(one),
    () => place(one, content('4')),
    () => fs.chmodSync(one, 0o400),
  ];
  for (const change of changes) {
    change();
    expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
  }
});

test('a change seen first by a read of another name is still told: what was cached before it is old', async () => {
  const one = place(target(), content('1'));
  const provider = file({ path: one });
  await reveal(provider, 'a');
  place(one, content('2'));
  expect(await reveal(provider, 'b')).toBe('2');
  expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
});

test('a file that appears or disappears between a read and the next look is a change', async () => {
  const one = target();
  const provider = file({ path: one });
  await reveal(provider, 'a');
  expect(provider.hasChanged?.()).toBe(false);
  place(one, content('1'));
  expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
  await reveal(provider, 'a');
  fs.rmSync(one);
  await reveal(provider, 'a');
  expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
});

test('without a path, a file that appears in an earlier place is a change', async () => {
  const folder = scratch();
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  place(path.join(folder, 'keyturn', 'secrets.yaml'), 'a: yaml\n');
  const provider = file();
  expect(await reveal(provider, 'a')).toBe('yaml');
  place(path.join(folder, 'keyturn', 'secrets.json'), '{"a":"json"}');
  expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
  expect(await reveal(provider, 'a')).toBe('json');
});

test('a broken file ends with an error, and is answered from again once it is mended', async () => {
  const one = place(target(), content('1'));
  const provider = file({ path: one });
  await reveal(provider, 'a');
  place(one, '{');
  expect(provider.hasChanged?.()).toBe(true);
  expect(await failure(() => provider.get({ name: 'a' }, calm))).toMatchObject({ code: 'INVALID_SECRET' });
  place(one, content('2'));
  expect(await reveal(provider, 'a')).toBe('2');
});

test('a swap of the folders behind a mounted Kubernetes secret is a change, and is read', async () => {
  const folder = path.join(scratch(), 'secret');
  const swapTo = (version: string) => {
    place(path.join(folder, `..${version}`, 'password'), version);
    fs.symlinkSync(`..${version}`, path.join(folder, '..data_tmp'));
    fs.renameSync(path.join(folder, '..data_tmp'), path.join(folder, '..data'));
  };
  swapTo('v1');
  fs.symlinkSync('..data/password', path.join(folder, 'password'));
  const files = file({ path: folder });
  const single = file({ path: path.join(folder, '..data', 's.json') });
  expect(await reveal(files, 'password')).toBe('v1');
  expect(await reveal(single, 'a')).toBeUndefined();
  place(path.join(folder, '..v2', 's.json'), content('new'));
  files.hasChanged?.();
  swapTo('v2');
  expect([files.hasChanged?.(), files.hasChanged?.()]).toEqual([true, false]);
  expect([single.hasChanged?.(), single.hasChanged?.()]).toEqual([true, false]);
  expect(await reveal(files, 'password')).toBe('v2');
  expect(await reveal(single, 'a')).toBe('new');
});

test('in a folder, a change to a file in place or to one that was absent is a change', async () => {
  const folder = scratch();
  place(path.join(folder, 'deep', 'a'), '1');
  const provider = file({ path: folder });
  expect(await reveal(provider, 'deep/a')).toBe('1');
  expect(await reveal(provider, 'deep/b')).toBeUndefined();
  expect(provider.hasChanged?.()).toBe(false);
  fs.writeFileSync(path.join(folder, 'deep', 'a'), '2');
  expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
  place(path.join(folder, 'deep', 'b'), 'new');
  expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
  expect(await reveal(provider, 'deep/b')).toBe('new');
});

test('what is watched in a folder is bounded, and the folder itself is never dropped', async () => {
  const folder = scratch();
  const provider = file({ path: folder });
  // With the folder and its ..data, one more than is watched.
  for (let index = 0; index < 999; index++) await provider.get({ name: `s${index}` }, calm);
  const stats = vi.spyOn(fs, 'statSync');
  expect(provider.hasChanged?.()).toBe(false);
  expect(stats.mock.calls.length).toBeLessThanOrEqual(1_000);
  place(path.join(folder, 'unrelated'), 'x');
  expect(provider.hasChanged?.()).toBe(true);
});

test('hasChanged never throws, whatever the system says', async () => {
  const provider = file({ path: place(target(), content('1')) });
  await reveal(provider, 'a');
  vi.spyOn(fs, 'statSync').mockImplementation(() => {
    throw Object.assign(new Error('no'), { code: 'EACCES' });
  });
  expect([provider.hasChanged?.(), provider.hasChanged?.()]).toEqual([true, false]);
});

test('overlapping reads of a YAML file all answer', async () => {
  const one = place(path.join(scratch(), 's.yaml'), 'a: 1\nb: 2\n');
  const provider = file({ path: one });
  expect(await Promise.all(['a', 'b', 'a', 'c'].map((name) => reveal(provider, name)))).toEqual(['1', '2', '1', undefined]);
});
