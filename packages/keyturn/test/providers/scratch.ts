/** What the tests of the file, env and memory providers share: a folder of their own, read options, and a clock that is told the time. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock, SleepOptions } from '../../src/core/clock.ts';
import type { KeyturnError } from '../../src/core/errors.ts';
import type { Provider, ReadOptions } from '../../src/core/provider.ts';
import { parseRef } from '../../src/core/ref.ts';

export const calm: ReadOptions = { signal: new AbortController().signal, deadline: Infinity };

/** A new folder that only we may enter, gone after the test. */
export function scratch(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'keyturn-')));
  onTestFinished(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes a file that only we may read, with its times long past: its stamp is settled. */
export function place(file: string, content: string | Uint8Array, mode = 0o600): string {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  fs.writeFileSync(file, content);
  fs.chmodSync(file, mode);
  return file;
}

export async function reveal(provider: Provider, ref: string): Promise<string | undefined> {
  return (await provider.get(parseRef(ref), calm))?.reveal();
}

export async function failure(run: () => unknown): Promise<KeyturnError> {
  try {
    await run();
  } catch (error) {
    return error as KeyturnError;
  }
  throw new Error('It did not fail.');
}

/** Time passes by sleeping in it, at once. */
export class InstantClock implements Clock {
  ms = 1_000;
  slept = 0;
  onSleep: (() => void) | undefined;

  now(): number {
    return this.ms;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.ms;
  }

  async sleep(ms: number, { signal }: SleepOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    this.ms += ms;
    this.slept++;
    this.onSleep?.();
  }
}

export const isRoot = process.getuid?.() === 0;

/** Names that mean something to JavaScript objects. */
export const magicNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'toLocaleString',
  'hasOwnProperty',
  'isPrototypeOf',
  'valueOf',
  '__defineGetter__',
  '__lookupSetter__',
  'then',
  'toJSON',
  'length',
  'name',
];

/** Passwords that look like something else to one reader or another. */
export const awkwardPasswords: readonly string[] = [
  '012345',
  '1.10',
  '1e5',
  '0x1F',
  '0o17',
  '0b11',
  '12345678901234567890',
  '-0',
  '+1',
  '.5',
  '1_000',
  '0',
  '1',
  '-1.50',
  '.inf',
  '.NaN',
  'NaN',
  'Infinity',
  'yes',
  'no',
  'on',
  'off',
  'y',
  'n',
  'true',
  'false',
  'True',
  'NULL',
  'null',
  '~',
  'undefined',
  '2024-01-01',
  '2024-01-01T00:00:00Z',
  '12:30:45',
  '1:2',
  '/etc/passwd',
  'C:\\new\\table',
  '../..',
  '~/x',
  '$HOME',
  '${PATH}',
  '$(id)',
  '`id`',
  '%TEMP%',
  '#start',
  'mid#dle',
  'after #space',
  'a: b',
  'a:',
  '- a',
  '-',
  '?',
  '? a',
  '&anchor',
  '*alias',
  '!tag',
  '!!int 5',
  '|',
  '>',
  '|-',
  '@at',
  '`tick',
  '%d',
  '{}',
  '[]',
  '{a: b}',
  '[1, 2]',
  '{"a":1}',
  '"quoted"',
  "'quoted'",
  'it\'s "both"',
  '\\',
  '\\\\',
  '\\n',
  'end\\',
  '"',
  "'",
  '"""',
  ' leading',
  'trailing ',
  '  both  ',
  ' ',
  '\t',
  'tab\there',
  'two\nlines',
  '\n',
  'line\n',
  '\nline',
  'cr\rlf\r\n',
  'a\n\n\nb\n',
  '---',
  '...',
  '--- a',
  '<<',
  '=',
  'a=b',
  'export A=b',
  'grün',
  '密码',
  '🔑',
  '\u00a0nbsp\u00a0',
  '\u2028',
  '\u0085',
  '\u200b',
  '\ufeff',
  '\u0001',
  '\u007f',
  '',
  'x'.repeat(500),
  'word '.repeat(60),
  '-----BEGIN KEY-----\nMIIB+/=\n-----END KEY-----\n',
];
