/** In the real shells, as far as they are on this machine. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Call, createProgram } from '../../src/cli/program.ts';
import { levelsOf } from '../../src/cli/completion/spec.ts';
import { systemTerminal } from '../../src/cli/terminal.ts';
import { command, quoted, type Sandbox, sandbox } from './keyturn.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const isHere = Object.fromEntries(shells.map((shell) => [shell, spawnSync(shell, ['--version']).status === 0])) as Record<Shell, boolean>;
for (const shell of shells)
  if (!isHere[shell]) console.info(`skipped: the completion tests in ${shell}, which is not on this machine. To run them: apt-get install ${shell}`);

/** Reads the script, and writes what it offers for the words, of which the last is being typed. */
const harness: Readonly<Record<Shell, (words: readonly string[]) => string>> = {
  bash: (words) => `
    source ./script
    COMP_WORDS=(${words.map(quoted).join(' ')})
    COMP_CWORD=${words.length - 1}
    _keyturn
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  // The parts of its completion system that can only be called while somebody types.
  zsh: (words) => `
    compdef() { [[ $* == '_keyturn keyturn' ]] || print bad compdef }
    compadd() { local suffix=''; while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@" }
    _describe() { print -rl -- "\${(@P)@[-1]}" }
    _files() { print -rl -- \${words[CURRENT]##*=}*(N) }
    _normal() { print -r -- "normal $CURRENT $words" }
    _message() { print -r -- "message $1" }
    compset() { : }
    source ./script
    words=(${words.map(quoted).join(' ')})
    CURRENT=${words.length}
    _keyturn`,
  fish: (words) => `source ./script; complete -C ${quotedForFish(words.join(' '))}`,
};

function quotedForFish(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}

const plain: Readonly<Record<Shell, readonly string[]>> = { bash: ['--norc', '--noprofile'], zsh: ['-f'], fish: ['--no-config'] };
const define: Readonly<Record<Shell, string>> = {
  bash: `keyturn() { ${command.map(quoted).join(' ')} "$@"; }`,
  zsh: `keyturn() { ${command.map(quoted).join(' ')} "$@"; }`,
  fish: `function keyturn; ${command.map(quotedForFish).join(' ')} $argv; end`,
};

const scripts = new Map<Shell, string>();

function scriptFor(shell: Shell): string {
  const script = scripts.get(shell) ?? sandbox().keyturn(['completion', shell]).stdout;
  scripts.set(shell, script);
  return script;
}

/** What the shell offers for the words; of a description only the word before it. */
function offered(shell: Shell, box: Sandbox, ...words: string[]): string[] {
  box.file('script', scriptFor(shell));
  const { stdout, stderr } = spawnSync(shell, [...plain[shell], '-c', `${define[shell]}\n${harness[shell](['keyturn', ...words])}`], {
    cwd: box.work,
    env: box.env({ XDG_CONFIG_HOME: join(box.home, 'shell') }),
    encoding: 'utf8',
    timeout: 15_000,
  });
  expect(stderr).toBe('');
  const last = words.at(-1)!;
  const all = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => (shell === 'zsh' && !/:\/\/$|^normal|^message/.test(line) ? line.replace(/(?<!\\):.*$/, '') : line).split('\t')[0]!);
  // zsh filters what it is offered by itself.
  return [...new Set(all.filter((word) => shell !== 'zsh' || /^normal|^message/.test(word) || word.startsWith(last.replace(/^.*=/, ''))))].toSorted();
}

const levels = levelsOf(createProgram(systemTerminal(), { exitCode: 0, json: undefined } satisfies Call, undefined));

test('every command and every option of the program is known to what makes the scripts', () => {
  expect(levels.map(({ path }) => path)).toEqual(expect.arrayContaining(['', 'get', 'config', 'config show', 'completion']));
  const byPath = new Map(levels.map((level) => [level.path, level]));
  expect(byPath.get('list')!.options).toContainEqual({ flags: ['--provider'], help: 'of this provider only', value: { kind: 'provider' } });
  expect(byPath.get('run')!.options.flatMap(({ flags }) => flags)).toEqual(
    expect.arrayContaining(['--env', '--no-mask', '--config', '--json', '-h', '--help']),
  );
  expect(byPath.get('completion')!.arguments).toEqual([{ kind: 'words', words: ['bash', 'zsh', 'fish', 'providers'] }]);
});

test.each(shells)('the script for %s names each of them', (shell) => {
  const { stdout } = sandbox().keyturn(['completion', shell]);
  for (const { path, commands, options } of levels) {
    expect(stdout).toContain(path);
    for (const { name } of commands) expect(stdout).toContain(name);
    for (const flag of options.flatMap(({ flags }) => flags)) expect(stdout).toContain(shell === 'fish' ? flag.replace(/^--?/, '') : flag);
  }
});

for (const shell of shells) {
  const has = isHere[shell];

  test.skipIf(!has)(`the script for ${shell} is well-formed`, () => {
    const box = sandbox();
    box.file('script', scriptFor(shell));
    expect(spawnSync(shell, [...plain[shell], '-n', 'script'], { cwd: box.work, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test.skipIf(!has)(`${shell} completes commands, and the commands of a command`, () => {
    const box = sandbox();
    expect(offered(shell, box, 'co')).toEqual(['completion', 'config']);
    expect(offered(shell, box, '')).toEqual(levels[0]!.commands.map(({ name }) => name).toSorted());
    expect(offered(shell, box, '--json', 'ge')).toEqual(['get']);
    expect(offered(shell, box, '--config', 'x.yaml', 'ge')).toEqual(['get']);
    expect(offered(shell, box, 'config', '')).toEqual(['show']);
    expect(offered(shell, box, 'get', 'a', 'co')).toEqual([]);
  });

  test.skipIf(!has)(`${shell} completes the options of each command`, () => {
    const box = sandbox();
    for (const { path, options } of levels) {
      const long = options.flatMap(({ flags }) => flags.filter((flag) => flag.startsWith('--')));
      expect(offered(shell, box, ...path.split(' ').filter(Boolean), '--')).toEqual(long.toSorted());
    }
  });

  test.skipIf(!has)(`${shell} completes what an option or an argument takes: files, words, names of providers`, () => {
    const box = sandbox();
    box.file('keyturn.yaml', 'providers: [{ env: {} }, { file: { name: eins, path: secrets.json } }]');
    box.file('my file.yaml', '');
    expect(offered(shell, box, 'completion', 'b')).toEqual(['bash']);
    expect(offered(shell, box, 'list', '--provider', 'e')).toEqual(['eins', 'env']);
    expect(offered(shell, box, 'get', 'ei')).toEqual(['eins://']);
    expect(offered(shell, box, 'get', '--json', 'en')).toEqual(['env://']);
    expect(offered(shell, box, '--config', 'keyt')).toEqual(['keyturn.yaml']);
    expect(offered(shell, box, 'trust', 'keyt')).toEqual(['keyturn.yaml']);
    expect(offered(shell, box, 'get', '--config', 'my').map((file) => file.replace('\\', ''))).toEqual(['my file.yaml']);
    expect(offered(shell, box, 'run', '--env', 'x').filter((word) => !word.startsWith('message'))).toEqual([]);
    if (shell === 'bash') expect(offered(shell, box, 'get', '--config', '=', 'keyt')).toEqual(['keyturn.yaml']);
    else expect(offered(shell, box, 'get', '--config=keyt').map((file) => file.replace('--config=', ''))).toEqual(['keyturn.yaml']);
  });

  test.skipIf(!has)(`${shell} completes the command that is run as its own`, () => {
    const box = sandbox();
    box.file('keyturn.json', '{}');
    expect(offered(shell, box, 'run', '--', 'bas')).toEqual(shell === 'zsh' ? ['normal 1 bas'] : expect.arrayContaining(['basename']));
    expect(offered(shell, box, 'run', '--', 'cat', 'keyt')).toEqual(shell === 'zsh' ? ['normal 2 cat keyt'] : ['keyturn.json']);
  });
}

test.skipIf(!isHere.bash)('a configuration that is wrong is no reason to write into somebody’s line', () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers: canary');
  expect(offered('bash', box, 'get', 'e')).toEqual([]);
});

test('--json and what is no shell', () => {
  const box = sandbox();
  expect(JSON.parse(box.keyturn(['completion', 'bash', '--json']).stdout)).toMatchObject({
    shell: 'bash',
    script: expect.stringContaining('complete -F') as string,
  });
  expect(JSON.parse(box.keyturn(['completion', 'providers', '--json']).stdout)).toEqual({ items: ['env', 'file'] });
  expect(box.keyturn(['completion', 'tcsh'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('bash, zsh, fish') as string });
});
