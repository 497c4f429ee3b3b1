import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import fsp from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { withLock } from '../../src/providers/file-lock.ts';
import { file } from '../../src/providers/file.ts';
import { calm, failure, InstantClock, place, scratch } from './scratch.ts';

const token = 'a'.repeat(16);
const lockOf = (pid: number, host = os.hostname()) => `${pid} ${host} ${token}\n`;
const deadPid = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
const until = (clock: InstantClock, ms: number) => ({ ...calm, deadline: clock.now() + ms });

test('a lock whose writer lives is waited for until the deadline, and then nothing is written', async () => {
  const clock = new InstantClock();
  const target = place(path.join(scratch(), 's.json'), '{"a":"1"}');
  place(`${target}.lock`, lockOf(process.ppid));
  const error = await failure(() => file({ path: target, clock }).set!({ name: 'a' }, '2', until(clock, 90)));
  expect(error).toMatchObject({ code: 'CONFLICT', ref: 'a', provider: 'file', hint: expect.stringContaining(`rm ${target}.lock`) as string });
  expect(clock.now()).toBe(1_090);
  expect(fs.readFileSync(target, 'utf8')).toBe('{"a":"1"}');
  expect(fs.readFileSync(`${target}.lock`, 'utf8')).toBe(lockOf(process.ppid));
});

test('without a deadline the wait still ends', async () => {
  const clock = new InstantClock();
  const lock = place(path.join(scratch(), 'x.lock'), lockOf(process.ppid));
  await failure(() => withLock(lock, clock, calm, async () => undefined));
  expect(clock.now()).toBe(11_000);
});

test('the lock of a writer that died is taken over', async () => {
  const clock = new InstantClock();
  const target = path.join(scratch(), 's.json');
  place(`${target}.lock`, lockOf(deadPid));
  await file({ path: target, clock }).set!({ name: 'a' }, '1', calm);
  expect(clock.slept).toBe(0);
  expect(fs.readdirSync(path.dirname(target))).toEqual(['s.json']);
});

test('a lock with our own process id is ours, unless it is older than this process', async () => {
  const clock = new InstantClock();
  const lock = place(path.join(scratch(), 'x.lock'), lockOf(process.pid));
  await failure(() => withLock(lock, clock, calm, async () => undefined));
  fs.utimesSync(lock, 1_000, 1_000);
  expect(await withLock(lock, clock, calm, async () => 'done')).toBe('done');
});

test.each([
  ['of another host, whose process ids are not ours', lockOf(deadPid, 'elsewhere')],
  ['that says nothing we understand', 'gibberish'],
  ['that is empty', ''],
])('a lock %s is waited for, not broken', async (_, content) => {
  const clock = new InstantClock();
  const lock = place(path.join(scratch(), 'x.lock'), content);
  expect((await failure(() => withLock(lock, clock, calm, async () => undefined))).message).toContain('is held by another writer');
  expect(fs.readFileSync(lock, 'utf8')).toBe(content);
});

test('of many who find the same dead lock, one at a time is let in', async () => {
  const lock = place(path.join(scratch(), 'x.lock'), lockOf(deadPid));
  let [inside, most, done] = [0, 0, 0];
  const work = async () => {
    most = Math.max(most, ++inside);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    inside--;
    done++;
  };
  const clock = new InstantClock();
  clock.sleep = (ms) => {
    clock.ms += ms / 1_000;
    return new Promise(setImmediate);
  };
  await Promise.all(Array.from({ length: 20 }, () => withLock(lock, clock, calm, work)));
  expect([most, done]).toEqual([1, 20]);
  expect(fs.readdirSync(path.dirname(lock))).toEqual([]);
});

test('a lock that was taken while a dead one was being judged is not broken', async () => {
  const clock = new InstantClock();
  const lock = place(path.join(scratch(), 'x.lock'), lockOf(deadPid));
  const write = fsp.writeFile;
  vi.spyOn(fsp, 'writeFile').mockImplementation(async (...given) => {
    // Somebody was faster: broke the dead lock and took it.
    if (given[0] === `${lock}.break`) fs.writeFileSync(lock, lockOf(process.ppid));
    return write(...given);
  });
  await failure(() => withLock(lock, clock, calm, async () => undefined));
  expect(fs.readFileSync(lock, 'utf8')).toBe(lockOf(process.ppid));
  expect(fs.readdirSync(path.dirname(lock))).toEqual(['x.lock']);
});

test('a lock that this process holds is not broken, however old its file looks', async () => {
  const clock = new InstantClock();
  const lock = path.join(scratch(), 'x.lock');
  await withLock(lock, clock, calm, async () => {
    fs.utimesSync(lock, 1_000, 1_000);
    expect((await failure(() => withLock(lock, clock, calm, async () => undefined))).message).toContain('is held by another writer');
  });
});

test('the lock is given back when the work fails', async () => {
  const lock = path.join(scratch(), 'x.lock');
  await expect(withLock(lock, new InstantClock(), calm, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
  expect(fs.existsSync(lock)).toBe(false);
});

test('a lock that somebody else took meanwhile is not removed', async () => {
  const lock = path.join(scratch(), 'x.lock');
  await withLock(lock, new InstantClock(), calm, async () => {
    fs.writeFileSync(lock, 'theirs');
  });
  expect(fs.readFileSync(lock, 'utf8')).toBe('theirs');
});

test('an abort ends the wait with its reason', async () => {
  const clock = new InstantClock();
  const lock = place(path.join(scratch(), 'x.lock'), lockOf(process.ppid));
  const leaving = new AbortController();
  clock.onSleep = () => {
    leaving.abort(new Error('left'));
  };
  await expect(withLock(lock, clock, { signal: leaving.signal, deadline: Infinity }, async () => undefined)).rejects.toThrow('left');
});

test('overlapping sets of one process, through two providers, all arrive', async () => {
  const target = path.join(scratch(), 's.json');
  const providers = [file({ path: target }), file({ path: target })];
  await Promise.all(Array.from({ length: 12 }, (_, index) => providers[index % 2]!.set!({ name: `s${index}` }, `${index}`, calm)));
  expect(Object.keys(JSON.parse(fs.readFileSync(target, 'utf8')) as object).sort()).toEqual(Array.from({ length: 12 }, (_, index) => `s${index}`).sort());
});

test('sets of several processes all arrive', async () => {
  const target = path.join(scratch(), 's.yaml');
  const source = new URL('../../src/providers/file.ts', import.meta.url).href;
  const program = (who: string) => `
    const { file } = await import(${JSON.stringify(source)});
    const provider = file({ path: ${JSON.stringify(target)} });
    const options = { signal: new AbortController().signal, deadline: Infinity };
    for (let index = 0; index < 8; index++) await provider.set({ name: '${who}' + index }, 'x', options);`;
  await Promise.all(['a', 'b', 'c'].map((who) => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program(who)])));
  expect(await file({ path: target }).list!('', calm)).toHaveLength(24);
  expect(fs.readdirSync(path.dirname(target))).toEqual(['s.yaml']);
});
