/** Hands cases to a process, one after the other, and replaces it when it crashes or does not come back. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Start } from './process.ts';

const mostMs = 20_000;
/** No case needs a quarter of it. */
const flags = ['--expose-gc', '--max-old-space-size=256', '--disable-warning=ExperimentalWarning'];

export class Runner {
  readonly #start: Start;
  #child: ChildProcess | undefined;

  constructor(start: Start) {
    this.#start = start;
  }

  /** What is wrong with the case; `undefined` when nothing is. */
  async run(index: number): Promise<string | undefined> {
    if (!this.#child) {
      this.#child = fork(join(import.meta.dirname, 'process.ts'), [], { execArgv: flags, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      const started = await this.#ask(this.#start);
      if (!started.isReady) return `the process did not start: ${started.problem}`;
    }
    return (await this.#ask(index)).problem;
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #ask(message: Start | number): Promise<{ problem?: string; isReady?: true }> {
    const child = this.#child as ChildProcess;
    return new Promise((resolve) => {
      const end = (answer: { problem?: string; isReady?: true }) => {
        clearTimeout(timer);
        child.off('message', end).off('exit', crashed);
        resolve(answer);
      };
      const lost = (problem: string) => {
        this.close();
        end({ problem });
      };
      const crashed = (code: number | null, signal: string | null) => {
        lost(`the process crashed (${signal ?? code})`);
      };
      const timer = setTimeout(() => {
        lost(`the process did not come back within ${mostMs / 1_000} s`);
      }, mostMs);
      child.on('message', end).on('exit', crashed);
      child.send(message);
    });
  }
}
