/** Launches the command on a terminal of its own, so that what it shows can be masked on the way to ours. */
import fs from 'node:fs';
import { Readable } from 'node:stream';
import { isTerminal } from '../terminal.ts';
import { findCommand } from './find-command.ts';
import type { Started } from './launch.ts';
import { type NotStarted, notStarted } from './not-started.ts';
import { OwnTerminal } from './own-terminal.ts';
import { processStat } from './process-stat.ts';
import type { PseudoTerminal, PseudoTerminals } from './pseudo-terminal.ts';
import { redirect } from './redirect.ts';

type Environment = Record<string, string | undefined>;

/** @throws NotStarted */
export function launchOnTerminal(terminals: PseudoTerminals, command: readonly string[], env: Environment): Started {
  const name = command[0]!;
  findCommand(name, env);
  const redirection = redirect(command);
  const own = new OwnTerminal();
  const [file, ...args] = redirection.command;
  const [cols, rows] = own.size;
  let pty: PseudoTerminal;
  try {
    pty = terminals.spawn(file!, args, { name: env['TERM'], cols, rows, cwd: workingFolder(env), env });
  } catch {
    own.restore();
    redirection.close();
    throw notStarted(name, {});
  }
  // Its text keeps each byte. To have been asked for UTF-8 makes the terminal's own backspace take whole characters.
  pty.setEncoding('latin1');
  const output = outputOf(pty);
  let isOver = false;
  const signal = (which: NodeJS.Signals, toAll: boolean) => {
    try {
      if (!isOver) process.kill(toAll ? -pty.pid : pty.pid, which);
    } catch {
      // It has ended just now.
    }
  };
  own.listen({
    type: (keys) => {
      if (!isOver) pty.write(keys);
    },
    suspends: () => suspends(pty),
    stop: () => {
      signal('SIGSTOP', true);
    },
    goOn: () => {
      signal('SIGCONT', true);
    },
    resize(columns, lines) {
      try {
        if (!isOver) pty.resize(columns, lines);
      } catch {
        // It has ended just now.
      }
    },
  });
  const ended = new Promise<number>((resolve, reject) => {
    pty.onExit(({ exitCode, signal: number = 0 }) => {
      isOver = true;
      redirection.close();
      output.over();
      const failure = exitCode === 1 ? failureIn(output.beginning(), name) : undefined;
      if (!failure) resolve(number > 0 ? 128 + number : exitCode);
      else {
        own.restore();
        reject(failure);
      }
    });
  });
  return {
    ended,
    // What is still on its way is meant for our terminal as it is now.
    outputs: [
      [
        output.bytes,
        isTerminal(1) ? 1 : 2,
        () => {
          own.restore();
        },
      ],
      ...redirection.outputs,
    ],
    kill(which) {
      // A new size is told by the terminal itself; what a key would have sent goes to all whom the key would have reached.
      if (which !== 'SIGWINCH') signal(which, which === 'SIGINT' || which === 'SIGQUIT');
    },
  };
}

interface TerminalOutput {
  readonly bytes: Readable;
  /** What it said first, for messages that are not the command's. */
  beginning(): string;
  over(): void;
}

function outputOf(pty: PseudoTerminal): TerminalOutput {
  let first = '';
  let isHurried = false;
  let isOver = false;
  const bytes = new Readable({
    read() {
      pty.resume();
    },
    destroy(error, done) {
      if (!isOver) hangUp();
      done(error);
    },
  });
  /** Nobody looks at our terminal any more: the command is told as if its own had been closed. */
  const hangUp = () => {
    hurry();
    try {
      process.kill(pty.pid, 'SIGHUP');
    } catch {
      // It has ended just now.
    }
  };
  const hurry = () => {
    isHurried = true;
    pty.resume();
  };
  // A fifth of a second after the command's end the package throws away what is still unread: from then on nothing waits for a slow reader.
  const changed = () => {
    if (processStat(pty.pid)?.isDead !== false) hurry();
  };
  process.on('SIGCHLD', changed);
  pty.onData((text) => {
    if (first.length < 200) first += text;
    if (!bytes.destroyed && !bytes.push(Buffer.from(text, 'latin1')) && !isHurried) pty.pause();
  });
  return {
    bytes,
    beginning: () => first,
    over() {
      isOver = true;
      process.off('SIGCHLD', changed);
      if (!bytes.destroyed) bytes.push(null);
    },
  };
}

/** What the package writes into the terminal when the system refuses the command. */
function failureIn(text: string, name: string): NotStarted | undefined {
  const [, reason] = /^execvp\(3\) failed\.: (.+)\r\n$/.exec(text) ?? [];
  if (reason === undefined) return undefined;
  return notStarted(name, { code: { 'No such file or directory': 'ENOENT', 'Argument list too long': 'E2BIG' }[reason] });
}

/** Where we are, by the name that the user's shell has for it. */
function workingFolder({ PWD }: Environment): string {
  try {
    const [named, real] = [fs.statSync(PWD!), fs.statSync('.')];
    if (PWD!.startsWith('/') && named.dev === real.dev && named.ino === real.ino) return PWD!;
  } catch {
    // There is no such name.
  }
  return process.cwd();
}

/**
 * Whether Ctrl-Z now means the command as a whole. Not if a shell inside decides about its own jobs, nor if the command reads keys itself.
 * The command alone would never stop: its terminal has nobody who could let it go on.
 */
function suspends({ pid, ptsName }: PseudoTerminal): boolean {
  const stat = processStat(pid);
  if (!stat || stat.group !== stat.foreground || ptsName === undefined) return false;
  const terminal = fs.openSync(ptsName, fs.constants.O_RDWR | fs.constants.O_NOCTTY);
  try {
    const { stdout } = process.getBuiltinModule('node:child_process').spawnSync('stty', ['-a'], { stdio: [terminal, 'pipe', 'ignore'] });
    return /(?<!-)\bisig\b/.test(String(stdout)) && /\bsusp = \^Z;/.test(String(stdout));
  } finally {
    fs.closeSync(terminal);
  }
}
