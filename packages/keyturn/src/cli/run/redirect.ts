/**
 * What is no terminal, for a command that is started on one.
 *
 * The package that makes terminals gives the command nothing else, so `sh` opens named pipes of ours in the command's place and becomes the command.
 */
import fs from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { exitCodes } from '../exit-codes.ts';
import { isTerminal } from '../terminal.ts';
import { makeFifos } from './fifos.ts';
import { isNull, type Output } from './launch.ts';
import { NotStarted } from './not-started.ts';

export interface Redirection {
  readonly command: readonly string[];
  readonly outputs: readonly Output[];
  /** The command has ended. */
  close(): void;
}

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;

/** @throws NotStarted where there are no named pipes */
export function redirect(command: readonly string[]): Redirection {
  const others = [0, 1, 2].filter((descriptor) => !isTerminal(descriptor));
  const piped = others.filter((descriptor) => !isNull(descriptor));
  if (others.length === 0) return { command, outputs: [], close: () => undefined };
  const fifos = makeFifos(piped.length);
  if (fifos === undefined) throw new NotStarted('--mask needs mkfifo where one stream is a terminal and another is not.', exitCodes.beforeCommand);
  const outputs: Output[] = [];
  const closings = [fifos.remove];
  const words = others.map((descriptor) => {
    const path = fifos.paths[piped.indexOf(descriptor)] ?? '/dev/null';
    if (path === '/dev/null') return `${descriptor}<>/dev/null`;
    if (descriptor === 0) closings.unshift(feed(path));
    else {
      outputs.push([new Socket({ fd: fs.openSync(path, O_RDONLY | O_NONBLOCK), readable: true, writable: false }), descriptor]);
      // Until the command has opened it, somebody must hold its other end.
      const held = fs.openSync(path, O_WRONLY);
      closings.unshift(() => {
        fs.closeSync(held);
      });
    }
    return `${descriptor}${descriptor === 0 ? '<' : '>'}'${path.replaceAll(`'`, `'\\''`)}'`;
  });
  return {
    command: ['/bin/sh', '-c', `exec "$@" ${words.join(' ')}`, 'sh', ...command],
    outputs,
    close() {
      for (const each of closings.splice(0)) each();
    },
  };
}

/** Copies our input into a named pipe once the command has opened it, and its end too. */
function feed(path: string): () => void {
  const input: Readable = process.stdin;
  let to: Socket | undefined;
  let isClosed = false;
  // Waits, elsewhere, for the command. Without waiting, a short input would be over before it is there.
  fs.open(path, 'w', (error, fd) => {
    if (error) return;
    if (isClosed) {
      fs.closeSync(fd);
      return;
    }
    to = new Socket({ fd, readable: false, writable: true });
    // The command need not read it.
    to.on('error', () => undefined);
    input.on('error', () => to!.end()).pipe(to);
  });
  return () => {
    isClosed = true;
    input.destroy();
    to?.destroy();
    // Whoever still waits in `open` is let go.
    if (!to) fs.closeSync(fs.openSync(path, O_RDONLY | O_NONBLOCK));
  };
}
