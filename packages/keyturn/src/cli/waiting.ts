/** What a person is shown while a provider takes longer than a second: who is waited for, and how long already. */
import { wrapProvider, type Wrap } from '../core/provider.ts';
import type { Terminal } from './terminal.ts';

const secondMs = 1_000;

export class Waiting {
  readonly #terminal: Terminal;
  /** The name of the provider of each call that is under way. */
  readonly #calls = new Map<object, string>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  readonly wrap: Wrap = (next) =>
    wrapProvider(next, async (options, call) => {
      const key = {};
      if (this.#calls.size === 0) this.#begin();
      this.#calls.set(key, next.name);
      try {
        return await call(options);
      } finally {
        this.#calls.delete(key);
        if (this.#calls.size === 0) this.end();
      }
    });

  /** Nothing is waited for any more, whatever still runs. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#terminal.show('');
  }

  #begin(): void {
    this.#since = performance.now();
    this.#tick();
  }

  /** It never keeps the process alive, and whether anybody looks is asked only when there is something to see. */
  #tick(): void {
    this.#timer = setTimeout(() => {
      const seconds = Math.round((performance.now() - this.#since) / secondMs);
      this.#terminal.show(`keyturn: waiting for ${[...new Set(this.#calls.values())].join(', ')} … ${seconds} s`);
      this.#tick();
    }, secondMs).unref();
  }
}
