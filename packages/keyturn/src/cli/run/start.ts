/** Starts the command without a shell, masks its output where it is no terminal, and waits for both to end. */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { processScrubber } from '../../redaction/registry.ts';
import { exitCodes } from '../exit-codes.ts';
import { isTerminal } from '../terminal.ts';
import { makePipes } from './fifos.ts';
import { pass } from './output.ts';
import { forwardSignals } from './signals.ts';

export interface StartOptions {
  readonly env: Record<string, string | undefined>;
  readonly isMasked: boolean;
}

/** The command could not be started. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

interface Wiring {
  readonly stdio: ('inherit' | 'pipe' | number)[];
  /** What to pass on, and to which descriptor of ours. */
  readonly outputs: (child: ChildProcess) => (readonly [Readable, number])[];
  readonly close: () => void;
}

/**
 * The exit code that the command ended with; 128+N when signal N ended it.
 *
 * Waits for the output too: as long as anything that the command left running can write, somebody has to mask it.
 * @throws NotStarted
 */
export async function start(command: readonly string[], { env, isMasked }: StartOptions): Promise<number> {
  const wiring = wire(isMasked ? [1, 2].filter(isWorthMasking) : []);
  const unpin = processScrubber.pin();
  const stopForwarding = forwardSignals((signal) => child?.kill(signal));
  let child: ChildProcess | undefined;
  try {
    child = launch(command, env, wiring.stdio);
    const ended = endOf(child, command[0]!).finally(stopForwarding);
    wiring.close();
    const [exitCode] = await Promise.all([ended, ...wiring.outputs(child).map(([from, to]) => pass(from, to, processScrubber.stream()))]);
    return exitCode;
  } finally {
    stopForwarding();
    wiring.close();
    unpin();
  }
}

/** Terminals are inherited: on a pipe most programs lose their colours and their prompts. And nothing is read from /dev/null. */
function isWorthMasking(descriptor: number): boolean {
  try {
    const stat = fs.fstatSync(descriptor);
    return !isTerminal(descriptor) && !(stat.isCharacterDevice() && stat.rdev === fs.statSync('/dev/null').rdev);
  } catch {
    return true;
  }
}

function wire(masked: readonly number[]): Wiring {
  // Both to one place (`2>&1`) go through one pipe: so their order stays.
  const isShared = masked.length === 2 && isSamePlace(1, 2);
  const pipes = masked.length === 0 ? [] : makePipes(isShared ? 1 : masked.length);
  const pipeOf = (descriptor: number) => pipes?.[isShared ? 0 : masked.indexOf(descriptor)];
  const isOpen = { value: true };
  return {
    stdio: [0, 1, 2].map((descriptor) => (masked.includes(descriptor) ? (pipeOf(descriptor)?.writeEnd ?? 'pipe') : 'inherit')),
    outputs: (child) => {
      if (pipes) return pipes.map(({ readEnd }, index) => [readEnd, masked[index]!]);
      return masked.map((descriptor) => [(descriptor === 1 ? child.stdout : child.stderr)!, descriptor]);
    },
    close() {
      if (isOpen.value) for (const { writeEnd } of pipes ?? []) fs.closeSync(writeEnd);
      isOpen.value = false;
    },
  };
}

function isSamePlace(one: number, other: number): boolean {
  const [a, b] = [fs.fstatSync(one), fs.fstatSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

function launch([file, ...args]: readonly string[], env: StartOptions['env'], stdio: Wiring['stdio']): ChildProcess {
  try {
    return process.getBuiltinModule('node:child_process').spawn(file!, args, { env, stdio });
  } catch (error) {
    throw notStarted(file!, error);
  }
}

function endOf(child: ChildProcess, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(notStarted(file, error));
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? (code ?? exitCodes.internal) : 128 + constants.signals[signal]);
    });
  });
}

function notStarted(file: string, error: unknown): NotStarted {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new NotStarted(`There is no command ${file}.`, exitCodes.notFound);
  if (code === 'EAGAIN' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM')
    return new NotStarted(`The system has no room for another process (${code}).`, exitCodes.beforeCommand);
  if (code === 'E2BIG')
    return new NotStarted(`${file} cannot be executed: its arguments and environment are more than the system takes.`, exitCodes.notExecutable);
  return new NotStarted(`${file} cannot be executed (${/^[A-Z0-9]+$/.test(code ?? '') ? code! : 'unknown reason'}).`, exitCodes.notExecutable);
}
