/** The real servers that tests run against: where they are found, and what happens without them. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { complete } from '../shipped/fetched.ts';

const root = join(import.meta.dirname, '../../../..');

interface Server {
  /** Names its program, and so ends the search. */
  readonly variable: string;
  /** Its program, or `undefined` on a machine that has none. */
  find(): string | undefined;
  /** How to get it. */
  readonly install: string;
}

export const servers = {
  moto: {
    variable: 'KEYTURN_TEST_MOTO',
    find: () => program('KEYTURN_TEST_MOTO', 'moto_server'),
    install: 'python3 -m venv .cache/venv-local && .cache/venv-local/bin/pip install -r tools/servers/requirements.txt',
  },
  /** Not a server, and missing on a new machine like one: what the package is tried with as it is shipped. */
  'another Node': {
    variable: 'KEYTURN_TEST_SHIPPED',
    find: () => (existsSync(complete) ? complete : undefined),
    install: 'node packages/keyturn/test/shipped/fetch.ts',
  },
} satisfies Record<string, Server>;

export type ServerName = keyof typeof servers;

/**
 * Whether `server` is on this machine; the suite is skipped without it.
 * @throws Error with `CI=true`, where a suite that does not run is a failure
 */
export function needs(server: ServerName): boolean {
  const found = servers[server].find() !== undefined;
  if (!found && isCi()) throw new Error(missingLine(server));
  return found;
}

/** Looks for every server once, tells the test files where they are, and answers those that are not there. */
export function lookForServers(): ServerName[] {
  return (Object.keys(servers) as ServerName[]).filter((server) => {
    const found = servers[server].find();
    if (found !== undefined) process.env[servers[server].variable] = found;
    return found === undefined;
  });
}

export function missingLine(server: ServerName): string {
  return `skipped: the tests that need ${server}, which is not on this machine. To run them: ${servers[server].install}`;
}

export function isCi(): boolean {
  return process.env['CI'] === 'true';
}

/** By a variable of its own, in a venv of the repository's cache, then on the path, where it must answer to `proof`. */
export function program(variable: string, name: string, proof = '--help'): string | undefined {
  const named = process.env[variable];
  if (named) return named;
  const cache = join(root, '.cache');
  const venvs = existsSync(cache) ? readdirSync(cache).filter((folder) => folder.startsWith('venv-')) : [];
  const ours = venvs.map((venv) => join(cache, venv, 'bin', name)).find(isExecutable);
  if (ours !== undefined) return ours;
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name));
  // A version manager's shim is there whether or not there is a program behind it.
  return onPath.filter(isExecutable).find((file) => spawnSync(file, [proof], { stdio: 'ignore', timeout: 30_000 }).status === 0);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
