import fs from 'node:fs';
import fsp from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { Document } from 'yaml';
import { replaceFile } from '../../src/providers/file-write.ts';
import { file } from '../../src/providers/file.ts';
import { calm, failure, InstantClock, place, reveal, scratch } from './scratch.ts';

const umask = process.umask();
afterEach(() => {
  process.umask(umask);
});
const text = (target: string) => fs.readFileSync(target, 'utf8');

/** Looks at the folder before and after each step of a write, on the promises and on every handle they give. */
function betweenSteps(look: (step: string) => void): void {
  const watched = ['open', 'writeFile', 'rename', 'unlink', 'mkdir'] as const;
  for (const step of watched) {
    const real = fsp[step] as (...given: unknown[]) => Promise<unknown>;
    vi.spyOn(fsp, step).mockImplementation((async (...given: unknown[]) => {
      look(step);
      const result = await real(...given);
      try {
        look(step);
      } catch (error) {
        if (step === 'open') await (result as fsp.FileHandle).close();
        throw error;
      }
      if (step === 'open') watchHandle(result as fsp.FileHandle, look);
      return result;
    }) as never);
  }
}

function watchHandle(handle: fsp.FileHandle, look: (step: string) => void): void {
  for (const step of ['chmod', 'writeFile', 'sync', 'close'] as const) {
    const real = (handle[step] as (...given: unknown[]) => Promise<unknown>).bind(handle);
    Object.assign(handle, {
      [step]: async (...given: unknown[]) => {
        // A handle is closed in truth before its closing may fail, or it would leak out of the test.
        if (step !== 'close') look(`handle.${step}`);
        const result = await real(...given);
        if (step === 'close') look(`handle.${step}`);
        look(`handle.${step}`);
        return result;
      },
    });
  }
}

test.each(
  [0o000, 0o022, 0o027, 0o077, 0o177].flatMap((mask) =>
    ['s.json', 's.yaml', '.env', 'files/a'].map((name) => [mask.toString(8).padStart(3, '0'), name, mask] as const),
  ),
)('under umask %s nobody else can read %s at any instant of a write', async (_, name, mask) => {
  const folder = scratch();
  const inside = path.join(folder, path.dirname(name));
  fs.mkdirSync(inside, { recursive: true, mode: 0o700 });
  const provider = file({ path: name === 'files/a' ? `${inside}/` : path.join(folder, name) });
  const seen = new Set<string>();
  betweenSteps(() => {
    for (const entry of fs.readdirSync(inside)) {
      seen.add(entry);
      expect(fs.lstatSync(path.join(inside, entry)).mode & 0o777, entry).toBe(0o600);
    }
  });
  process.umask(mask);
  await provider.set!({ name: 'a' }, 'first', calm);
  await provider.set!({ name: 'a' }, 'second', calm);
  process.umask(umask);
  expect(await reveal(provider, 'a')).toBe('second');
  expect(seen.size, 'the lock, two temporary files and the file were seen').toBe(4);
  expect(fs.readdirSync(inside)).toEqual([path.basename(name)]);
});

test('a file that others may read is replaced by one that only we may read', async () => {
  const target = place(path.join(scratch(), 's.json'), '{"a":"1"}', 0o644);
  await file({ path: target }).set!({ name: 'a' }, '2', calm);
  expect(fs.statSync(target).mode & 0o777).toBe(0o600);
});

test('folders that a set has to make are 0700', async () => {
  const folder = scratch();
  process.umask(0);
  await file({ path: path.join(folder, 'x', 'y', 's.json') }).set!({ name: 'a' }, '1', calm);
  await file({ path: `${folder}/files/` }).set!({ name: 'p/q/r' }, '1', calm);
  for (const made of ['x', 'x/y', 'files', 'files/p', 'files/p/q']) expect(fs.statSync(path.join(folder, made)).mode & 0o777, made).toBe(0o700);
});

test('the temporary file is made exclusively: a file that waits under its name is neither written nor removed', async () => {
  const folder = scratch();
  const target = place(path.join(folder, 's.json'), 'old');
  const planted = place(`${target}.${'0'.repeat(32)}.tmp`, 'planted');
  const error = await failure(() => replaceFile(target, Buffer.from('new'), { random: () => '0'.repeat(32) }));
  expect(error.message).toContain('EEXIST');
  expect([text(target), text(planted)]).toEqual(['old', 'planted']);
});

test("a link that waits under the temporary file's name is not followed, dangling or not", async () => {
  const folder = scratch();
  const target = place(path.join(folder, 's.json'), 'old');
  const victim = place(path.join(folder, 'victim'), 'victim');
  for (const leadsTo of [victim, path.join(folder, 'nowhere')]) {
    const planted = `${target}.${'0'.repeat(32)}.tmp`;
    fs.symlinkSync(leadsTo, planted);
    await failure(() => replaceFile(target, Buffer.from('new'), { random: () => '0'.repeat(32) }));
    expect([text(target), text(victim), fs.existsSync(path.join(folder, 'nowhere'))]).toEqual(['old', 'victim', false]);
    fs.unlinkSync(planted);
  }
});

test('temporary names have 128 random bits and never come twice', async () => {
  const folder = scratch();
  const opened = vi.spyOn(fsp, 'open');
  for (let times = 0; times < 20; times++) await replaceFile(path.join(folder, 's.json'), Buffer.from('x'));
  const names = opened.mock.calls.map(([name]) => path.basename(String(name))).filter((name) => name.endsWith('.tmp'));
  for (const name of names) expect(name).toMatch(/^s\.json\.[0-9a-f]{32}\.tmp$/);
  expect(new Set(names).size).toBe(20);
});

test('the content is on the disk before the name points at it, and the name before the set returns', async () => {
  const target = place(path.join(scratch(), 's.json'), '{}');
  const steps: string[] = [];
  betweenSteps((step) => steps.push(step));
  await file({ path: target }).set!({ name: 'a' }, '1', calm);
  const once = steps.filter((_, index) => index % 2 === 0);
  expect(once).toEqual([
    'mkdir',
    'writeFile',
    'open',
    'handle.chmod',
    'handle.writeFile',
    'handle.sync',
    'handle.close',
    'rename',
    'open',
    'handle.sync',
    'handle.close',
    'unlink',
  ]);
});

test.each(Array.from({ length: 24 }, (_, nth) => nth))(
  'when step %i of a write fails, the file is the old one or the new one and nothing is left beside it',
  async (nth) => {
    const folder = scratch();
    const [before, after] = ['{"a":"hunter2-canary"}\n', '{"a":"new"}\n'];
    const target = place(path.join(folder, 's.json'), before);
    let step = 0;
    betweenSteps((name) => {
      // The lock's own removal is the last step; it is left behind then, and the next writer's to judge.
      if (name !== 'unlink' && step++ === nth) throw Object.assign(new Error('ENOSPC hunter2-canary'), { code: 'ENOSPC' });
    });
    const error = await failure(async () => {
      await file({ path: target }).set!({ name: 'a' }, 'new', calm);
      throw Object.assign(new Error(), { code: 'DONE' });
    });
    vi.restoreAllMocks();
    expect([before, after]).toContain(text(target));
    // Step 5 is an open that made the file and then failed, which no system call does.
    if (nth !== 5) expect(fs.readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(['PROVIDER_UNAVAILABLE', 'DONE']).toContain(error.code);
    if (error.code === 'DONE') expect(text(target)).toBe(after);
    expect(inspect(error)).not.toContain('hunter2');
  },
);

test('writing does not go through a link, dangling or not', async () => {
  const folder = scratch();
  const real = place(path.join(folder, 'real.json'), '{"a":"1"}');
  fs.symlinkSync('real.json', path.join(folder, 'link.json'));
  fs.symlinkSync('nowhere.json', path.join(folder, 'dangling.json'));
  for (const name of ['link.json', 'dangling.json']) {
    expect(await failure(() => file({ path: path.join(folder, name) }).set!({ name: 'a' }, '2', calm))).toMatchObject({ code: 'CONFIGURATION' });
    expect(await failure(() => file({ path: path.join(folder, name) }).delete!({ name: 'a' }, calm))).toMatchObject({ code: 'CONFIGURATION' });
  }
  expect(text(real)).toBe('{"a":"1"}');
  expect(fs.readdirSync(folder).sort()).toEqual(['dangling.json', 'link.json', 'real.json']);
});

test('a JSON file keeps its layout and its other members to the byte', async () => {
  const before = '{\n    "n": 1.10,\n    "big": 12345678901234567890,\n    "prod": { "db": "old",   "x": [1,2] },\n    "e": "\\u00e9"\n}\n';
  const target = place(path.join(scratch(), 's.json'), before);
  const provider = file({ path: target });
  await provider.set!({ name: 'prod/db' }, 'new', calm);
  expect(text(target)).toBe(before.replace('"old"', '"new"'));
  await provider.set!({ name: 'prod/fresh' }, 'flat', calm);
  expect(text(target)).toBe(before.replace('"old"', '"new"').replace('"e": "\\u00e9"', '"e": "\\u00e9",\n    "prod/fresh": "flat"'));
  expect(await provider.delete!({ name: 'prod/fresh' }, calm)).toBe(true);
  expect(await provider.delete!({ name: 'n' }, calm)).toBe(true);
  expect(await provider.delete!({ name: 'prod/x' }, calm)).toBe(true);
  expect(text(target)).toBe('{\n    "big": 12345678901234567890,\n    "prod": { "db": "new" },\n    "e": "\\u00e9"\n}\n');
});

test.each([
  ['{}', '{\n  "a": "1"\n}\n'],
  ['{"b":2}', '{"b":2,"a":"1"}\n'],
  ['{ "b": 2 }', '{ "b": 2, "a": "1" }\n'],
  ['{"b": 2}', '{"b": 2, "a": "1"}\n'],
  ['{\n\t"b": 2\n}', '{\n\t"b": 2,\n\t"a": "1"\n}\n'],
])('a new name in %j makes it %j', async (before, after) => {
  const target = place(path.join(scratch(), 's.json'), before);
  await file({ path: target }).set!({ name: 'a' }, '1', calm);
  expect(text(target)).toBe(after);
});

test('a YAML file keeps its comments and its order', async () => {
  const before =
    '# ours\n\nb: 012345 # as typed\n# about prod\nprod:\n  db: old # rotated in May\n  port: 5432\n\nlist:\n  - 1.10\n  - ~\nempty:\n' +
    `long: ${'word '.repeat(60)}end\nquoted: "${'word '.repeat(60)}end"\n`;
  const target = place(path.join(scratch(), 's.yaml'), before);
  const provider = file({ path: target });
  await provider.set!({ name: 'prod/db' }, '0x1F', calm);
  expect(text(target)).toBe(before.replace('db: old', 'db: "0x1F"'));
  await provider.set!({ name: 'prod/fresh' }, 'plain', calm);
  await provider.set!({ name: 'doc', field: 'password' }, 'no', calm);
  expect(text(target)).toBe(`${before.replace('db: old', 'db: "0x1F"')}prod/fresh: plain\ndoc:\n  password: "no"\n`);
  expect(await provider.delete!({ name: 'list' }, calm)).toBe(true);
  expect(text(target)).not.toContain('1.10');
  expect(text(target)).toContain('# rotated in May');
});

test('a YAML file that would say something else once rewritten is not written', async () => {
  const before = 'a: 1\nb: hunter2-canary\n';
  const target = place(path.join(scratch(), 's.yaml'), before);
  vi.spyOn(Document.prototype, 'toString').mockReturnValueOnce('a: "2"\nb: other\n');
  const error = await failure(() => file({ path: target }).set!({ name: 'a' }, '2', calm));
  expect(error).toMatchObject({ code: 'INVALID_SECRET', ref: 'a' });
  expect(inspect(error)).not.toContain('hunter2');
  expect(text(target)).toBe(before);
});

test('a dotenv file keeps its other lines, comments, exports and order', async () => {
  const before = '# ours\nexport A=\'x\'   # first\n\nB=two words\nC="three\nlines"\n';
  const target = place(path.join(scratch(), '.env'), before);
  const provider = file({ path: target });
  await provider.set!({ name: 'a' }, 'it\'s "new"', calm);
  expect(text(target)).toBe(before.replace("'x'", '"it\'s \\"new\\""'));
  await provider.set!({ name: 'prod/db', field: 'api-key' }, '#1', calm);
  expect(await provider.delete!({ name: 'C' }, calm)).toBe(true);
  expect(await provider.delete!({ name: 'c' }, calm)).toBe(false);
  expect(text(target)).toBe('# ours\nexport A="it\'s \\"new\\""   # first\n\nB=two words\nPROD_DB_API_KEY=\'#1\'\n');
});

test.each([
  ['A= #c', 'A= 2 #c'],
  ['A="1"#c', 'A=2 #c'],
  ['A=1 #c', 'A=2 #c'],
])('a comment right behind a dotenv value stays a comment: %j', async (before, after) => {
  const target = place(path.join(scratch(), '.env'), before);
  const provider = file({ path: target });
  await provider.set!({ name: 'A' }, '2', calm);
  expect(text(target)).toBe(after);
  expect(await reveal(provider, 'A')).toBe('2');
});

test('an odd but valid YAML file, with a key alone or an empty block, can be changed', async () => {
  const target = place(path.join(scratch(), 's.yaml'), '? alone\nblock: |- # nothing in it\nb: 1\n');
  const provider = file({ path: target });
  await provider.set!({ name: 'b' }, '2', calm);
  expect(await Promise.all(['alone', 'block', 'b'].map((name) => reveal(provider, name)))).toEqual(['', '', '2']);
});

test('a dotenv file that does not end its last line gets a line end before the next', async () => {
  const target = place(path.join(scratch(), '.env'), 'A=1');
  await file({ path: target }).set!({ name: 'B' }, '2', calm);
  expect(text(target)).toBe('A=1\nB=2\n');
});

test('a name that dotenv cannot carry is refused, and nothing is written', async () => {
  const target = place(path.join(scratch(), '.env'), 'A=1\n');
  for (const name of ['a=b', "a'b", 'ключ', 'a+b']) {
    expect(await failure(() => file({ path: target }).set!({ name }, 'x', calm))).toMatchObject({ code: 'INVALID_REFERENCE' });
  }
  expect(text(target)).toBe('A=1\n');
});

test.each([
  ['s.json', '{"prod/db":{"user":"app","password":"old"},"doc":"{\\"a\\": 1.0}"}', 'prod/db'],
  ['s.json', '{"prod/db":{"user":"app","password":"old"},"doc":"{\\"a\\": 1.0}"}', 'doc'],
  ['s.yaml', 'prod:\n  db: {user: app, password: old}\ndoc: \'{"a": 1.0}\'\n', 'prod/db'],
  ['s.yaml', 'prod:\n  db: {user: app, password: old}\ndoc: \'{"a": 1.0}\'\n', 'doc'],
  ['.env', 'PROD_DB=\'{"user":"app","password":"old"}\'\nDOC={"a":1.0}\n', 'prod/db'],
  ['files/', '', 'doc'],
])('in %s (%s) one field of %s is set and deleted, and the others stay', async (name, before, secret) => {
  const folder = scratch();
  if (name.endsWith('/')) place(path.join(folder, 'files', secret), '{"a": 1.0}\n');
  else place(path.join(folder, name), before);
  const provider = file({ path: `${folder}/${name}` });
  const had = (await provider.get({ name: secret }, calm))?.fieldNames() ?? [];
  await provider.set!({ name: secret, field: 'password' }, 'p"\\w', calm);
  const now = await provider.get({ name: secret }, calm);
  expect(now?.field('password').reveal()).toBe('p"\\w');
  expect(now?.fieldNames()).toEqual([...new Set([...had, 'password'])]);
  if (had.includes('a')) expect(now?.field('a').reveal()).toBe('1.0');
  expect(await provider.delete!({ name: secret, field: 'password' }, calm)).toBe(true);
  expect(await provider.delete!({ name: secret, field: 'password' }, calm)).toBe(false);
  expect((await provider.get({ name: secret }, calm))?.fieldNames()).toEqual(had.filter((field) => field !== 'password'));
});

test.each(['s.json', 's.yaml', '.env', 'files/'])(
  'in %s a field of a value that is no JSON object is not set, and nothing is written or quoted',
  async (name) => {
    const folder = scratch();
    const provider = file({ path: `${folder}/${name}` });
    await provider.set!({ name: 'A' }, 'hunter2-canary', calm);
    for (const run of [() => provider.set!({ name: 'A', field: 'x' }, 'y', calm), () => provider.delete!({ name: 'A', field: 'x' }, calm)]) {
      const error = await failure(run);
      expect(error).toMatchObject({ code: 'INVALID_SECRET', ref: 'A#x' });
      expect(inspect(error, { showHidden: true })).not.toContain('hunter2');
    }
    expect(await reveal(provider, 'A')).toBe('hunter2-canary');
  },
);

test('a line of its own is the field that is changed in dotenv, before the document', async () => {
  const target = place(path.join(scratch(), '.env'), 'DB={"password":"document"}\nDB_PASSWORD=own\n');
  const provider = file({ path: target });
  await provider.set!({ name: 'db', field: 'password' }, 'new', calm);
  expect(text(target)).toBe('DB={"password":"document"}\nDB_PASSWORD=new\n');
  expect(await provider.delete!({ name: 'db', field: 'password' }, calm)).toBe(true);
  expect(provider.fieldOf?.({ name: 'db', field: 'password' })).toBeUndefined();
});

test.each([
  ['s.json', '{"prod/db":"flat","prod":{"db":"nested"}}'],
  ['s.yaml', 'prod/db: flat\nprod:\n  db: nested\n'],
])('in %s a deleted name is gone, also when it was there in two spellings', async (name, before) => {
  const provider = file({ path: place(path.join(scratch(), name), before) });
  expect(await provider.delete!({ name: 'prod/db' }, calm)).toBe(true);
  expect(await reveal(provider, 'prod/db')).toBeUndefined();
  expect(await provider.delete!({ name: 'prod/db' }, calm)).toBe(false);
});

test('a deletion of what is not there writes nothing and makes no folder', async () => {
  const folder = scratch();
  for (const name of ['x/s.json', 'x/s.yaml', 'x/.env', 'x/files/']) expect(await file({ path: `${folder}/${name}` }).delete!({ name: 'a' }, calm)).toBe(false);
  expect(fs.readdirSync(folder)).toEqual([]);
  const target = place(path.join(folder, 's.json'), '{"a":null}');
  const before = fs.statSync(target).ino;
  expect(await file({ path: target }).delete!({ name: 'a' }, calm)).toBe(false);
  expect(fs.statSync(target).ino).toBe(before);
});

test('in a folder a set writes the one file and a delete removes it', async () => {
  const folder = scratch();
  const provider = file({ path: folder });
  await provider.set!({ name: 'prod/db' }, 'x\n', calm);
  expect(text(path.join(folder, 'prod', 'db'))).toBe('x\n');
  expect(await provider.delete!({ name: 'prod' }, calm)).toBe(false);
  expect(await provider.delete!({ name: 'prod/db' }, calm)).toBe(true);
  expect(fs.readdirSync(path.join(folder, 'prod'))).toEqual([]);
});

test('a write reads the file again: what somebody else wrote meanwhile stays', async () => {
  const target = place(path.join(scratch(), 's.json'), '{"a":"1"}');
  const provider = file({ path: target });
  await reveal(provider, 'a');
  place(target, '{"a":"1","theirs":"2"}');
  await provider.set!({ name: 'ours' }, '3', calm);
  expect(JSON.parse(text(target))).toEqual({ a: '1', theirs: '2', ours: '3' });
});

test('a file that somebody changes without the lock, in the middle of a write, is a conflict and stays as they wrote it', async () => {
  const target = place(path.join(scratch(), 's.json'), '{"a":"1"}');
  betweenSteps((step) => {
    if (step === 'handle.sync') fs.writeFileSync(target, '{"theirs":"2"}');
  });
  expect(await failure(() => file({ path: target }).set!({ name: 'a' }, 'new', calm))).toMatchObject({ code: 'CONFLICT', ref: 'a' });
  expect(text(target)).toBe('{"theirs":"2"}');
  expect(fs.readdirSync(path.dirname(target))).toEqual(['s.json']);
});

test('a file never grows over what can be read back', async () => {
  const target = place(path.join(scratch(), 's.json'), '{"a":"1"}');
  expect(await failure(() => file({ path: target }).set!({ name: 'a' }, 'x'.repeat(1_048_576), calm))).toMatchObject({ code: 'INVALID_SECRET' });
  expect(text(target)).toBe('{"a":"1"}');
});

test('the wait for the lock is on the clock that was given', async () => {
  const clock = new InstantClock();
  const target = path.join(scratch(), 's.json');
  place(`${target}.lock`, 'somebody');
  clock.onSleep = () => clock.slept === 3 && fs.unlinkSync(`${target}.lock`);
  await file({ path: target, clock }).set!({ name: 'a' }, '1', calm);
  expect(clock.slept).toBe(3);
});
