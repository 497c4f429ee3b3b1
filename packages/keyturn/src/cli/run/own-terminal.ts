/**
 * Our own terminal, while the command has one that we made for it.
 *
 * Keys go to the command as they are typed, and its output comes out as it is: what they mean, Ctrl-C too, is decided by the command's own terminal.
 * Node puts ours back as it was when we end, however that comes about short of SIGKILL.
 */
import type { ReadStream, WriteStream } from 'node:tty';
import { isTerminal } from '../terminal.ts';

const suspend = 0x1a;

export interface KeyListener {
  type(keys: Uint8Array): void;
  /** Ctrl-Z was typed. False when it is the command's to understand. */
  suspends(): boolean;
  /** We are about to be stopped, and the command with us. */
  stop(): void;
  goOn(): void;
  resize(columns: number, rows: number): void;
}

export class OwnTerminal {
  readonly #screen: WriteStream = isTerminal(1) ? process.stdout : process.stderr;
  readonly #keyboard: ReadStream | undefined = isTerminal(0) ? process.stdin : undefined;
  #listener: KeyListener | undefined;
  #isRestored = false;

  constructor() {
    this.#setRaw(true);
  }

  get size(): readonly [columns: number, rows: number] {
    const [columns, rows] = this.#screen.getWindowSize();
    // Nobody has told some terminals their size.
    return columns > 0 && rows > 0 ? [columns, rows] : [80, 24];
  }

  listen(listener: KeyListener): void {
    this.#listener = listener;
    this.#keyboard?.on('data', this.#typed).on('error', () => undefined);
    this.#screen.on('resize', this.#resized);
    process.on('SIGTSTP', this.#stopped);
  }

  /** May be called again. */
  restore(): void {
    if (this.#isRestored) return;
    this.#isRestored = true;
    process.off('SIGTSTP', this.#stopped);
    this.#screen.off('resize', this.#resized);
    this.#setRaw(false);
    this.#keyboard?.destroy();
  }

  readonly #typed = (keys: Buffer): void => {
    if (keys.length === 1 && keys[0] === suspend && this.#listener!.suspends()) this.#stop(0);
    else this.#listener!.type(keys);
  };

  readonly #resized = (): void => {
    this.#listener!.resize(...this.size);
  };

  readonly #stopped = (): void => {
    this.#stop(process.pid);
  };

  /** @param who `0` for all of our group, as a terminal would do; ourselves when the others know already */
  #stop(who: number): void {
    this.#listener!.stop();
    this.#setRaw(false);
    process.off('SIGTSTP', this.#stopped);
    // Returns when somebody lets us go on; at once where nobody could.
    process.kill(who, 'SIGTSTP');
    process.on('SIGTSTP', this.#stopped);
    this.#setRaw(true);
    this.#resized();
    this.#listener!.goOn();
  }

  #setRaw(isRaw: boolean): void {
    if (!this.#keyboard) return;
    this.#keyboard.setRawMode(isRaw);
    // Node's raw mode still turns a line feed into two characters, of which programs that draw know nothing.
    if (isRaw) process.getBuiltinModule('node:child_process').spawnSync('stty', ['-opost'], { stdio: [0, 'ignore', 'ignore'] });
  }
}
