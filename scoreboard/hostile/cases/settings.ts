/** Hostile configuration files, and hostile documents whose fields are asked for. */
import { canary, type Case, type Expected, shown, type World } from '../case.ts';

const mebibyte = 1_048_576;
const wrong: Expected = { fails: ['CONFIGURATION'] };
const invalid: Expected = { fails: ['INVALID_SECRET'] };
const absent: Expected = { fails: ['SECRET_NOT_FOUND'] };
const filled = (unit: string) => unit.repeat(Math.floor((mebibyte - 16) / unit.length));
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

const configured = (name: string, title: string, content: string | Uint8Array, expect: Expected): Case => ({
  name: `configuration, ${name.slice(8)}: ${title}`,
  ask: (world) => world.configuration(name, content),
  expect,
});
const yaml = (title: string, content: string | Uint8Array, expect = wrong) => configured('keyturn.yaml', title, content, expect);
const json = (title: string, content: string | Uint8Array, expect = wrong) => configured('keyturn.json', title, content, expect);

const configurations: Case[] = [
  yaml('a billion laughs', `a: &a [x,x]\nb: &b [*a,*a]\nproviders: [*b]\n`),
  yaml('a tag', `cache: !!js/function "${canary}"\n`),
  yaml('a merge', `cache: {<<: {ttl: 5m}}\n`),
  yaml('two documents', `cache: {ttl: 5m}\n---\ncache: {ttl: ${canary}}\n`),
  yaml('a mebibyte of brackets', filled('[')),
  yaml('over a mebibyte', `cache: ${'x'.repeat(mebibyte)}`),
  yaml('seventy levels', `providers: ${deep(70)}\n`),
  yaml('a prototype', `__proto__: {cache: {ttl: 5m}}\n`),
  yaml('a prototype further in', `cache: {__proto__: ${canary}}\n`),
  yaml('a provider called __proto__', `providers: [{__proto__: {}}]\n`),
  yaml('a provider called constructor', `providers: [{constructor: {}}]\n`),
  yaml('a duration past range', `cache: {ttl: 999999999999999d}\n`),
  yaml('a duration that is a secret', `cache: {ttl: ${canary}}\n`),
  yaml('a count past range', `cache: {maxEntries: 1e999}\n`),
  yaml('a count of twenty digits', `cache: {maxEntries: 12345678901234567890}\n`),
  yaml('a text for a mapping', `cache: ${canary}\n`),
  yaml('a mapping for a text', `providers: [{file: {path: {a: ${canary}}}}]\n`),
  yaml('a key twice', `cache: {ttl: 5m}\ncache: {ttl: 6m}\n`),
  yaml('a zero', `cache: {ttl: 5m\0}\n`),
  yaml('bytes that are not UTF-8', Buffer.concat([Buffer.from(`cache: {ttl: ${canary}`), Buffer.of(0xff)])),
  yaml('an address with a password', `providers: [{aws-secrets-manager: {endpoint: "https://x:${canary}@example.com"}}]\n`),
  yaml('an address of the metadata', `providers: [{aws-secrets-manager: {endpoint: "http://169.254.169.254"}}]\n`),
  yaml('a good one', `cache: {ttl: 5m}\nproviders: [{env: {}}]\n`, { gives: { cache: { ttl: '5m' }, providers: [{ kind: 'env', options: {} }] } }),
  yaml('nothing', '', { gives: {} }),
  json('half a file', `{"cache":{"ttl":"${canary}`),
  json('half a million levels', `{"providers":${deep(500_000)}}`),
  json('a key twice', `{"cache":{},"cache":{"ttl":"${canary}"}}`),
  json('a prototype', `{"__proto__":{"cache":{"ttl":"5m"}}}`),
  json('a prototype among records', `{"onUnavailable":{"__proto__":"next"}}`),
  json('a number past range', '{"cache":{"maxEntries":1e999}}'),
  json('a fraction', '{"cache":{"maxEntries":1.5}}'),
  json('a list', `["${canary}"]`),
  json('a bare word', canary),
  json('nothing', ''),
  json('a zero', '{"cache":{"ttl":"5m\0"}}'),
  json('null for everything', '{"cache":null,"providers":null,"secrets":null,"run":null}'),
];

function asking(title: string, text: string, ask: (world: World, text: string) => Promise<unknown>, expect: Expected): Case {
  return { name: `document: ${title}`, ask: (world) => ask(world, text), expect };
}
const field = (title: string, text: string, name: string, expect: Expected) =>
  asking(title, text, async (world) => shown((await world.document(text)).field(name)), expect);
const parsed = (title: string, text: string, expect: Expected) =>
  asking(title, text, async (world) => JSON.stringify((await world.document(text)).json()), expect);

const fields: Case[] = [
  field('a prototype that is no field', '{"a":"x"}', '__proto__', absent),
  field('a prototype that is a field', '{"__proto__":"x"}', '__proto__', { gives: 'x' }),
  field('a constructor that is no field', '{"a":"x"}', 'constructor', absent),
  field('a path through a prototype', '{"a":{"b":"x"}}', 'a.__proto__.constructor', absent),
  field('a length that is no field', '{"a":["x"]}', 'a.length', absent),
  field('a place past the end', '{"a":["x"]}', 'a[999999999]', absent),
  field('a number past range', '{"a":1e999}', 'a', { gives: '1e999' }),
  field('a number of forty digits', `{"a":${'1234567890'.repeat(4)}}`, 'a', { gives: '1234567890'.repeat(4) }),
  field('a small number of many digits', `{"a":0.${'1'.repeat(50)}}`, 'a', { gives: `0.${'1'.repeat(50)}` }),
  field('half a character', '{"a":"\\udbff"}', 'a', { gives: '\udbff' }),
  field('a key that is half a character', `{"\\ud800":"${canary}","a":"x"}`, 'a', { gives: 'x' }),
  field('a key twice', `{"a":"x","a":"${canary}"}`, 'a', invalid),
  field('two keys that only look alike', '{"\u00e9":"one","e\\u0301":"two"}', '\u00e9', { gives: 'one' }),
  field('sixty-five levels', `{"a":"x","b":${deep(65)}}`, 'a', invalid),
  field('half a million levels', `{"a":${deep(400_000)}}`, 'a', invalid),
  field('text after the end', `{"a":"x"}${canary}`, 'a', invalid),
  field('half a text', `{"a":"x","b":"${canary}`, 'a', invalid),
  field('a text that is no JSON', canary, 'a', invalid),
  field('null', 'null', 'a', invalid),
  field('a field that is null', '{"a":null}', 'a', absent),
  field('a field that is empty', '{"a":""}', 'a', { gives: '' }),
  field(
    'a mebibyte of keys',
    `{"a":"x",${Array.from({ length: 100_000 }, (_, index) => `"${index}":1`)
      .join(',')
      .slice(0, 1_000_000)
      .replace(/,[^,]*$/, '')}}`,
    'a',
    { gives: 'x' },
  ),
  field('a hundred thousand elements', `{"a":[${'1,'.repeat(100_000)}2]}`, 'a[100000]', { gives: '2' }),
  parsed('a prototype, parsed', '{"__proto__":{"polluted":true},"a":1}', { gives: '{"__proto__":{"polluted":true},"a":1}' }),
  parsed('sixty-five levels, parsed', deep(65), invalid),
  parsed('half a million levels, parsed', deep(500_000), invalid),
  parsed('a key twice, parsed', `{"a":1,"a":"${canary}"}`, invalid),
  parsed('no JSON, parsed', canary, invalid),
  parsed('an empty text, parsed', '', invalid),
  parsed('a mark of byte order, parsed', '\ufeff{}', invalid),
  asking('fields of a prototype', '{"__proto__":"x","constructor":"y"}', (world, text) => fieldsOf(world, text), {
    gives: [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ],
  }),
  asking('a text of half a character', 'x\ud800', async (world, text) => shown(await world.document(text)), { gives: 'x\ud800' }),
];

async function fieldsOf(world: World, text: string): Promise<unknown> {
  const secret = await world.document(text);
  return secret.fieldNames().map((name) => [name, secret.field(name).reveal()]);
}

export const settings: readonly Case[] = [...configurations, ...fields];
