/**
 * What the command says, and where.
 *
 * The rules are:
 * - Standard output carries what was asked for and nothing else: a value, JSON, help. With `--json` a failure is an answer too.
 * - Standard error carries everything that is said about it: errors, hints, warnings, notices, log lines, the prompt.
 * - What is said never acts on a terminal: control, bidirectional and zero-width characters in names and paths are shown escaped.
 * - A value goes out byte for byte, unless standard output is a terminal and `--raw` was not given: then it is escaped too.
 * - Colour only on a terminal, and never with NO_COLOR or TERM=dumb.
 * - What is waited for is shown to a person at standard error, and never with `--json`; it is gone before anything else is written.
 * - A reader that went away (`| head -1`) ends the command quietly, as SIGPIPE would.
 */
import fs from 'node:fs';

export interface Terminal {
  readonly isOutputTerminal: boolean;
  readonly isInputTerminal: boolean;
  readonly hasColour: boolean;
  /** To standard output, as it is. @throws ReaderGone */
  write(what: string | Uint8Array): void;
  /** One or more lines to standard error, made harmless, and then painted if that is for eyes. */
  say(text: string, paint?: (harmless: string) => string): void;
  /** A line at standard error that stands until the next, or until anything is written; an empty one takes it away. Only where a person looks. */
  show(line: string): void;
  /** From now on a program reads the answer: nothing is shown. */
  showNothing(): void;
}

/** Nobody reads our standard output any more. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

export function systemTerminal(): Terminal {
  const isOutputTerminal = isTerminal(1);
  const isCapable = process.env['TERM'] !== 'dumb';
  const isColourful = isCapable && !process.env['NO_COLOR'];
  let [isShowing, showsNothing] = [false, false];
  /** Nobody listens: the exit code still tells. */
  const tell = (text: string) => {
    try {
      writeAll(2, Buffer.from(text));
    } catch {}
  };
  const clear = () => {
    if (isShowing) tell('\r\x1b[K');
    isShowing = false;
  };
  return {
    isOutputTerminal,
    get isInputTerminal() {
      return isTerminal(0);
    },
    hasColour: isOutputTerminal && isColourful,
    write: (what) => {
      clear();
      writeAll(1, typeof what === 'string' ? Buffer.from(what) : what);
    },
    say(text, paint) {
      clear();
      const shown = harmless(text);
      tell(`${paint && isColourful && isTerminal(2) ? paint(shown) : shown}\n`);
    },
    show(line) {
      clear();
      if (line === '' || showsNothing || !isCapable || !isTerminal(2)) return;
      // A line that wraps could not be taken away.
      tell(harmless(line).slice(0, 79));
      isShowing = true;
    },
    showNothing() {
      showsNothing = true;
    },
  };
}

/** Whether a file descriptor of ours is a terminal. The module that knows costs a few milliseconds, so it is asked about devices only. */
export function isTerminal(descriptor: number): boolean {
  try {
    return fs.fstatSync(descriptor).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(descriptor);
  } catch {
    return false;
  }
}

/** `text` with whatever could move a cursor, hide or reorder characters spelt out. Line ends and tabs stay. */
export function harmless(text: string): string {
  return text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Synchronously, so that all is out when the process ends; process.stdout would also cost its own loading. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new ReaderGone();
      if (code !== 'EAGAIN') throw error;
      // Somebody else made this descriptor non-blocking, and its reader is slow.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
