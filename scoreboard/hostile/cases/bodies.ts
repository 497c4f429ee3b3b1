/** Whole answers with status 200 whose text is not what AWS says. */
import { arnOf, http, json, secretOf, type Step } from '../answer.ts';
import { canary, type Case, shown } from '../case.ts';
import { content, gives, givesOr, invalid, name, read, text, unusable, value } from './aws.ts';

const saying = (title: string, body: string | Uint8Array, expect: Case['expect'], more?: Partial<Case>) => read(title, [http(body)], expect, more);
const without = (closing: string) => text.slice(0, -1) + closing;
const changed = (changes: object): readonly Step[] => [json({ ...content, ...changes })];
const before = (member: string) => `{${member},${text.slice(1)}`;
const after = (member: string) => without(`,${member}}`);
const deep = (levels: number) => `"Extra":${'['.repeat(levels)}${']'.repeat(levels)}`;
/** `text` with the bytes in the place of the first character of the value. */
const withBytes = (...bytes: readonly number[]) => {
  const [start, end] = text.split('c4n4ry') as [string, string];
  return Buffer.concat([Buffer.from(start), Buffer.of(...bytes), Buffer.from(end)]);
};

const noJson: Case[] = [
  saying('a page', `<!doctype html><title>Welcome</title><p>${canary}`, unusable),
  saying('XML', `<Error><Code>AccessDenied</Code><Message>${canary}</Message></Error>`, unusable),
  saying('nothing', '', invalid),
  saying('white space', ' \n ', unusable),
  ...['null', 'true', '5', '[]', '{}', '""'].map((body) => saying(`the text ${body}`, body, unusable)),
  saying('a string', JSON.stringify(canary), unusable),
  saying('a list of the good answer', `[${text}]`, unusable),
  saying('the good answer as a string', JSON.stringify(text), unusable),
  saying('a number beyond range', '1e999', unusable),
  saying('a comma at the end', without(',}'), unusable),
  saying('a comment', `/* ${canary} */${text}`, unusable),
  saying('single quotes', text.replaceAll('"', "'"), unusable),
  saying('a key without quotes', text.replace('"Name"', 'Name'), unusable),
  saying('NaN', after('"Extra":NaN'), unusable),
  saying('a number with a zero before', after('"Extra":01'), unusable),
  saying('a brace too many', `${text}}`, unusable),
  saying('the answer twice', text + text, unusable),
  saying('a guard against inclusion before it', `)]}',\n${text}`, unusable),
  saying('a call around it', `callback(${text})`, unusable),
  saying('half of it', text.slice(0, text.length >> 1), unusable),
  saying('a mark of byte order before it', `\ufeff${text}`, givesOr(unusable)),
  saying('UTF-16, little end first', Buffer.from(text, 'utf16le'), unusable),
  saying('UTF-16, big end first', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), unusable),
  saying('a zero before it', `\0${text}`, unusable),
  saying('a zero after it', `${text}\0`, unusable),
  saying('a zero in a value', text.replace('c4n4ry', '\0'), unusable),
  saying('a line end in a value', text.replace('c4n4ry', '\n'), unusable),
  saying('white space around it', ` \r\n\t${text}\n\n`, gives),
];

const notUtf8: Case[] = [
  saying('a byte of Latin-1 in the value', withBytes(0xe9), unusable),
  saying('a byte that no UTF-8 has', withBytes(0xff), unusable),
  saying('an overlong form', withBytes(0xc0, 0xaf), unusable),
  saying('half of a pair in UTF-8', withBytes(0xed, 0xa0, 0x80), unusable),
  saying('beyond the last character', withBytes(0xf5, 0x80, 0x80, 0x80), unusable),
  saying('a character that breaks off', withBytes(0xe2, 0x82), unusable),
  saying('a bad byte outside the value', Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"'), Buffer.of(0xff), Buffer.from('"}')]), unusable),
];

const members: Case[] = [
  saying('the value twice', after('"SecretString":"the other"'), unusable),
  saying('the value twice, once with an escaped key', after('"Secret\\u0053tring":"the other"'), unusable),
  saying('the name twice', after('"Name":"other"'), unusable),
  saying('a member twice further in', after('"Extra":{"a":1,"a":2}'), givesOr(unusable)),
  saying('the value under an escaped key', text.replace('"SecretString"', '"Secret\\u0053tring"'), gives),
  saying('the value under another case', text.replace('"SecretString"', '"secretString"'), invalid),
  saying('a prototype with a value', `{"__proto__":{"SecretString":"${canary}"}}`, invalid),
  saying('a prototype beside the value', before('"__proto__":{"SecretString":"polluted","polluted":true}'), gives),
  saying('a constructor beside the value', before('"constructor":{"prototype":{"polluted":true}}'), gives),
  saying('members of every object', before('"toString":1,"valueOf":null,"hasOwnProperty":2,"then":3'), gives),
  saying('members of an answer of ours', before('"$metadata":{"httpStatusCode":500},"$response":1,"$fault":"server","body":"x"'), gives),
  saying('ten levels beside the value', before(deep(10)), gives),
  saying('sixty-five levels beside the value', before(deep(65)), givesOr(unusable)),
  saying('ten thousand levels beside the value', before(deep(10_000)), unusable),
  saying('half a million levels beside the value', before(deep(500_000)), unusable),
  saying('a hundred thousand members beside the value', before(Array.from({ length: 90_000 }, (_, index) => `"${index}":1`).join(',')), givesOr(unusable)),
  saying('half a million empty lists beside the value', before(`"Extra":[${'[],'.repeat(300_000)}0]`), givesOr(unusable)),
];

const otherTypes: Case[] = [
  ...[5, 0, -0.5, true, false, null, [], [canary], {}, { SecretString: canary }, 1e300].map((SecretString) =>
    read(`SecretString is ${JSON.stringify(SecretString).replace(canary, '…')}`, changed({ SecretString }), unusable),
  ),
  saying('SecretString is a number past range', text.replace(JSON.stringify(value), '1e999'), unusable),
  saying('SecretString is a number of twenty digits', text.replace(JSON.stringify(value), '12345678901234567890'), unusable),
  read('no value at all', [json(secretOf(name))], invalid),
  ...[{}, [], 5, null, 'x\n\u001b[31mred', 'v'.repeat(100_000)].map((VersionId) =>
    read(`VersionId is ${JSON.stringify(VersionId).slice(0, 20)}`, changed({ VersionId }), givesOr(unusable)),
  ),
  ...['AWSCURRENT', 5, {}, null, [null], [{}], [5], Array(50_000).fill('x')].map((VersionStages) =>
    read(`VersionStages is ${JSON.stringify(VersionStages).slice(0, 20)}`, changed({ VersionStages }), givesOr(unusable)),
  ),
  ...['1e999', '-1e999', '"soon"', '"2026-01-01"', '9e15', '{}', '[]', 'true', 'null', '1e-999'].map((date) =>
    saying(`CreatedDate is ${date}`, text.replace(/"CreatedDate":[\d.]+/, `"CreatedDate":${date}`), givesOr(unusable)),
  ),
  ...[5, {}, [], null, true].flatMap((odd) => [
    read(`Name is ${JSON.stringify(odd)}`, changed({ Name: odd }), givesOr(unusable)),
    read(`ARN is ${JSON.stringify(odd)}`, changed({ ARN: odd }), givesOr(unusable)),
  ]),
];

const exact = (title: string, SecretString: string) => read(`the value ${title}`, changed({ SecretString }), { gives: SecretString });
const values: Case[] = [
  exact('with a zero', 'a\0b'),
  exact('with separators', '\u2028\u2029\u0085'),
  exact('with a mark of byte order', '\ufeffvalue\ufeff'),
  exact('with bidirectional marks', '\u202evalue\u2066'),
  exact('that is a space', ' '),
  exact('that is empty', ''),
  exact('of escapes of a terminal', '\u001b[2J\u0007'),
  exact('that says null', 'null'),
  exact('that says undefined', 'undefined'),
  exact('that looks like an object', '[object Object]'),
  exact('that is half a JSON text', '{"a":'),
  exact('of 64 KiB', 'é'.repeat(32_768)),
  exact('of 900 KiB', 'x'.repeat(900_000)),
  saying('the value in escapes six times as long', text.replace(JSON.stringify(value), `"${'\\u0061'.repeat(170_000)}"`), { gives: 'a'.repeat(170_000) }),
  saying('the value with an escaped slash', text.replace(JSON.stringify(value), '"a\\/b"'), { gives: 'a/b' }),
  saying('half a character', text.replace(JSON.stringify(value), '"a\\ud800b"'), { gives: 'a\ud800b' }),
  saying('the other half of a character', text.replace(JSON.stringify(value), '"\\udc00"'), { gives: '\udc00' }),
  saying('two halves the wrong way round', text.replace(JSON.stringify(value), '"\\udc00\\ud800"'), { gives: '\udc00\ud800' }),
  saying('a pair in escapes', text.replace(JSON.stringify(value), '"\\ud83d\\ude00"'), { gives: '😀' }),
  saying('a bad escape', text.replace(JSON.stringify(value), '"\\x61"'), unusable),
  saying('a value over a mebibyte', text.replace(JSON.stringify(value), `"${canary.repeat(60_000)}"`), invalid),
];

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const noText = Uint8Array.from({ length: 256 }, (_, index) => 255 - index);
const binary = (title: string, members: object, expect: Case['expect']) => read(`SecretBinary ${title}`, [json(secretOf(name, members))], expect);
const binaries: Case[] = [
  binary('of every byte', { SecretBinary: base64(noText) }, { gives: noText }),
  binary('that is text', { SecretBinary: base64(Buffer.from(value)) }, gives),
  binary('that is empty', { SecretBinary: '' }, { gives: '', ...unusable }),
  binary('that is no base64', { SecretBinary: `${canary}!` }, unusable),
  binary('of the other alphabet', { SecretBinary: '-_-_' }, unusable),
  binary('with a line end', { SecretBinary: 'QUJD\nQUJD' }, unusable),
  binary('without its padding', { SecretBinary: 'QQ' }, unusable),
  binary('with padding too long', { SecretBinary: 'QQ===' }, unusable),
  binary('with padding in the middle', { SecretBinary: 'QQ==QQ==' }, unusable),
  binary('with half a character', { SecretBinary: 'QUJ\ud800' }, unusable),
  ...[5, true, [1, 2, 3], {}, { data: [1, 2, 3], type: 'Buffer' }, null].map((odd) =>
    binary(`that is ${JSON.stringify(odd)}`, { SecretBinary: odd }, unusable),
  ),
  binary('beside a text', { SecretString: value, SecretBinary: base64(noText) }, givesOr(unusable)),
  binary('beside a text, and no base64', { SecretString: value, SecretBinary: '!' }, givesOr(unusable)),
  binary('beside a text that is null', { SecretString: null, SecretBinary: base64(noText) }, { gives: noText, ...unusable }),
  binary('null beside a text', { SecretString: value, SecretBinary: null }, gives),
];

const other = secretOf('prod/other', { SecretString: canary });
const byArn = (title: string, arn: string, answer: object, expect: Case['expect']) =>
  read(title, [json(answer)], expect, { ask: async (world) => shown(await world.get(arn)) });
const others: Case[] = [
  read('the secret of another name', [json(other)], unusable),
  read('the secret of a longer name', [json(secretOf(`${name}2`, { SecretString: canary }))], unusable),
  read('the secret of a name in capitals', [json(secretOf(name.toUpperCase(), { SecretString: canary }))], unusable),
  byArn('the secret of another ARN', arnOf(name), other, unusable),
  byArn('the secret of an ARN', arnOf(name), content, gives),
  byArn('the secret of an ARN without its end', arnOf(name).slice(0, -7), content, gives),
  read('a value that names nobody', [json({ SecretString: value })], gives),
];

export const bodies: readonly Case[] = [...noJson, ...notUtf8, ...members, ...otherTypes, ...values, ...binaries, ...others];
