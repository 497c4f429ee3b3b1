/** The schemas of the answers. Each answer of each command that a test here starts with --json is held to them, by the sandbox. */
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, librarySource, sourcesIn } from '../../../../tools/import-directions.mjs';
import { answers, unanswering } from '../../src/cli/answers.ts';
import { answered, problemInAnswer } from '../support/schemas.ts';
import { sandbox } from './keyturn.ts';

const names = Object.keys(answers).filter((name) => name !== 'error');

test('every command has a schema for its answer, and every schema a command', () => {
  const files = fs.readdirSync(join(librarySource, 'cli/commands')).map((file) => file.replace('.ts', ''));
  const told = new Set<string>([...unanswering, ...names.flatMap((name) => [name.replaceAll(' ', '-'), name.split(' ')[0]!])]);
  expect(files.filter((file) => !told.has(file))).toEqual([]);
  expect([...unanswering, ...names].filter((name) => !files.includes(name.replaceAll(' ', '-')) && !files.includes(name.split(' ')[0]!))).toEqual([]);
});

test('every command answers as its schema says, done or failed', () => {
  const box = sandbox();
  box.file('keyturn.json', '{ "providers": ["env", { "file": { "path": "secrets.json" } }], "secrets": { "prod/db#otp": { "ttl": 0 } } }');
  const env = { PROD_DB: '{"password":"canary"}' };
  const calls: { args: string[]; code: number; input?: string }[] = [
    { args: ['get', 'prod/db#password'], code: 0 },
    { args: ['get', 'prod/none'], code: 4 },
    { args: ['get', 'prod/db', '--config', 'nowhere.yaml'], code: 1 },
    { args: ['get'], code: 1 },
    { args: ['set', 'prod/db'], input: '{"password":"canary"}', code: 0 },
    { args: ['set', 'prod/new'], input: 'canary', code: 0 },
    { args: ['set', 'env://prod/new'], input: 'canary', code: 1 },
    { args: ['list'], code: 0 },
    { args: ['list', 'none/'], code: 0 },
    { args: ['list', '--provider', 'env'], code: 1 },
    { args: ['explain', 'prod/db#password'], code: 0 },
    { args: ['explain', 'prod/db#none'], code: 4 },
    { args: ['explain', 'file://prod/db#password'], code: 0 },
    { args: ['explain', 'prod/none'], code: 4 },
    { args: ['explain', 'a#b#c'], code: 1 },
    { args: ['delete', 'prod/new'], code: 0 },
    { args: ['delete', 'prod/new'], code: 4 },
    { args: ['delete', 'vault://prod/new'], code: 1 },
    { args: ['config', 'show'], code: 0 },
    { args: ['config', 'show', '--config', 'nowhere.yaml'], code: 1 },
    { args: ['completion', 'zsh'], code: 0 },
    { args: ['completion', 'providers'], code: 0 },
    { args: ['trust', 'keyturn.json'], code: 0 },
    { args: ['trust', '--remove', 'keyturn.json'], code: 0 },
    { args: ['trust', 'nowhere/keyturn.json'], code: 1 },
    { args: ['init'], code: 1 },
    { args: ['run', '--env', 'ONE=prod/none', '--env', 'TWO=a#b#c', '--', 'true'], code: 125 },
    { args: ['run', '--', './not-there'], code: 127 },
  ];
  for (const { args, code, input } of calls) {
    const words = args[0] === 'config' ? 2 : 1;
    const ran = box.keyturn([...args.slice(0, words), '--json', ...args.slice(words)], { env, ...(input !== undefined && { input }) });
    expect(ran, args.join(' ')).toMatchObject({ code });
    expect(ran.stdout).toMatch(/^\{.*\}\n$/);
  }
  fs.chmodSync(box.file('secrets.json', 'no JSON'), 0o666);
  expect(box.keyturn(['explain', '--json', 'file://prod/db']).code).toBe(1);
  fs.rmSync(join(box.work, 'keyturn.json'));
  expect(box.keyturn(['init', '--json']).code).toBe(0);
  expect([...answered].toSorted()).toEqual(Object.keys(answers).toSorted());
});

test('an answer with a member too many, too few or of another kind is noticed', () => {
  const row = { name: 'a', provider: 'file' };
  expect(problemInAnswer(['list', '--json'], JSON.stringify({ items: [row] }))).toBeUndefined();
  for (const wrong of [[row], { items: [{ ...row, value: 'x' }] }, { items: [{ name: 'a' }] }, { items: [{ ...row, name: 1 }] }, { items: [], more: 1 }])
    expect(problemInAnswer(['--json', 'list'], JSON.stringify(wrong))).toBeDefined();
  expect(problemInAnswer(['unknown', '--json'], '{}')).toBe('There is no schema for the answer of unknown.');
});

test('the command loads no schema: only the types of answers are imported', () => {
  // `init` writes the sentences, and is loaded when it is called.
  const sources = [...sourcesIn(librarySource)].filter(([file]) => !/^(?:cli\/(?:schemas|init\/template)|config\/(?:schema|setting-texts))\.ts$/.test(file));
  const schemas = /\/(?:answers|schemas?|setting-texts)\.ts$/;
  const loading = sources.filter(([, source]) => importsOf(source).some(({ from, isType }) => schemas.test(from) && !isType));
  expect(loading.map(([file]) => file)).toEqual([]);
});
