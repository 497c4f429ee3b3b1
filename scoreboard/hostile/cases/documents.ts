/** Hostile files of secrets: YAML, JSON and dotenv through the file provider. */
import { canary, type Case, type Expected, shown } from '../case.ts';

const mebibyte = 1_048_576;
const invalid: Expected = { fails: ['INVALID_SECRET'] };
const gives = (value: string): Expected => ({ gives: value });

/** A read of `ref`, `a` if none is named. */
function reading(kind: string, file: string, title: string, content: string | Uint8Array, expect: Expected, ref = 'a'): Case {
  return { name: `${kind}: ${title}`, ask: async (world) => shown(await world.fromFile(file, content, ref)), expect };
}
const yaml = (title: string, content: string | Uint8Array, expect: Expected, ref?: string) => reading('YAML', 'secrets.yaml', title, content, expect, ref);
const json = (title: string, content: string | Uint8Array, expect: Expected, ref?: string) => reading('JSON', 'secrets.json', title, content, expect, ref);
const dotenv = (title: string, content: string | Uint8Array, expect: Expected, ref = 'A') => reading('dotenv', '.env', title, content, expect, ref);

const nineLevels = [
  `a: &a [${canary},x,x,x,x,x,x,x,x]`,
  ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
];
const filled = (unit: string) => unit.repeat(Math.floor((mebibyte - 16) / unit.length));
const lines = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join('\n');

const yamlBombs: Case[] = [
  yaml('a billion laughs', nineLevels.join('\n'), invalid),
  yaml('an anchor that holds itself', `a: &a [*a, ${canary}]\n`, invalid),
  yaml('two anchors that hold each other', `a: &a {b: &b [*a, *b]}\n`, invalid),
  yaml('an alias of nothing', `a: *${canary}\n`, invalid),
  yaml('a merge', `base: &base {password: ${canary}}\na:\n  <<: *base\n`, invalid),
  yaml('a merge without an anchor', `a:\n  <<: {x: ${canary}}\n`, gives(`{"<<":{"x":"${canary}"}}`)),
  yaml('a merge key that is text', `a: x\n<<: y\n`, gives('x')),
  ...['!!js/function', '!!js/undefined', '!!python/object/apply:os.system', '!!binary', '!!str', '!include', '!<tag:yaml.org,2002:str>', '!'].map((tag) =>
    yaml(`the tag ${tag}`, `a: ${tag} "${canary}"\n`, invalid),
  ),
  yaml('a tag of its own', `%TAG ! tag:example.com,2000:\n---\na: !x ${canary}\n`, invalid),
  ...(['[', '{', '- ', '? ', '&a ', '!a ', '"', "'", '[,', '{a: ', ': ', '- - ', 'a:\n ', '|\n', '>\n ', '#', '%', '---\n', '...\n', '*a '] as const).map(
    (unit) => yaml(`a mebibyte of ${JSON.stringify(unit)}`, filled(unit), { ...invalid, fails: ['INVALID_SECRET', 'SECRET_NOT_FOUND'] }),
  ),
  yaml('a mebibyte of lines that are blank', `a: x\n${filled('\n')}`, { ...gives('x'), ...invalid }),
  yaml('a mebibyte of spaces', `a: x\n${filled(' ')}`, { ...gives('x'), ...invalid }),
  yaml('a mebibyte of tabs', `a: x\n${filled('\t')}`, { ...gives('x'), ...invalid }),
  yaml('a mebibyte of comments', `a: x\n${filled('#\n')}`, { ...gives('x'), ...invalid }),
  yaml(
    'ninety thousand keys',
    lines(90_000, (index) => `k${index}: v`),
    invalid,
  ),
  yaml('ten thousand keys', `${lines(10_000, (index) => `k${index}: v`)}\na: x\n`, gives('x')),
  yaml('one key over and over', filled('a: x\n'), invalid),
  yaml(
    'thirteen hundred steps',
    lines(1_300, (depth) => `${' '.repeat(depth)}a:`),
    invalid,
  ),
  yaml(
    'seventy steps',
    lines(70, (depth) => `${' '.repeat(depth)}a:`),
    invalid,
  ),
];

const long = 'x'.repeat(mebibyte - 100);
const yamlTexts: Case[] = [
  yaml('a plain value of a mebibyte', `a: ${long}\n`, gives(long)),
  yaml('a quoted value of a mebibyte', `a: "${long}"\n`, gives(long)),
  yaml('a block of a mebibyte', `a: |-\n  ${long}\n`, gives(long)),
  yaml('a block of many lines', `a: |\n${filled('  xy\n')}`, gives('xy\n'.repeat(Math.floor((mebibyte - 16) / 5)))),
  yaml('a folded block of many lines', `a: >-\n${'  xy\n'.repeat(20_000)}`, gives('xy '.repeat(20_000).trimEnd())),
  yaml('a plain value of many lines', `a: x\n${'  xy\n'.repeat(20_000)}`, { gives: `x ${'xy '.repeat(20_000)}`.trimEnd(), ...invalid }),
  yaml('a quote of many lines', `a: "x\n${'  xy\n'.repeat(20_000)}"`, { gives: `x ${'xy '.repeat(20_000)}`, ...invalid }),
  yaml('a quote full of escapes', `a: "${'\\u0061'.repeat(170_000)}"\n`, gives('a'.repeat(170_000))),
  yaml('a key of a mebibyte', `? ${long}\n: x\na: y\n`, { ...gives('y'), ...invalid }),
  yaml('over a mebibyte', `a: ${'x'.repeat(mebibyte)}\n`, invalid),
  yaml('indentation by a tab', `a:\n\t${canary}: 1\n`, invalid),
  yaml('a mark of byte order', '\ufeffa: x\n', gives('x')),
  yaml('a mark of byte order in the middle', `a: x\n\ufeffb: ${canary}\n`, { ...gives('x'), ...invalid }),
  yaml('UTF-16', Buffer.from(`\ufeffa: ${canary}\n`, 'utf16le'), invalid),
  yaml('bytes that are not UTF-8', Buffer.concat([Buffer.from(`a: ${canary}`), Buffer.of(0xff)]), invalid),
  yaml('a zero', `a: ${canary}\0\n`, invalid),
  yaml('a control character', `a: "x\u0007y"\n`, { ...gives('x\u0007y'), ...invalid }),
  yaml('half a character by an escape', `a: "\\ud800"\n`, { ...gives('\ud800'), ...invalid }),
  yaml('a line end of Windows', 'a: x\r\nb: y\r\n', gives('x')),
  yaml('a line end of old', `a: x\rb: ${canary}\r`, { gives: 'x', ...invalid }),
  yaml('two documents', `a: x\n---\na: ${canary}\n`, invalid),
  yaml('an end in the middle', `a: x\n...\na: ${canary}\n`, invalid),
  yaml('a key that is a list', `? [${canary}]\n: x\na: y\n`, invalid),
  yaml('a key that is a mapping', `? {${canary}: 1}\n: x\na: y\n`, invalid),
  yaml('a key twice', `a: x\na: ${canary}\n`, invalid),
  yaml('a key twice, once in quotes', `a: x\n"a": ${canary}\n`, invalid),
  yaml('a key twice, once escaped', `a: x\n"\\x61": ${canary}\n`, invalid),
  yaml('a prototype', `__proto__: {a: ${canary}, polluted: yes}\n`, { fails: ['SECRET_NOT_FOUND'] }),
  yaml('a prototype that is asked for', `__proto__: x\n`, gives('x'), '__proto__'),
  yaml('a constructor that is not there', `a: x\n`, { fails: ['SECRET_NOT_FOUND'] }, 'constructor'),
  yaml('a member of every object, on a path', `a: {b: x}\n`, { fails: ['SECRET_NOT_FOUND'] }, 'a/toString'),
  yaml('a list', `- ${canary}\n`, invalid),
  yaml('a text', canary, invalid),
  yaml('nothing', '', { fails: ['SECRET_NOT_FOUND'] }),
  ...['012345', '1.10', '1e5', '0x1F', 'yes', '~', 'null', '2026-01-01', '12345678901234567890', '.inf'].map((typed) =>
    yaml(`the value ${typed}`, `a: ${typed}\n`, gives(typed)),
  ),
];

const deep = (levels: number, inside = '1') => `${'['.repeat(levels)}${inside}${']'.repeat(levels)}`;
const jsons: Case[] = [
  json('half a file', `{"a":"x","b":"${canary}`, invalid),
  json('64 levels', `{"a":${deep(62)}}`, gives(deep(62))),
  json('65 levels', `{"a":"x","b":${deep(65, `"${canary}"`)}}`, invalid),
  json('half a million levels', `{"a":${deep(500_000)}}`, invalid),
  json('a mebibyte of brackets', filled('['), invalid),
  json('a mebibyte of objects', filled('{"a":'), invalid),
  json('a mebibyte of quotes', filled('"'), invalid),
  json('a mebibyte of backslashes', `{"a":"${filled('\\')}`, invalid),
  json('a mebibyte of digits', `{"a":${filled('1')}}`, gives(filled('1'))),
  json('a mebibyte of spaces', `{"a":"x"${filled(' ').slice(9)}}`, gives('x')),
  json('a hundred thousand keys', `{"a":"x",${lines(99_000, (index) => `"${index}":1`).replaceAll('\n', ',')}}`, gives('x')),
  json('a key twice', `{"a":"x","a":"${canary}"}`, invalid),
  json('a key twice, once escaped', `{"a":"x","\\u0061":"${canary}"}`, invalid),
  json('a key twice further in', `{"a":"x","b":{"c":1,"c":"${canary}"}}`, invalid),
  json('a prototype', `{"__proto__":{"a":"${canary}","polluted":true}}`, { fails: ['SECRET_NOT_FOUND'] }),
  json('a prototype that is asked for', '{"__proto__":"x"}', gives('x'), '__proto__'),
  json('a number past range', '{"a":1e999}', gives('1e999')),
  json('a number of twenty digits', '{"a":12345678901234567890}', gives('12345678901234567890')),
  json('minus zero', '{"a":-0.0}', gives('-0.0')),
  json('half a character', '{"a":"x\\ud800"}', gives('x\ud800')),
  json('a mark of byte order', '\ufeff{"a":"x"}', gives('x')),
  json('UTF-16', Buffer.from(`{"a":"${canary}"}`, 'utf16le'), invalid),
  json('a byte that is not UTF-8', Buffer.from('{"a":"\u00e9"}', 'latin1'), invalid),
  json('a zero', '{"a":"x\0"}', invalid),
  json('an escaped zero', '{"a":"x\\u0000"}', gives('x\0')),
  ...[
    '{"a":"x",}',
    '{"a":"x"} x',
    "{'a':'x'}",
    '{a:"x"}',
    '{"a":NaN}',
    '{"a":01}',
    '{"a":.5}',
    '{"a":"\t"}',
    '{"a":"\\x"}',
    '{"a":tru}',
    '// c\n{"a":"x"}',
    '',
    '5',
    'null',
    '["a"]',
  ].map((text) => json(JSON.stringify(text), text, invalid)),
];

const dotenvs: Case[] = [
  dotenv('a quote that is never closed', `A="${canary}\nB=1\n`, invalid),
  dotenv('a single quote that is never closed', `A='${canary}\n`, invalid),
  dotenv('text after a quote', `A="x" ${canary}\n`, invalid),
  dotenv('a line without a name', `A=x\n${canary}\n`, invalid),
  dotenv('a name twice', `A=x\nA=${canary}\n`, invalid),
  dotenv('a mebibyte of quotes', `A=${filled('"')}`, invalid),
  dotenv('a mebibyte of backslashes', `A="${filled('\\')}`, invalid),
  dotenv('a mebibyte of spaces', `A=x${filled(' ')}`, gives('x')),
  dotenv('a mebibyte of spaces before a name', `${filled(' ')}A=x`, gives('x')),
  dotenv('a mebibyte of spaces with a mark at the end', `A=x${filled(' ')}y`, gives(`x${filled(' ')}y`)),
  dotenv('a mebibyte of one name', `A=x\n${filled('A=x\n')}`, invalid),
  dotenv('a mebibyte of signs', filled('='), invalid),
  dotenv('a mebibyte of exports', filled('export '), invalid),
  dotenv('a mebibyte of comments', `A=x\n${filled('#\n')}`, gives('x')),
  dotenv('a name of a mebibyte', `${filled('B')}=y\nA=x\n`, gives('x')),
  dotenv('a value of a mebibyte', `A=${long}`, gives(long)),
  dotenv('a zero', `A=${canary}\0\n`, invalid),
  dotenv('a prototype', '__proto__=polluted\nA=x\n', gives('x')),
  dotenv('commands', 'A=$(touch /tmp/owned)`id`${HOME}\n', gives('$(touch /tmp/owned)`id`${HOME}')),
  dotenv('a mark of byte order', '\ufeffA=x\n', gives('x')),
  dotenv('bytes that are not UTF-8', Buffer.concat([Buffer.from(`A=${canary}`), Buffer.of(0xc0)]), invalid),
];

export const documents: readonly Case[] = [...yamlBombs, ...yamlTexts, ...jsons, ...dotenvs];
