/** Launches the command with our own input, and with pipes of ours for what is to be masked. */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { exitCodes } from '../exit-codes.ts';
import { isTerminal } from '../terminal.ts';
import { makePipes } from './fifos.ts';
import { notStarted } from './not-started.ts';

type Environment = Record<string, string | undefined>;

/** What to mask and pass on, to which descriptor of ours, and what to do when all of it is out. */
export type Output = readonly [from: Readable, to: number, done?: () => void];

/** The command while it runs. */
export interface Started {
  /** The exit code; 128+N when signal N ended it. Rejects with NotStarted. */
  readonly ended: Promise<number>;
  readonly outputs: readonly Output[];
  kill(signal: NodeJS.Signals): void;
}

interface Wiring {
  readonly stdio: ('inherit' | 'pipe' | number)[];
  readonly outputs: (child: ChildProcess) => Output[];
  readonly close: () => void;
}

/** @throws NotStarted */
export function launch([file, ...args]: readonly string[], env: Environment, isMasked: boolean): Started {
  const wiring = wire(isMasked ? [1, 2].filter(isWorthMasking) : []);
  try {
    const child = process.getBuiltinModule('node:child_process').spawn(file!, args, { env, stdio: wiring.stdio });
    return { ended: endOf(child, file!), outputs: wiring.outputs(child), kill: (signal) => child.kill(signal) };
  } catch (error) {
    throw notStarted(file!, error);
  } finally {
    wiring.close();
  }
}

/** Terminals are inherited: on a pipe most programs lose their colours and their prompts. */
function isWorthMasking(descriptor: number): boolean {
  return !isTerminal(descriptor) && !isNull(descriptor);
}

/** Whether it is /dev/null, from which nobody reads what was written. */
export function isNull(descriptor: number): boolean {
  try {
    const stat = fs.fstatSync(descriptor);
    return stat.isCharacterDevice() && stat.rdev === fs.statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

function wire(masked: readonly number[]): Wiring {
  // Both to one place (`2>&1`) go through one pipe: so their order stays.
  const isShared = masked.length === 2 && isSamePlace(1, 2);
  const pipes = masked.length === 0 ? [] : makePipes(isShared ? 1 : masked.length);
  const pipeOf = (descriptor: number) => pipes?.[isShared ? 0 : masked.indexOf(descriptor)];
  return {
    stdio: [0, 1, 2].map((descriptor) => (masked.includes(descriptor) ? (pipeOf(descriptor)?.writeEnd ?? 'pipe') : 'inherit')),
    outputs: (child) => {
      if (pipes) return pipes.map(({ readEnd }, index) => [readEnd, masked[index]!]);
      return masked.map((descriptor) => [(descriptor === 1 ? child.stdout : child.stderr)!, descriptor]);
    },
    close() {
      for (const { writeEnd } of pipes ?? []) fs.closeSync(writeEnd);
    },
  };
}

function isSamePlace(one: number, other: number): boolean {
  const [a, b] = [fs.fstatSync(one), fs.fstatSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
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
