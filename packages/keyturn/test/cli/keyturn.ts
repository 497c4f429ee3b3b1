/** Starts the real command as a child process, in a home and a working folder of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { problemInAnswer } from '../support/schemas.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');
/** The source, or what `KEYTURN_TEST_COMMAND` names: the built command. Node 22 says that it strips types; that is no line of ours. */
export const command = [process.execPath, '--disable-warning=ExperimentalWarning', process.env['KEYTURN_TEST_COMMAND'] ?? main] as const;

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, byte for byte. */
  readonly bytes: Buffer;
}

export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
}

export class Sandbox {
  readonly root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'keyturn-cli-')));
  readonly home = join(this.root, 'home');
  readonly work = join(this.root, 'work');

  constructor() {
    for (const folder of [this.home, this.work]) fs.mkdirSync(folder, { mode: 0o700 });
  }

  /** Writes a file below the working folder, and gives its path. */
  file(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = join(this.work, name);
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    fs.writeFileSync(path, content);
    fs.chmodSync(path, mode);
    return path;
  }

  /** The environment of the command: nothing of the machine's but the path. */
  env(more: Record<string, string> = {}): Record<string, string> {
    return { PATH: process.env['PATH']!, HOME: this.home, ...more };
  }

  /** Runs it to its end. With `--json` its answer is held to the published schema, whatever the test looks at. */
  keyturn(args: readonly string[], options: RunOptions = {}): Ran {
    const { status, signal, stdout, stderr } = spawnSync(command[0], [...command.slice(1), ...args], {
      cwd: options.cwd ?? this.work,
      env: this.env(options.env),
      input: options.input ?? '',
      maxBuffer: 64 * 1_048_576,
      timeout: 15_000,
      killSignal: 'SIGKILL',
    });
    const problem = stdout.length === 0 ? undefined : problemInAnswer(args, stdout.toString());
    if (problem !== undefined) throw new Error(`keyturn ${args.join(' ')}: ${problem}`);
    return { code: status, signal, stdout: stdout.toString(), stderr: stderr.toString(), bytes: stdout };
  }

  /** Started and left running. */
  start(args: readonly string[], { env, cwd }: RunOptions = {}): ChildProcess {
    const child = spawn(command[0], [...command.slice(1), ...args], { cwd: cwd ?? this.work, env: this.env(env), stdio: 'pipe' });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return child;
  }

  /** A line of shell in which `keyturn` is the command. */
  shell(line: string, options: RunOptions = {}): Ran {
    const { status, signal, stdout, stderr } = spawnSync('/bin/sh', ['-c', `keyturn() { ${command.map(quoted).join(' ')} "$@"; }; ${line}`], {
      cwd: options.cwd ?? this.work,
      env: this.env(options.env),
      input: options.input ?? '',
      timeout: 15_000,
      killSignal: 'SIGKILL',
    });
    return { code: status, signal, stdout: stdout.toString(), stderr: stderr.toString(), bytes: stdout };
  }
}

export function sandbox(): Sandbox {
  const made = new Sandbox();
  onTestFinished(() => {
    fs.rmSync(made.root, { recursive: true, force: true });
  });
  return made;
}

export function quoted(text: string): string {
  return `'${text.replaceAll(`'`, `'\\''`)}'`;
}

/** What a stream has given until `text` is in it. */
export async function seen(child: ChildProcess, text: string): Promise<string> {
  let all = '';
  for await (const chunk of child.stdout!) {
    all += String(chunk);
    if (all.includes(text)) return all;
  }
  throw new Error(`It ended without ${text}: ${all}`);
}

export function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
}
