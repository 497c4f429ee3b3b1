/** On a real terminal, which `script` lends. */
import { expect, test } from 'vitest';
import { quoted, sandbox } from './keyturn.ts';
import { hasScript, screen } from './screen.ts';

test.skipIf(!hasScript)('a value ends with a line end on a terminal, and does not with --raw', async () => {
  const env = { PROD_DB: 'hunter2' };
  expect((await screen(sandbox(), 'keyturn get prod/db', { env })).shown).toBe('hunter2\n');
  expect((await screen(sandbox(), 'keyturn get prod/db --raw', { env })).shown).toBe('hunter2');
});

test.skipIf(!hasScript)('a value cannot act on the terminal, unless --raw', async () => {
  for (const value of ['\x1b[31mred', '\x1b]0;title\x07', 'a\rb', '\x9b2J', 'evil\u202egnp', '\x1bP$q\x1b\\']) {
    const { shown } = await screen(sandbox(), 'keyturn get prod/db', { env: { PROD_DB: value } });
    expect(shown).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(shown).toContain('--raw writes them as they are');
  }
  expect((await screen(sandbox(), 'keyturn get prod/db --raw', { env: { PROD_DB: '\x1b[31mred' } })).shown).toBe('\x1b[31mred');
});

test.skipIf(!hasScript)('lines and tabs of a value stay as they are', async () => {
  expect((await screen(sandbox(), 'keyturn get prod/db', { env: { PROD_DB: 'one\n\ttwo\n' } })).shown).toMatch(/^one\n\ttwo\n$/);
});

test.skipIf(!hasScript)('the command inherits a terminal, and what is no terminal is masked', async () => {
  const env = { PROD_DB: 'hunter2-hunter2' };
  const probe = `run --env P=prod/db -- ${quoted(process.execPath)} -e 'console.log(String(process.stdout.isTTY), process.env.P); console.error(String(process.stderr.isTTY), process.env.P)'`;
  const { shown } = await screen(sandbox(), `keyturn ${probe} 2>err; cat err`, { env });
  expect(shown).toContain('true hunter2-hunter2');
  expect(shown).toContain('undefined [redacted]');
});

test.skipIf(!hasScript)('set asks without showing what is typed', async () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  const { shown, code } = await screen(box, 'keyturn set prod/db', { keys: 'hunterX\x7f2-hünter2\r', prompt: 'Value of prod/db' });
  expect(code).toBe(0);
  expect(shown).not.toContain('hunter');
  expect(box.keyturn(['get', 'prod/db']).stdout).toBe('hunter2-hünter2');
});

test.skipIf(!hasScript)('Ctrl-C at the prompt writes nothing and exits 130', async () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  const { code } = await screen(box, 'keyturn set prod/db; echo "code $?"; stty -a', { keys: 'hunter2\x03', prompt: 'Value of' });
  expect(code).toBe(0);
  const again = await screen(box, 'keyturn set prod/db; echo "code $?"; stty -a', { keys: 'hunter2\x03', prompt: 'Value of' });
  expect(again.shown).toContain('code 130');
  expect(again.shown).toMatch(/[^-]icanon.*[^-]echo /s);
  expect(box.keyturn(['get', 'prod/db']).code).toBe(4);
});

test.skipIf(!hasScript)('several lines pasted at the prompt are refused, and the rest does not reach the shell', async () => {
  const box = sandbox();
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  const { shown } = await screen(box, 'keyturn set prod/db; echo "code $?"', { keys: 'line-one\rline-two\r', prompt: 'Value of' });
  expect(shown).toContain('The value has several lines.');
  expect(shown).toContain('code 1');
});

test.skipIf(!hasScript)('Ctrl-C reaches the command once', async () => {
  const program = `let n = 0; process.on('SIGINT', () => { n++; setTimeout(() => { console.log('interrupts: ' + n); process.exit(5); }, 300); }); setInterval(() => {}, 1000); console.log('ready')`;
  const { shown } = await screen(sandbox(), `trap : INT; keyturn run -- ${quoted(process.execPath)} -e ${quoted(program)}; echo "code $?"`, {
    keys: '\x03',
    prompt: 'ready',
  });
  expect(shown).toContain('interrupts: 1');
  expect(shown).toContain('code 5');
});

test.skipIf(!hasScript)('explain uses colour on a terminal, and none with NO_COLOR', async () => {
  expect((await screen(sandbox(), 'keyturn explain prod/db', { env: { PROD_DB: 'x' } })).shown).toContain('\x1b[32mfound');
  expect((await screen(sandbox(), 'keyturn explain prod/db', { env: { PROD_DB: 'x', NO_COLOR: '1' } })).shown).not.toContain('\x1b');
});

test.skipIf(!hasScript)('an error is coloured where a person looks, by standard error alone, and plain with NO_COLOR or TERM=dumb', async () => {
  const red = "\x1b[31mkeyturn:\x1b[0m Unknown command 'gett'.\n  \x1b[2mDid you mean get?\x1b[0m\n";
  const plain = "keyturn: Unknown command 'gett'.\n  Did you mean get?\n";
  expect((await screen(sandbox(), 'keyturn gett >out')).shown).toBe(red);
  expect((await screen(sandbox(), 'keyturn gett 2>err; cat err')).shown).toBe(plain);
  expect((await screen(sandbox(), 'keyturn gett', { env: { NO_COLOR: '1' } })).shown).toBe(plain);
  expect((await screen(sandbox(), 'keyturn gett', { env: { NO_COLOR: '' } })).shown).toBe(red);
  expect((await screen(sandbox(), 'keyturn gett', { env: { TERM: 'dumb' } })).shown).toBe(plain);
});

test.skipIf(!hasScript)('what an error quotes can neither act on the terminal nor colour it', async () => {
  const { shown } = await screen(sandbox(), 'keyturn "$(printf \'a\\033[32mgreen\')"');
  expect(shown).toContain('\\x1b[32mgreen');
  expect(shown).not.toContain('\x1b[32m');
});

test.skipIf(!hasScript)('list puts whose each name is beside it, in a column of its own', async () => {
  const box = sandbox();
  box.file('secrets.json', '{"a":"x","longer/name":"x","bad\\u001b":"x"}');
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
  expect((await screen(box, 'keyturn list', { env: { NO_COLOR: '1' } })).shown).toBe('a            file\nbad\\x1b      file\nlonger/name  file\n');
  expect((await screen(box, 'keyturn list')).shown).toContain('a            \x1b[2mfile\x1b[0m\n');
});
