/** A terminal with somebody at it: types, reads the screen, and changes the window's size. */
import { spawn } from '@lydell/node-pty';
import { onTestFinished } from 'vitest';
import { command, quoted, type Sandbox } from './keyturn.ts';

export interface Seat {
  readonly pid: number;
  /** All that was shown so far, byte for byte as latin1. */
  shown(): string;
  /** Waits until this is shown, after what was waited for before. */
  sees(text: string | RegExp): Promise<string>;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Stops looking, so that nothing more fits on the screen. */
  lookAway(): void;
  lookBack(): void;
  /** Closes the window. */
  close(): void;
  readonly ended: Promise<{ code: number; signal: number }>;
}

export interface SeatOptions {
  readonly env?: Record<string, string>;
  readonly columns?: number;
  readonly rows?: number;
}

/** A line of shell in which `keyturn` is the command, on a terminal of its own. */
export function seat(box: Sandbox, line: string, { env = {}, columns = 80, rows = 24 }: SeatOptions = {}): Seat {
  const script = `keyturn() { ${command.map(quoted).join(' ')} "$@"; }; ${line}`;
  return onTerminal('/bin/sh', ['-c', script], box, { env, columns, rows });
}

/** The command itself, on a terminal of its own: the signals sent to it come to nobody else. */
export function direct(box: Sandbox, args: readonly string[], { env = {}, columns = 80, rows = 24 }: SeatOptions = {}): Seat {
  return onTerminal(command[0], [...command.slice(1), ...args], box, { env, columns, rows });
}

function onTerminal(file: string, args: string[], box: Sandbox, { env, columns, rows }: Required<SeatOptions>): Seat {
  const terminal = spawn(file, args, { cols: columns, rows, cwd: box.work, env: box.env({ TERM: 'xterm', ...env }), encoding: 'latin1' });
  let shown = '';
  let waitedFor = 0;
  let look: () => void = () => undefined;
  terminal.onData((text) => {
    shown += text;
    look();
  });
  const ended = new Promise<{ code: number; signal: number }>((resolve) => {
    terminal.onExit(({ exitCode, signal = 0 }) => {
      resolve({ code: exitCode, signal });
    });
  });
  onTestFinished(() => {
    terminal.kill('SIGKILL');
  });
  return {
    pid: terminal.pid,
    shown: () => shown,
    sees: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          const [found, at] = place(shown, text, waitedFor);
          if (at < 0) return;
          waitedFor = at + found.length;
          look = () => undefined;
          clearTimeout(patience);
          resolve(found);
        };
        const patience = setTimeout(() => {
          reject(new Error(`It does not show ${String(text)}: ${JSON.stringify(shown)}`));
        }, 15_000);
        void ended.then(() => {
          reject(new Error(`It ended without ${String(text)}: ${JSON.stringify(shown)}`));
        });
        look();
      }),
    type: (keys) => {
      terminal.write(keys);
    },
    resize: (width, height) => {
      terminal.resize(width, height);
    },
    lookAway: () => {
      terminal.pause();
    },
    lookBack: () => {
      terminal.resume();
    },
    close: () => {
      (terminal as unknown as { destroy(): void }).destroy();
    },
    ended,
  };
}

function place(shown: string, text: string | RegExp, from: number): [found: string, at: number] {
  if (typeof text === 'string') return [text, shown.indexOf(text, from)];
  const match = text.exec(shown.slice(from));
  return match ? [match[0], match.index + from] : ['', -1];
}
