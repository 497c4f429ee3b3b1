/** `run --mask` on real terminals. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { command, quoted, sandbox } from './keyturn.ts';
import { direct, seat } from './pseudo-terminal.ts';

const node = quoted(process.execPath);
const secret = 'hunter2-hunter2';
const env = { PROD_DB: secret };
const run = 'keyturn run --mask --env P=prod/db';
const masked = ['run', '--mask', '--env', 'P=prod/db', '--'];
const colour = /\x1b\[\d*m/g;
/** That the terminal turns line feeds into two characters twice is not seen. */
const lines = (shown: string) => shown.replaceAll(/\r+\n/g, '\n');

test('a value is masked on a terminal, and colours stay', async () => {
  const isAll = 'test -t 0 && test -t 1 && test -t 2 && echo "all terminals"';
  const at = seat(sandbox(), `${run} -- sh -c '${isAll}; ls --color=always -d /tmp; ls --color=auto -d /tmp; echo "<$P>"; echo "<$P>" >&2'`, { env });
  expect(await at.ended).toEqual({ code: 0, signal: 0 });
  const [all, forced, auto, ...rest] = lines(at.shown()).split('\n');
  expect(all).toBe('all terminals');
  expect(auto).toContain('\x1b[');
  expect(auto).toBe(forced);
  expect(rest).toEqual(['<[redacted]>', '<[redacted]>', '']);
});

test('without --mask a terminal is left to the command, and with --no-mask every stream is', async () => {
  const probe = `sh -c 'echo "<$P>"; echo "<$P>" >&2'`;
  const plain = seat(sandbox(), `keyturn run --env P=prod/db -- ${probe} 2>err; cat err`, { env });
  await plain.ended;
  expect(lines(plain.shown())).toBe(`<${secret}>\n<[redacted]>\n`);
  const bare = seat(sandbox(), `keyturn run --no-mask --env P=prod/db -- ${probe} 2>err; cat err`, { env });
  await bare.ended;
  expect(lines(bare.shown())).toBe(`<${secret}>\n<${secret}>\n`);
});

test('a value that comes in two pieces with a pause is masked, and no piece is shown before', async () => {
  const box = sandbox();
  spawnSync('mkfifo', [`${box.work}/go`]);
  const at = seat(box, `${run} -- sh -c 'printf "begin %.7s" "$P"; cat go; printf "%s|end" "\${P#???????}"'`, { env });
  await at.sees('begin ');
  expect(at.shown()).toBe('begin ');
  fs.writeFileSync(`${box.work}/go`, '');
  await at.ended;
  expect(at.shown()).toBe('begin [redacted]|end');
});

test('a value of several lines is masked as a terminal shows it', async () => {
  const box = sandbox();
  box.file('secrets.json', JSON.stringify({ key: 'a1b2\nc3d4\nlonger-line\nz' }));
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  const at = seat(box, `keyturn run --mask --env P=key -- sh -c 'echo "<$P>"; stty -onlcr; echo "<$P>"'`);
  await at.ended;
  expect(at.shown()).toMatch(/^<\[redacted\]>\r+\n<\[redacted\]>\r*\n$/);
});

test('a prompt appears at once, what is typed arrives, and what need not be seen is not echoed', async () => {
  const at = seat(
    sandbox(),
    `${run} -- sh -c 'printf "Name: "; read x; echo "got $x"; stty -echo; printf "Password: "; read y; stty echo; echo; echo "and $y"'`,
    { env },
  );
  await at.sees('Name: ');
  at.type('ann\r');
  await at.sees('got ann');
  await at.sees('Password: ');
  at.type('tiger\r');
  await at.sees('and tiger');
  await at.ended;
  expect(at.shown().match(/ann/g)).toHaveLength(2);
  expect(at.shown().match(/tiger/g)).toHaveLength(1);
});

test('the end of input that is typed reaches the command, and backspace takes whole characters', async () => {
  const at = seat(sandbox(), `${run} -- sh -c 'echo ready; cat > typed'; od -An -c typed`, { env });
  await at.sees('ready');
  at.type('ü\x7fx\r\x04');
  await at.ended;
  expect(at.shown()).toMatch(/\s+x\s+\\n\s*$/);
});

test('bytes and line feeds come as the command sends them', async () => {
  const at = seat(sandbox(), `${run} -- sh -c 'stty -opost; printf "\\377\\376\\n|a\\nb"'`, { env });
  await at.ended;
  expect(at.shown()).toBe('\xff\xfe\n|a\nb');
});

test('the command finds its environment and its folder as they were', async () => {
  const box = sandbox();
  fs.mkdirSync(`${box.work}/real`);
  fs.symlinkSync('real', `${box.work}/link`);
  const line = `cd link; env a.b=dots ${[...command, ...masked].map(quoted).join(' ')}`;
  const at = seat(box, `${line} env; ${line.replace('cd link; ', '')} pwd -P`, { env: { ...env, TERM: 'screen', COLUMNS: '7', LINES: '8', TMUX: 'x' } });
  await at.ended;
  expect(lines(at.shown()).split('\n')).toEqual(
    expect.arrayContaining([
      `PWD=${box.work}/link`,
      'a.b=dots',
      'TERM=screen',
      'COLUMNS=7',
      'LINES=8',
      'TMUX=x',
      'P=[redacted]',
      `${box.work}/real`,
    ]) as string[],
  );
});

test('the command has the size of the window, and learns of a new one', async () => {
  const program = `process.on('SIGWINCH', () => 0); process.stdout.on('resize', () => { console.log('now ' + process.stdout.getWindowSize()); process.exit(); }); console.log('at first ' + process.stdout.getWindowSize()); setInterval(() => 0, 1000)`;
  const at = seat(sandbox(), `${run} -- sh -c 'stty size; exec ${node} -e "$1"' sh ${quoted(program)}`, { env, columns: 97, rows: 31 });
  await at.sees('31 97');
  await at.sees('at first 97,31');
  at.resize(120, 40);
  await at.sees('now 120,40');
  expect(await at.ended).toEqual({ code: 0, signal: 0 });
});

test('Ctrl-C reaches the command once, and all of its group', async () => {
  const inner = `let n = 0; process.on('SIGINT', () => { if (n++ === 0) setTimeout(() => { console.log('interrupts: ' + n); process.exit(5); }, 300); }); setInterval(() => {}, 1000); console.log('ready')`;
  const at = seat(sandbox(), `${run} -- sh -c 'trap "echo shell too" INT; ${node} -e "$1"; exit $?' sh ${quoted(inner)}; echo "code $?"`, { env });
  await at.sees('ready');
  at.type('\x03');
  await at.sees('interrupts: 1');
  await at.sees('shell too');
  await at.sees('code 5');
  expect(at.shown().match(/interrupts/g)).toHaveLength(1);
});

test('exit codes and signals of the command are those of keyturn', async () => {
  const box = sandbox();
  box.file('plain', 'text');
  box.file('broken', '#!/nowhere/at/all\n', 0o700);
  const say = '; echo "code $?"';
  const at = seat(
    box,
    [`${run} -- sh -c "exit 42"`, `${run} -- sh -c 'kill -KILL $$'`, `${run} -- sh -c 'kill -TERM $$'`].map((each) => each + say).join('; '),
    { env },
  );
  await at.ended;
  expect(lines(at.shown())).toBe('code 42\ncode 137\ncode 143\n');
  const failing = seat(box, ['no-such-command-anywhere', './plain', '.', './broken'].map((name) => `${run} -- ${name}${say}`).join('; '), { env });
  await failing.ended;
  expect(lines(failing.shown()).match(/code \d+/g)).toEqual(['code 127', 'code 126', 'code 126', 'code 127']);
  expect(failing.shown().replaceAll(colour, '')).toContain('keyturn: There is no command no-such-command-anywhere.');
});

test('a value larger than an environment may be is told as such', async () => {
  const box = sandbox();
  box.file('secrets.json', JSON.stringify({ big: 'x'.repeat(1_000_000) }));
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  const at = seat(box, `keyturn run --mask --env BIG=big -- true`);
  expect((await at.ended).code).toBe(126);
  expect(at.shown().replaceAll(colour, '')).toContain('keyturn: true cannot be executed: its arguments and environment');
});

test.for(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1'] as const)('%s to keyturn reaches the command', async (signal) => {
  const program = `process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready')`;
  const at = direct(sandbox(), [...masked, process.execPath, '-e', program], { env });
  await at.sees('ready');
  process.kill(at.pid, signal);
  expect(await at.ended).toEqual({ code: 7, signal: 0 });
});

test('the terminal is as it was, however the command ends', async () => {
  const box = sandbox();
  const at = seat(
    box,
    `stty erase ^H -ixon; stty -a > before; for end in "exit 3" "stty raw -echo; exit 1" "stty raw; kill -KILL \\$\\$"; do ${run} -- sh -c "$end"; stty -a | cmp - before && echo same; done; ${run} -- nowhere-at-all; stty -a | cmp - before && echo same`,
    { env },
  );
  await at.ended;
  expect(at.shown().match(/same/g)).toHaveLength(4);
});

test('the terminal is as it was when a signal to keyturn ended both', async () => {
  const box = sandbox();
  const at = seat(
    box,
    `stty -a > before; sh -c 'echo $$ > pid; exec ${command.map((word) => `"${word}"`).join(' ')} "$@"' sh ${masked.join(' ')} sh -c 'echo ready; exec sleep 30'; echo "code $?"; stty -a | cmp - before && echo same`,
    { env },
  );
  await at.sees('ready');
  process.kill(Number(fs.readFileSync(`${box.work}/pid`, 'utf8')), 'SIGTERM');
  await at.sees('code 143');
  expect(await at.sees('same')).toBe('same');
});

test('what does not read from a terminal reads to the end of its input', async () => {
  const box = sandbox();
  const input = 'line\n'.repeat(50_000);
  box.file('input', input);
  const probe = `sh -c 'test -t 0 || echo "no terminal"; test -t 1 && echo terminal; wc -c; echo "<$P>"'`;
  const expected = `no terminal\nterminal\n${input.length}\n<[redacted]>\n`;
  for (const line of [`cat input | ${run} -- ${probe}`, `${run} -- ${probe} < input`]) {
    const at = seat(box, line, { env });
    expect((await at.ended).code).toBe(0);
    expect(lines(at.shown())).toBe(expected);
  }
  const none = seat(box, `${run} -- ${probe} < /dev/null`, { env });
  await none.ended;
  expect(lines(none.shown())).toBe(expected.replace(/\d+/, '0'));
});

test('input that never ends keeps nobody waiting for a command that has ended', async () => {
  const box = sandbox();
  spawnSync('mkfifo', [`${box.work}/endless`]);
  // Whoever has it open for writing says nothing, and stays.
  const at = seat(box, `exec 9<>endless; ${run} -- sh -c 'test -t 0 || echo done' < endless`, { env });
  expect(await at.ended).toEqual({ code: 0, signal: 0 });
  expect(lines(at.shown())).toBe('done\n');
});

test('Ctrl-C reaches the command when its input is no terminal', async () => {
  const at = seat(sandbox(), `trap : INT; ${run} -- sh -c 'echo ready; exec sleep 30' < /dev/null; echo "code $?"`, { env });
  await at.sees('ready');
  at.type('\x03');
  expect(await at.sees(/code \d+/)).toBe('code 130');
});

test('one stream that is no terminal goes its own way, masked, and the other stays on the terminal', async () => {
  const box = sandbox();
  const probe = `sh -c 'test -t 0 && test -t 1 && echo "<$P>"; test -t 2 || echo "<$P>" >&2; read x; echo "got $x"; exit 6'`;
  const at = seat(box, `${run} -- ${probe} 2>err; echo "code $?"; cat err`, { env });
  await at.sees('<[redacted]>');
  at.type('it\r');
  await at.sees('got it');
  await at.sees('code 6');
  await at.ended;
  expect(lines(at.shown())).toMatch(/code 6\n<\[redacted\]>\n$/);
  const other = seat(box, `${run} -- sh -c 'test -t 1 || echo "out <$P>"; test -t 2 && echo "err <$P>" >&2' > out; cat out`, { env });
  await other.ended;
  expect(lines(other.shown())).toBe('err <[redacted]>\nout <[redacted]>\n');
  const piped = seat(
    box,
    `${run} -- sh -c 'echo "<$P>"; echo "<$P>" >&2; echo x' 2>/dev/null | cat; ${run} -- sh -c 'echo "<$P>"; echo more >&2' 2>/dev/null`,
    { env },
  );
  await piped.ended;
  expect(lines(piped.shown())).toBe('<[redacted]>\nx\n<[redacted]>\n');
});

test('without any terminal --mask does as without it', () => {
  const ran = sandbox().keyturn([...masked, 'sh', '-c', 'echo "<$P>"; echo "<$P>" >&2; cat'], { env, input: 'in' });
  expect(ran).toMatchObject({ code: 0, stdout: '<[redacted]>\nin', stderr: '<[redacted]>\n' });
});

test.for([20_000, 70_000, 90_000, 130_000, 300_000])('a slow screen loses nothing of the %d bytes that a command wrote before it ended', async (size) => {
  const box = sandbox();
  const program = `require('fs').writeFileSync('pid', String(process.pid)); process.stdout.write('x'.repeat(${size}) + 'END')`;
  const at = seat(box, `${run} -- sh -c 'echo ready; read go; exec ${node} -e "$1"' sh ${quoted(program)}; echo over`, { env });
  await at.sees('ready');
  at.lookAway();
  at.type('\r');
  // Long enough for whoever would give up on a reader.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  at.lookBack();
  await at.sees('over');
  expect(at.shown().match(/x/g)).toHaveLength(size);
});

test('a window that is closed ends the command', async () => {
  const box = sandbox();
  const at = direct(box, [...masked, 'sh', '-c', 'echo $$ > pid; echo ready; while :; do sleep 1; done'], { env });
  await at.sees('ready');
  const pid = Number(fs.readFileSync(`${box.work}/pid`, 'utf8'));
  at.close();
  await vi.waitFor(
    () => {
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      expect(() => process.kill(at.pid, 0)).toThrow('ESRCH');
    },
    { timeout: 5_000 },
  );
});

test('Ctrl-Z stops keyturn and the command, and fg goes on with both', async () => {
  const at = seat(
    sandbox(),
    `set -m; ${run} -- sh -c 'echo ready; read x; echo "got $x"'; echo "stopped: $?"; stty -a | grep -o " icanon"; fg; echo "end: $?"`,
    { env },
  );
  await at.sees('ready');
  at.type('\x1a');
  await at.sees(/stopped: 1(?:48|49)/);
  await at.sees('icanon');
  // What `fg` says it goes on with.
  await at.sees('${@}');
  at.type('again\r');
  await at.sees('got again');
  expect(await at.sees(/end: \d+/)).toBe('end: 0');
});

test('Ctrl-Z is left to a command that reads keys itself', async () => {
  const at = seat(sandbox(), `${run} -- sh -c 'stty raw; echo ready; dd bs=1 count=1 2>/dev/null | od -An -tx1'`, { env });
  await at.sees('ready');
  at.type('\x1a');
  await at.sees('1a');
  expect((await at.ended).code).toBe(0);
});

test('with --file the file goes at the end, on a terminal too', async () => {
  const at = seat(sandbox(), `keyturn run --mask --file F=prod/db -- sh -c 'test -f "$F" && echo "$F"; cat "$F"; kill -KILL $$'`, { env });
  expect((await at.ended).code).toBe(137);
  const [path, value] = lines(at.shown()).split('\n');
  expect(value).toBe('[redacted]');
  expect(fs.existsSync(path!)).toBe(false);
});

test('without the package nothing is started, and the error has the command that installs it', async () => {
  // A copy outside of this repository, where no package is found.
  const folder = fs.mkdtempSync(join(tmpdir(), 'keyturn-copy-'));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  fs.cpSync(join(import.meta.dirname, '../../src'), join(folder, 'src'), { recursive: true });
  fs.mkdirSync(join(folder, 'node_modules'));
  for (const name of ['commander', 'yaml']) fs.symlinkSync(join(import.meta.dirname, '../../../../node_modules', name), join(folder, 'node_modules', name));
  fs.writeFileSync(join(folder, 'package.json'), '{ "type": "module", "version": "0.0.0" }');
  const box = sandbox();
  const copy = [...command.slice(0, 2), join(folder, 'src/cli/main.ts')].map(quoted).join(' ');
  const at = seat(box, `${copy} ${masked.join(' ')} touch started; echo "code $?"`, { env });
  await at.sees('--mask on a terminal needs @lydell/node-pty, which is not installed.');
  await at.sees('npm install @lydell/node-pty');
  await at.sees('code 125');
  expect(fs.existsSync(`${box.work}/started`)).toBe(false);
  // A damaged one, in the working project, comes first.
  box.file('package.json', '{}');
  box.file('node_modules/@lydell/node-pty/index.js', 'throw new Error("canary")');
  const damaged = seat(box, `${copy} ${masked.join(' ')} touch started; echo "code $?"`, { env });
  await damaged.sees('--mask could not load @lydell/node-pty');
  await damaged.sees('code 125');
});
