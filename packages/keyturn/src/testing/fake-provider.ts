/** A provider that does as it is told: slow, failing, rotated, and with a record of what it was asked. */
import { type Clock, type Duration, parseDuration, systemClock } from '../core/clock.ts';
import {
  AccessDeniedError,
  AuthenticationError,
  ConfigurationError,
  ConflictError,
  type ErrorDetails,
  InvalidSecretError,
  type KeyturnError,
  ProviderUnavailableError,
} from '../core/errors.ts';
import { checkOptions, matcher, type Provider, type ReadOptions, type ReadResult } from '../core/provider.ts';
import { formatRef, type SecretRef } from '../core/ref.ts';
import { memory, type MemoryCall, type MemoryOptions, type MemoryProvider } from '../providers/memory.ts';

/** What can go wrong at a source, by its word. */
const faults = {
  /** It cannot be reached. */
  unavailable: [ProviderUnavailableError, 'cannot be reached'],
  /** It is asked too often. */
  throttled: [ProviderUnavailableError, 'is asked too often'],
  /** It refuses this secret. */
  denied: [AccessDeniedError, 'denied the access'],
  /** It does not accept our own login. */
  login: [AuthenticationError, 'does not accept our login'],
  /** What it has is not what was asked for. */
  invalid: [InvalidSecretError, 'has something that is no secret'],
  /** Somebody else writes at the same time. Reads go on. */
  conflict: [ConflictError, 'was written by somebody else meanwhile'],
} as const;

export type Fault = keyof typeof faults;

export type FakeProvider = MemoryProvider & Required<Pick<Provider, 'close'>> & FakeControls;

export interface FakeControls {
  /** The source has another value from now on, of a new version; or a new secret. What the program under test has in memory stays. */
  rotate(name: string, value: string | Uint8Array): void;
  /** The source has no such secret from now on. */
  remove(name: string): void;
  /** Calls fail from now on: all, or those for names that match. The latest word on a name counts. */
  fail(fault: Fault, pattern?: string): void;
  /** Answers come this late by the clock from now on, failures too; `'none'`: not before `recover()`. */
  slow(by: Duration): void;
  /** Ends every `fail` and `slow`; calls that wait are answered. */
  recover(): void;
  /** How many calls wait for their answer. */
  readonly waiting: number;
}

interface Failing {
  readonly fault: Fault;
  readonly matches: (name: string) => boolean;
  readonly isAll: boolean;
}

/**
 * Answers from `record` as `memory` does, until it is told otherwise. How a call ends is decided when it begins, however late its answer is:
 * so a slow read may bring a value that was rotated meanwhile, as from a real source.
 *
 * ```ts
 * const source = fakeProvider({ 'prod/db': 'one' }, { clock });
 * source.fail('unavailable');      // what is kept covers now
 * source.recover();
 * source.fail('denied', 'prod/*'); // revoked
 * ```
 * @throws ConfigurationError when an option is unknown or wrong
 */
export function fakeProvider(record: Readonly<Record<string, string | Uint8Array>> = {}, options: MemoryOptions = {}): FakeProvider {
  checkOptions('fake', options, ['clock']);
  const { name = 'fake', clock = systemClock } = options;
  const inside = memory(record, { ...options, name });
  const calls: MemoryCall[] = [];
  const failing: Failing[] = [];
  const pace = new Pace(clock);

  const failureOf = (op: MemoryCall['op'], ref: SecretRef | undefined): KeyturnError | undefined => {
    const found = failing.findLast(({ matches, isAll }) => (ref === undefined ? isAll : matches(ref.name)));
    if (!found || (found.fault === 'conflict' && op !== 'set' && op !== 'delete')) return undefined;
    // A refusal of secrets proves that the source is there and knows us.
    if (op === 'check' && (found.fault === 'denied' || found.fault === 'invalid')) return undefined;
    return failureFrom(found.fault, name, ref);
  };

  /** Decides how the call ends, and lets it end when it is time. */
  const run = async <T>(op: MemoryCall['op'], ref: SecretRef | undefined, options: ReadOptions, call: () => Promise<T>): Promise<T> => {
    options.signal.throwIfAborted();
    const failure = failureOf(op, ref);
    const outcome = failure ? Promise.reject(failure) : call();
    // Looked at when it is time, which may be never.
    outcome.catch(() => undefined);
    await pace.wait(options.signal);
    return outcome;
  };
  const note = (op: MemoryCall['op'], names: readonly string[], version?: string) => {
    for (const each of names) calls.push(Object.freeze({ op, name: each, version }));
  };

  return {
    ...inside,
    kind: 'fake',
    calls,
    reset() {
      calls.length = 0;
    },
    async get(ref, options) {
      note('get', [ref.name], ref.version);
      return run('get', ref, options, () => inside.get(ref, options));
    },
    async getMany(refs, options) {
      for (const { name, version } of refs) note('getMany', [name], version);
      // Of one secret is a failure of its own; what fails for all of them ends the call.
      return run('check', undefined, options, () =>
        Promise.all(refs.map(async (ref): Promise<ReadResult> => failureOf('getMany', ref) ?? inside.get(ref, options))),
      );
    },
    async set(ref, value, options) {
      note('set', [ref.name], ref.version);
      return run('set', ref, options, () => inside.set(ref, value, options));
    },
    async delete(ref, options) {
      note('delete', [ref.name], ref.version);
      return run('delete', ref, options, () => inside.delete(ref, options));
    },
    async list(prefix, options) {
      note('list', [prefix]);
      return run('list', undefined, options, () => inside.list(prefix, options));
    },
    async check(options) {
      note('check', ['']);
      return run('check', undefined, options, () => inside.check(options));
    },
    async close() {
      pace.recover();
    },
    rotate(secret, value) {
      if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
        throw new ConfigurationError(`${name}.rotate: the value is neither text nor a Uint8Array.`, { provider: name, hint: 'Write a document as JSON text.' });
      }
      // In force before the call returns: memory waits for nothing.
      void inside.set({ name: secret }, value, now);
    },
    remove(secret) {
      void inside.delete({ name: secret }, now);
    },
    fail(fault, pattern = '**') {
      if (!Object.hasOwn(faults, fault)) {
        throw new ConfigurationError(`${name}.fail: ${JSON.stringify(fault)} is no fault.`, {
          provider: name,
          hint: `There are ${Object.keys(faults).join(', ')}.`,
        });
      }
      if (typeof pattern !== 'string' || pattern === '') {
        throw new ConfigurationError(`${name}.fail: the names must be one pattern.`, { provider: name, hint: `For example fail('denied', 'prod/*').` });
      }
      failing.push({ fault, matches: matcher([pattern], `${name}.fail`), isAll: pattern === '**' });
    },
    slow(by) {
      pace.slow(parseDuration(by, `${name}.slow`));
    },
    recover() {
      failing.length = 0;
      pace.recover();
    },
    get waiting() {
      return pace.waiting;
    },
  };
}

const now: ReadOptions = { signal: new AbortController().signal, deadline: Infinity };

function failureFrom(fault: Fault, provider: string, asked: SecretRef | undefined): KeyturnError {
  const [Kind, what] = faults[fault];
  const ref = asked && formatRef(asked);
  const details: ErrorDetails = { ref, provider, hint: `The test said fail('${fault}'); recover() ends it.` };
  return new Kind(`${ref === undefined ? '' : `${ref}: `}${provider} ${what}.`, details);
}

/** How late answers are, and who waits. */
class Pace {
  readonly #clock: Clock;
  #ms = 0;
  #recovery = new AbortController();
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#waiting;
  }

  slow(ms: number): void {
    this.#ms = ms;
  }

  recover(): void {
    this.#ms = 0;
    this.#recovery.abort();
    this.#recovery = new AbortController();
  }

  /** Over after the time, or at the recovery; with the signal's reason when that comes first. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#ms === 0) return;
    this.#waiting++;
    const recovery = this.#recovery.signal;
    const either = AbortSignal.any([signal, recovery]);
    try {
      await (this.#ms === Infinity ? untilAborted(either) : this.#clock.sleep(this.#ms, { signal: either }));
    } catch {
      // Told apart below.
    } finally {
      this.#waiting--;
    }
    signal.throwIfAborted();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
