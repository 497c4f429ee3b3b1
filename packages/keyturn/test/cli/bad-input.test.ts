/** Whatever is wrong with what the command is given, no part of a value is in what it says. */
import { expect, test } from 'vitest';
import { type Sandbox, sandbox } from './keyturn.ts';

const canary = 'canary-7f3a';

interface Case {
  readonly what: string;
  readonly prepare: (box: Sandbox) => void;
  readonly code?: number;
  readonly args?: string[];
  readonly env?: Record<string, string>;
  readonly input?: string;
}

const jsonFile = (content: string | Uint8Array, mode?: number) => (box: Sandbox) => {
  box.file('secrets.json', content, mode);
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.json } }]');
};
const yamlFile = (content: string) => (box: Sandbox) => {
  box.file('secrets.yaml', content);
  box.file('keyturn.yaml', 'providers: [{ file: { path: secrets.yaml } }]');
};
const configuration =
  (content: string, name = 'keyturn.yaml') =>
  (box: Sandbox) =>
    void box.file(name, content);
const nothing = () => undefined;

const cases: readonly Case[] = [
  { what: 'a JSON secrets file that breaks off', prepare: jsonFile(`{"prod/db":"${canary}`), code: 4 },
  { what: 'a JSON secrets file with a key twice', prepare: jsonFile(`{"prod/db":"${canary}","prod/db":"${canary}"}`), code: 4 },
  { what: 'a JSON secrets file that is a list', prepare: jsonFile(`["${canary}"]`), code: 4 },
  { what: 'a JSON secrets file with a comment', prepare: jsonFile(`{"prod/db":"${canary}"} // ${canary}`), code: 4 },
  { what: 'a JSON secrets file nested too deep', prepare: jsonFile(`{"prod/db":${'['.repeat(70)}"${canary}"${']'.repeat(70)}}`), code: 4 },
  { what: 'a binary secrets file', prepare: jsonFile(Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(canary)])), code: 4 },
  { what: 'a huge secrets file', prepare: jsonFile(`{"prod/db":"${canary.repeat(120_000)}"}`), code: 4 },
  { what: 'a secrets file that all may write', prepare: jsonFile(`{"prod/db":"${canary}"}`, 0o666), code: 1 },
  { what: 'a YAML secrets file with a tab', prepare: yamlFile(`prod/db:\n\t- ${canary}\n  ${canary}`), code: 4 },
  { what: 'a YAML secrets file with an unknown tag', prepare: yamlFile(`prod/db: !${canary} ${canary}`), code: 4 },
  { what: 'a YAML secrets file with an alias', prepare: yamlFile(`a: &${canary} ${canary}\nprod/db: *${canary}`), code: 4 },
  { what: 'a YAML secrets file with two documents', prepare: yamlFile(`prod/db: ${canary}\n---\nprod/db: ${canary}`), code: 4 },
  { what: 'a field of what is no JSON', prepare: nothing, args: ['get', 'prod/db#password'], env: { PROD_DB: canary }, code: 4 },
  { what: 'a field of JSON that breaks off', prepare: nothing, args: ['get', 'prod/db#password'], env: { PROD_DB: `{"password":"${canary}` }, code: 4 },
  { what: 'a field that is missing', prepare: nothing, args: ['get', 'prod/db#nope'], env: { PROD_DB: `{"password":"${canary}"}` }, code: 4 },
  {
    what: 'a field of bytes',
    prepare: (box) => {
      box.file('keys/db', Buffer.concat([Buffer.from([0xff]), Buffer.from(canary)]));
      box.file('keyturn.yaml', 'providers: [{ file: { path: keys/ } }]');
    },
    args: ['get', 'db#password'],
    code: 4,
  },
  { what: 'a configuration that is no YAML', prepare: configuration(`cache: { ttl: ${canary}`), code: 1 },
  { what: 'a configuration that is no mapping', prepare: configuration(`DB_PASSWORD=${canary}\n`), code: 1 },
  { what: 'a configuration with an unknown tag', prepare: configuration(`cache: !${canary} 5m`), code: 1 },
  { what: 'a configuration with an alias', prepare: configuration(`a: &x ${canary}\nb: *x`), code: 1 },
  { what: 'a configuration that is no JSON', prepare: configuration(`{"cache":{"ttl":${canary}`, 'keyturn.json'), code: 1 },
  { what: 'a duration that is none', prepare: configuration(`cache: { ttl: ${canary} }`), code: 1 },
  { what: 'a level that is none', prepare: configuration(`log: { level: ${canary} }`), code: 1 },
  { what: 'a number that is none', prepare: configuration(`cache: { maxEntries: ${canary} }`), code: 1 },
  { what: 'a flag that is none', prepare: configuration(`providers: [{ env: { allowEmpty: ${canary} } }]`), code: 1 },
  { what: 'a policy that is none', prepare: configuration(`onUnavailable: { env: ${canary} }`), code: 1 },
  { what: 'a list where a mapping belongs', prepare: configuration(`cache: [${canary}]`), code: 1 },
  { what: 'text where a list belongs', prepare: configuration(`providers: ${canary}`), code: 1 },
  { what: 'text where a provider belongs', prepare: configuration(`providers: [${canary}]`), code: 1 },
  { what: 'a secrets file taken for a configuration', prepare: configuration(`password: ${canary}\n`), code: 1 },
  { what: 'a variable with a bad duration', prepare: nothing, env: { KEYTURN_CACHE_TTL: canary }, code: 1 },
  { what: 'a misspelt variable', prepare: nothing, env: { KEYTURN_CACHE_TLL: canary }, code: 1 },
  { what: 'a value as an argument', prepare: nothing, args: ['set', 'prod/db', canary], code: 1 },
  { what: 'a value as --env', prepare: nothing, args: ['run', '--env', canary, '--', 'true'], code: 125 },
  { what: 'a value that no file can take', prepare: jsonFile('{"prod/db":"plain text"}'), args: ['set', 'prod/db#password'], input: canary, code: 4 },
];

test.for(cases)('$what gives one error and nothing of the value', ({ prepare, code, args = ['get', 'prod/db'], env, input }) => {
  const box = sandbox();
  prepare(box);
  for (const options of [[], ['--json']]) {
    const [name, ...rest] = args as [string, ...string[]];
    const ran = box.keyturn([name, ...options, ...rest], { ...(env && { env }), ...(input !== undefined && { input }) });
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code });
    expect(ran.stdout + ran.stderr).not.toContain('canary');
    expect(ran.stdout + ran.stderr).not.toMatch(/ {4}at |node:internal/);
    const { error } = options.length > 0 ? (JSON.parse(ran.stdout) as { error: { hint: string } }) : { error: { hint: 'x' } };
    expect(error.hint).toMatch(/\S/);
  }
});
