/** Files keep the contract: JSON, YAML, dotenv, and a folder with one file for each secret. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { file } from '../../src/providers/file.ts';
import type { ContractOptions, ContractPlace } from '../../src/testing/index.ts';
import { isRoot } from '../providers/scratch.ts';
import { everywhere } from './everywhere.ts';

interface FilePlace extends ContractPlace {
  readonly folder: string;
  /** What the provider is given. */
  readonly path: string;
  readonly clock: HurriedClock;
}

type Values = Record<string, string>;

/** Time passes as it does, until somebody is in a hurry: then every wait is over at once. */
class HurriedClock implements Clock {
  isInHurry = false;
  #ahead = 0;

  now = () => systemClock.now() + this.#ahead;
  wallNow = () => systemClock.wallNow() + this.#ahead;
  sleep: Clock['sleep'] = async (ms, options) => {
    if (!this.isInHurry) return systemClock.sleep(ms, options);
    this.#ahead += ms;
  };
}

function newPlace(name: string, hands: (target: string) => Pick<FilePlace, 'put' | 'remove'>): ContractOptions<FilePlace>['place'] {
  return (options) => {
    const folder = path.join(fs.realpathSync(os.tmpdir()), `keyturn-contract-${randomUUID()}`);
    const target = path.join(folder, 'secrets', name);
    const clock = new HurriedClock();
    const provider = file({ ...options, path: target, clock });
    fs.mkdirSync(folder, { mode: 0o700 });
    return {
      folder,
      path: target,
      clock,
      provider,
      ...hands(target),
      release() {
        if (fs.existsSync(path.join(folder, 'secrets'))) fs.chmodSync(path.join(folder, 'secrets'), 0o700);
        fs.rmSync(folder, { recursive: true, force: true });
      },
    };
  };
}

/** Written and renamed into place, as careful editors do. */
function write(target: string, content: string | Uint8Array): void {
  fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
  fs.writeFileSync(`${target}.new`, content, { mode: 0o600 });
  fs.renameSync(`${target}.new`, target);
}

/** All secrets in one file, written in our own way and not as the provider writes. */
function oneFile(name: string, format: (values: Values) => string, valuesOf: (text: string) => Values): ContractOptions<FilePlace>['place'] {
  const change = (target: string, edit: (values: Values) => void) => {
    const values = fs.existsSync(target) ? valuesOf(fs.readFileSync(target, 'utf8')) : {};
    edit(values);
    write(target, format(values));
  };
  return newPlace(name, (target) => ({
    put(secret, value) {
      change(target, (values) => {
        values[secret] = value as string;
      });
    },
    remove(secret) {
      change(target, (values) => {
        delete values[secret];
      });
    },
  }));
}

const folderOfFiles = newPlace('folder/', (target) => ({
  put(secret, value) {
    write(path.join(target, secret), value);
  },
  remove(secret) {
    fs.rmSync(path.join(target, secret));
  },
}));

type Break = (place: FilePlace, secret: string) => void;

/** A link to a file that the system refuses to read whoever asks, root too. */
const throughTheKernel: Break | string = fs.existsSync('/proc/self/mem')
  ? ({ path: target }) => {
      fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
      fs.rmSync(target, { force: true });
      fs.symlinkSync('/proc/self/mem', target);
    }
  : 'this system has no file that nobody may read';

const always = 'a file system asks for no login, and answers';

/** @param broken makes of a secret's file one that cannot be understood, with the values still in it */
function faults(broken: Break, unreadable: Break | string = throughTheKernel): ContractOptions<FilePlace>['faults'] {
  return {
    unavailable: unreadable,
    login: always,
    denied: 'a file has no rights of single secrets',
    invalid: broken,
    silent: always,
    conflict({ path: target, clock }, secret) {
      const lock = target.endsWith('/') ? path.join(target, path.dirname(secret), '..keyturn.lock') : `${target}.lock`;
      fs.writeFileSync(lock, `${process.ppid} ${os.hostname()} ${'a'.repeat(16)}\n`, { mode: 0o600 });
      clock.isInHurry = true;
    },
    recover({ folder }) {
      fs.chmodSync(path.join(folder, 'secrets'), 0o700);
      fs.rmSync(path.join(folder, 'secrets'), { recursive: true, force: true });
    },
  };
}

const append = (text: string) => {
  return ({ path: target }: FilePlace) => {
    fs.appendFileSync(target, text);
  };
};
const powers = ['set', 'delete', 'list', 'check', 'hasChanged'] as const;
const cannotHold = { bytes: 'a file of text holds text' };

everywhere('a JSON file', {
  powers,
  cannotHold,
  place: oneFile('secrets.json', JSON.stringify, (text) => JSON.parse(text) as Values),
  faults: faults(append('} and more')),
});

everywhere('a YAML file', {
  powers,
  cannotHold,
  // JSON is YAML.
  place: oneFile('secrets.yaml', JSON.stringify, (text) => parse(text, { schema: 'failsafe' }) as Values),
  faults: faults(append('} and more: [')),
});

everywhere('a dotenv file', {
  powers: [...powers, 'fieldOf'],
  cannotHold,
  // A dotenv file lists its variables as it spells them.
  nameOf: (word) => `CONTRACT_${word.toUpperCase()}`,
  place: oneFile('secrets.env', asDotenv, fromDotenv),
  faults: faults(append('a line that is none\n')),
});

everywhere('a folder of files', {
  powers,
  place: folderOfFiles,
  faults: faults(
    ({ path: target }, secret) => {
      fs.appendFileSync(path.join(target, secret), '.'.repeat(1_048_577));
    },
    isRoot
      ? 'root may read every folder'
      : ({ folder }) => {
          fs.mkdirSync(path.join(folder, 'secrets'), { recursive: true, mode: 0o700 });
          fs.chmodSync(path.join(folder, 'secrets'), 0);
        },
  ),
});

function asDotenv(values: Values): string {
  const escapes: Values = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };
  const quoted = (value: string) => `"${value.replaceAll(/[\n\r\t"\\]/g, (character) => escapes[character] as string)}"`;
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}

/** What was written here, and not what the provider wrote: no check looks at both. */
function fromDotenv(text: string): Values {
  const unescaped: Values = { n: '\n', r: '\r', t: '\t' };
  const lines = text.matchAll(/^([A-Z_0-9]+)="((?:[^"\\]|\\.)*)"$/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', value = '']) => [name, value.replaceAll(/\\(.)/g, (_, code: string) => unescaped[code] ?? code)]));
}
