import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { isForeign, mayOthersRead, mayOthersReplaceIn, mayOthersWrite } from '../../src/providers/file-modes.ts';
import { file } from '../../src/providers/file.ts';
import { calm, failure, isRoot, place, reveal, scratch } from './scratch.ts';

const stranger = 12_345;
const get = (target: string, strictModes = false) => file({ path: target, strictModes }).get({ name: 'a' }, calm);
const json = '{"a":"hunter2-canary"}';

test('who else may read, write and replace, for each of the 4,096 modes', () => {
  for (let mode = 0; mode < 0o10000; mode++) {
    const digits = mode.toString(8).padStart(4, '0');
    const [special, , group, world] = [...digits].map(Number) as [number, number, number, number];
    const seen = { uid: 0, mode: 0o100000 | mode };
    expect(mayOthersRead(seen)).toBe(group >= 4 || world >= 4);
    expect(mayOthersWrite(seen)).toBe([2, 3, 6, 7].includes(group) || [2, 3, 6, 7].includes(world));
    expect(mayOthersReplaceIn(seen)).toBe(mayOthersWrite(seen) && special % 2 === 0);
  }
});

test('a file is ours when it belongs to us or to root', () => {
  expect([isForeign({ uid: 1_000, mode: 0 }, 1_000), isForeign({ uid: 0n, mode: 0n }, 1_000)]).toEqual([false, false]);
  expect([isForeign({ uid: 1_001, mode: 0 }, 1_000), isForeign({ uid: 1_000, mode: 0 }, 0)]).toEqual([true, true]);
});

test.each([0o602, 0o620, 0o622, 0o660, 0o666, 0o777, 0o606])('a file that others may write is refused: mode %i', async (mode) => {
  const target = place(path.join(scratch(), 's.json'), json, mode);
  const error = await failure(() => get(target));
  expect(error).toMatchObject({ code: 'CONFIGURATION', ref: 'a', provider: 'file', hint: `Run: chmod 600 ${target}` });
  expect(await failure(() => file({ path: target }).set!({ name: 'a' }, 'x', calm))).toMatchObject({ code: 'CONFIGURATION' });
  expect(fs.readFileSync(target, 'utf8')).toBe(json);
});

test.each([0o600, 0o400, 0o700, 0o500])('a file that only we may read is read without a word: mode %i', async (mode) => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  expect((await get(place(path.join(scratch(), 's.json'), json, mode), true))?.reveal()).toBe('hunter2-canary');
  expect(warn).not.toHaveBeenCalled();
});

test.each([0o640, 0o604, 0o644, 0o440])('a file that others may read is read, with one warning for each path: mode %i', async (mode) => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const target = place(path.join(scratch(), 's.json'), json, mode);
  const provider = file({ path: target });
  for (let times = 0; times < 3; times++) expect(await reveal(provider, 'a')).toBe('hunter2-canary');
  await get(target);
  expect(warn.mock.calls).toEqual([[`Others may read ${target}. Run: chmod 600 ${target}`, { code: 'KEYTURN_FILE_MODE' }]]);
});

test('with strictModes a file that others may read is refused, with the chmod that mends it', async () => {
  const folder = path.join(scratch(), "it's here");
  const target = place(path.join(folder, 's.json'), json, 0o644);
  const error = await failure(() => get(target, true));
  expect(error).toMatchObject({ code: 'CONFIGURATION', hint: `Run: chmod 600 '${target.replace("'", `'\\''`)}'` });
  fs.chmodSync(target, 0o600);
  expect((await get(target, true))?.reveal()).toBe('hunter2-canary');
});

test.each([0o777, 0o770, 0o702, 0o720])('a file in a folder that others may write is refused: mode %i', async (mode) => {
  const folder = path.join(scratch(), 'loose');
  const target = place(path.join(folder, 's.json'), json);
  fs.chmodSync(folder, mode);
  expect(await failure(() => get(target))).toMatchObject({ code: 'CONFIGURATION', hint: `Run: chmod go-w ${folder}` });
  expect(await failure(() => file({ path: target }).set!({ name: 'b' }, 'x', calm))).toMatchObject({ code: 'CONFIGURATION' });
  expect(await failure(() => file({ path: path.join(folder, 'new.json') }).set!({ name: 'b' }, 'x', calm))).toMatchObject({ code: 'CONFIGURATION' });
  expect(await failure(() => file({ path: folder }).get({ name: 'a' }, calm))).toMatchObject({ code: 'CONFIGURATION' });
  expect(await failure(() => file({ path: folder }).list!('', calm))).toMatchObject({ code: 'CONFIGURATION' });
  expect(fs.readdirSync(folder)).toEqual(['s.json']);
});

test('a sticky folder of ours that others may write is good enough, as /tmp is', async () => {
  const folder = path.join(scratch(), 'sticky');
  const target = place(path.join(folder, 's.json'), json);
  fs.chmodSync(folder, 0o1777);
  expect((await get(target))?.reveal()).toBe('hunter2-canary');
  await file({ path: target }).set!({ name: 'b' }, 'x', calm);
  expect(await reveal(file({ path: target }), 'b')).toBe('x');
});

test.runIf(isRoot)('a file, folder or link of another user is refused, whatever its mode', async () => {
  const folder = scratch();
  const foreignFile = place(path.join(folder, 'file', 's.json'), json);
  fs.chownSync(foreignFile, stranger, stranger);
  const foreignFolder = place(path.join(folder, 'folder', 's.json'), json);
  fs.chownSync(path.dirname(foreignFolder), stranger, stranger);
  const foreignSticky = place(path.join(folder, 'sticky', 's.json'), json);
  fs.chmodSync(path.dirname(foreignSticky), 0o1777);
  fs.chownSync(path.dirname(foreignSticky), stranger, stranger);
  const foreignLink = path.join(folder, 'link.json');
  fs.symlinkSync(place(path.join(folder, 'ours.json'), json), foreignLink);
  fs.lchownSync(foreignLink, stranger, stranger);
  for (const target of [foreignFile, foreignFolder, foreignSticky, foreignLink]) {
    expect(await failure(() => get(target)), target).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('belongs to another user') as string,
    });
    expect(await failure(() => file({ path: target }).set!({ name: 'a' }, 'x', calm)), target).toMatchObject({ code: 'CONFIGURATION' });
  }
});

test.runIf(isRoot)('a file of root is read by another user', async () => {
  const target = place(path.join(scratch(), 's.json'), json);
  vi.spyOn(process as { geteuid: () => number }, 'geteuid').mockReturnValue(1_000);
  expect((await get(target))?.reveal()).toBe('hunter2-canary');
});

test('links are followed, and every folder that holds one is checked', async () => {
  const folder = scratch();
  place(path.join(folder, 'real', 's.json'), json);
  fs.mkdirSync(path.join(folder, 'loose'));
  fs.symlinkSync('../real', path.join(folder, 'loose', 'middle'));
  fs.symlinkSync('loose/middle/s.json', path.join(folder, 'first.json'));
  expect((await get(path.join(folder, 'first.json')))?.reveal()).toBe('hunter2-canary');
  fs.chmodSync(path.join(folder, 'loose'), 0o777);
  expect(await failure(() => get(path.join(folder, 'first.json')))).toMatchObject({ code: 'CONFIGURATION', hint: `Run: chmod go-w ${folder}/loose` });
});

test('a link to a file that others may write is refused', async () => {
  const folder = scratch();
  fs.symlinkSync(place(path.join(folder, 'real.json'), json, 0o666), path.join(folder, 's.json'));
  expect(await failure(() => get(path.join(folder, 's.json')))).toMatchObject({ code: 'CONFIGURATION' });
});

test('a file opened up after it was read is refused from then on', async () => {
  const target = place(path.join(scratch(), 's.json'), json);
  const provider = file({ path: target });
  expect(await reveal(provider, 'a')).toBe('hunter2-canary');
  fs.chmodSync(target, 0o666);
  expect(await failure(() => provider.get({ name: 'a' }, calm))).toMatchObject({ code: 'CONFIGURATION' });
});

test('on a system without users, modes are not looked at', async () => {
  vi.spyOn(process as { geteuid: () => unknown }, 'geteuid').mockReturnValue(undefined);
  expect((await get(place(path.join(scratch(), 's.json'), json, 0o666), true))?.reveal()).toBe('hunter2-canary');
});
