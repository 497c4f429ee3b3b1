import fs from 'node:fs';
import { expect, test } from 'vitest';
import { Machine } from './fixture.ts';

const isRoot = process.getuid?.() === 0;

test('it is looked for from the working directory up to the root of the repository', async () => {
  const machine = new Machine();
  machine.folder('home/repo/.git');
  machine.folder('home/repo/a/b');
  const path = machine.file('home/repo/keyturn.yaml', 'deadline: 1s');
  expect(await machine.load({ cwd: 'home/repo/a/b' })).toEqual({ file: path, deadline: '1s' });
  const nearer = machine.file('home/repo/a/keyturn.json', '{}');
  expect((await machine.load({ cwd: 'home/repo/a/b' })).file).toBe(nearer);
});

test('the folder above the repository is not searched', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml');
  machine.folder('home/repo/.git');
  expect((await machine.load({ cwd: 'home/repo' })).file).toBeUndefined();
});

test('a worktree, whose .git is a file, is a repository too', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml');
  machine.file('home/repo/.git', 'gitdir: elsewhere');
  expect((await machine.load({ cwd: 'home/repo' })).file).toBeUndefined();
});

test('without a repository it is looked for up to the home folder and no further', async () => {
  const machine = new Machine();
  machine.file('keyturn.yaml');
  machine.folder('home/a/b');
  expect((await machine.load({ cwd: 'home/a/b' })).file).toBeUndefined();
  const path = machine.file('home/keyturn.yaml');
  expect((await machine.load({ cwd: 'home/a/b' })).file).toBe(path);
});

test('with neither repository nor home above, only the working directory is looked at', async () => {
  const machine = new Machine();
  machine.file('elsewhere/keyturn.yaml');
  machine.folder('elsewhere/a');
  expect((await machine.load({ cwd: 'elsewhere/a' })).file).toBeUndefined();
  expect((await machine.load({ cwd: 'elsewhere' })).file).toBeDefined();
});

test('the user’s configuration folder comes last', async () => {
  const machine = new Machine();
  const own = machine.file('home/.config/keyturn/keyturn.yaml');
  expect((await machine.load()).file).toBe(own);
  const configured = machine.file('xdg/keyturn/keyturn.json', '{}');
  expect((await machine.load({ env: { XDG_CONFIG_HOME: `${machine.root}/xdg` } })).file).toBe(configured);
  const here = machine.file('home/keyturn.yaml');
  expect((await machine.load()).file).toBe(here);
});

test('a file that is named is the one, --config before KEYTURN_CONFIG', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml');
  const one = machine.file('home/one.yaml');
  const two = machine.file('home/two.json', '{}');
  expect((await machine.load({ env: { KEYTURN_CONFIG: 'one.yaml' } })).file).toBe(one);
  expect((await machine.load({ file: 'two.json', env: { KEYTURN_CONFIG: 'one.yaml' } })).file).toBe(two);
  expect((await machine.load({ env: { KEYTURN_CONFIG: '~/one.yaml' }, cwd: '' })).file).toBe(one);
  await expect(machine.load({ file: 'none.yaml' })).rejects.toMatchObject({ code: 'CONFIGURATION', message: expect.stringContaining('none.yaml') as string });
});

test('a YAML and a JSON file side by side are an error, because only one would count', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml');
  machine.file('home/keyturn.json', '{}');
  await expect(machine.load()).rejects.toMatchObject({ message: expect.stringMatching(/both .*keyturn\.yaml and .*keyturn\.json/) as string });
});

test.for([0o664, 0o646, 0o666])('a discovered file of mode %o, which others may write, is refused with the chmod that mends it', async (mode) => {
  const machine = new Machine();
  const path = machine.file('home/keyturn.yaml', '', mode);
  await expect(machine.load()).rejects.toMatchObject({ code: 'CONFIGURATION', hint: `Run: chmod go-w ${path}` });
  expect((await machine.load({ file: 'keyturn.yaml' })).file).toBe(path);
});

test.for([0o775, 0o757, 0o1777])('a discovered file in a folder of mode %o, which others may write, is refused', async (mode) => {
  const machine = new Machine();
  machine.file('home/work/keyturn.yaml');
  const folder = machine.folder('home/work', mode);
  await expect(machine.load({ cwd: 'home/work' })).rejects.toMatchObject({ hint: `Run: chmod go-w ${folder}` });
});

test('a file that all may read is fine: it holds no secrets', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml', 'deadline: 1s', 0o644);
  await expect(machine.load()).resolves.toMatchObject({ deadline: '1s' });
});

test.skipIf(!isRoot)('a discovered file, link or folder of somebody else is refused with the mend', async () => {
  const refused = async (prepare: (machine: Machine) => void) => {
    const machine = new Machine();
    prepare(machine);
    await expect(machine.load({ cwd: 'home/work' })).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('belongs to another user') as string,
      hint: expect.stringContaining('chown') as string,
    });
  };
  await refused((machine) => {
    fs.chownSync(machine.file('home/work/keyturn.yaml'), 1234, 1234);
  });
  await refused((machine) => {
    machine.file('home/work/keyturn.yaml');
    fs.chownSync(machine.folder('home/work'), 1234, 1234);
  });
  await refused((machine) => {
    machine.folder('home/work');
    fs.symlinkSync(machine.file('home/other/config.yaml'), `${machine.home}/work/keyturn.yaml`);
    fs.lchownSync(`${machine.home}/work/keyturn.yaml`, 1234, 1234);
  });
});

test('a link is followed to where it leads, and its target is judged', async () => {
  const machine = new Machine();
  const target = machine.file('home/dotfiles/keyturn.yaml', 'deadline: 1s');
  machine.folder('home/work');
  fs.symlinkSync(target, `${machine.home}/work/keyturn.yaml`);
  await expect(machine.load({ cwd: 'home/work' })).resolves.toMatchObject({ deadline: '1s' });
  fs.chmodSync(target, 0o666);
  await expect(machine.load({ cwd: 'home/work' })).rejects.toMatchObject({ hint: `Run: chmod go-w ${target}` });
});

test('what is there and cannot be used is never passed over for the next place', async () => {
  for (const spoil of [(path: string) => fs.symlinkSync('nowhere', path), (path: string) => fs.mkdirSync(path)]) {
    const machine = new Machine();
    machine.file('home/.config/keyturn/keyturn.yaml');
    machine.folder('home/work');
    spoil(`${machine.home}/work/keyturn.yaml`);
    await expect(machine.load({ cwd: 'home/work' })).rejects.toMatchObject({ code: 'CONFIGURATION' });
  }
});

test('a discovered file may not send signed requests anywhere; one that is named may', async () => {
  const machine = new Machine();
  machine.file('home/keyturn.yaml', 'providers:\n  - aws-secrets-manager: { endpoint: "https://collector.example" }\n');
  await expect(machine.load()).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: expect.stringContaining('providers[0].aws-secrets-manager.endpoint') as string,
    hint: expect.stringContaining('--config') as string,
  });
  await expect(machine.load({ file: 'keyturn.yaml' })).resolves.toMatchObject({
    providers: [{ kind: 'aws-secrets-manager', options: { endpoint: 'https://collector.example' } }],
  });
});
