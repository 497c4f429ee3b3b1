/** What one check of the contract is, and what a test is given to make it: a place of its own, and words for what it finds. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { isKeyturnError, type KnownKeyturnError } from '../../core/errors.ts';
import type { Provider, ProviderOptions, ReadOptions } from '../../core/provider.ts';
import type { SecretRef } from '../../core/ref.ts';
import { isSecret, type Secret } from '../../core/secret.ts';

/** A provider, and the hands that reach its place from behind. */
export interface ContractPlace {
  readonly provider: Provider;
  /** Makes or changes a secret at the place, not by way of the provider. */
  put(name: string, value: string | Uint8Array): void | Promise<void>;
  remove(name: string): void | Promise<void>;
  /** Ends what the place needed. */
  release?(): void | Promise<void>;
  /** What the provider logs in with: shown nowhere. */
  readonly credentials?: readonly string[];
}

/** The optional methods of a provider. */
export const powers = ['getMany', 'fieldOf', 'set', 'delete', 'list', 'versionOf', 'check', 'hasChanged', 'close'] as const;
export type Power = (typeof powers)[number];

/**
 * What a place can be made to do:
 * - `unavailable`: it cannot be asked. `login`: it refuses our own login.
 * - `denied`: it refuses this one secret. `invalid`: what it has by this name cannot be read as a secret.
 * - `silent`: it takes a question, and does not answer.
 * - `conflict`: whoever changes this secret finds that somebody else has changed it, or is about to.
 * - `recover`: all of that is over.
 */
export const contractFaults = ['unavailable', 'login', 'denied', 'invalid', 'silent', 'conflict', 'recover'] as const;
export type ContractFault = (typeof contractFaults)[number];

/** What not every place can hold. */
export const holdings = ['bytes', 'empty'] as const;
export type Holding = (typeof holdings)[number];

export interface Check {
  /** A sentence. */
  readonly title: string;
  /** Made of providers with this power only. */
  readonly power?: Power;
  /** Made where the place can be made to do this. */
  readonly fault?: ContractFault;
  /** Made where the place can hold this. */
  readonly holding?: Holding;
  /** Made where the place counts its questions. */
  readonly counted?: true;
  run(given: Given): Promise<void>;
}

export interface GivenHands {
  readonly open: (options: ProviderOptions) => Promise<ContractPlace>;
  readonly nameOf: (word: string) => string;
  readonly faults: ReadonlyMap<ContractFault, (place: ContractPlace, name: string) => void | Promise<void>>;
  readonly powers: ReadonlySet<Power>;
  readonly holdings: ReadonlySet<Holding>;
  readonly asked: (place: ContractPlace) => number;
}

/** Kept from before a test runner puts timers of its own in its place. */
const { setTimeout: later, clearTimeout: cancel } = globalThis;
const soonMs = 3_000;
export const calm: ReadOptions = { signal: new AbortController().signal, deadline: Infinity };

export class Given {
  readonly hands: GivenHands;
  readonly place: ContractPlace;
  /** A part of every value that this test puts anywhere. */
  readonly canary = `canary${randomBytes(6).toString('hex')}`;

  constructor(hands: GivenHands, place: ContractPlace) {
    this.hands = hands;
    this.place = place;
  }

  get provider(): Provider {
    return this.place.provider;
  }

  ref(word: string, more: Partial<SecretRef> = {}): SecretRef {
    return { name: this.hands.nameOf(word), ...more };
  }

  async put(word: string, value: string | Uint8Array): Promise<void> {
    await this.place.put(this.hands.nameOf(word), value);
  }

  /** Puts text of its own by each of these words, and answers it by the word. */
  async putAll(...words: string[]): Promise<(word: string) => string> {
    const valueOf = (word: string) => `${this.canary} of ${word}`;
    for (const word of words) await this.put(word, valueOf(word));
    return valueOf;
  }

  async remove(word: string): Promise<void> {
    await this.place.remove(this.hands.nameOf(word));
  }

  async cause(fault: ContractFault, word: string): Promise<void> {
    await this.hands.faults.get(fault)?.(this.place, this.hands.nameOf(word));
  }

  get(word: string, options: ReadOptions = calm): Promise<Secret | undefined> {
    return this.provider.get(this.ref(word), options);
  }

  /** The text that a read gives. */
  async read(word: string, more: Partial<SecretRef> = {}): Promise<string | undefined> {
    return textOf(await this.provider.get(this.ref(word, more), calm));
  }

  /** It has `power`, or the check would not be made. */
  can<P extends Power>(power: P): Required<Provider>[P] {
    const method = this.provider[power];
    assert.ok(method, `The provider has no ${power}.`);
    return method.bind(this.provider) as Required<Provider>[P];
  }
}

/** The text of an answer; `undefined` for absent. */
export function textOf(answer: unknown): string | undefined {
  if (answer === undefined) return undefined;
  assert.ok(isSecret(answer), `A read answered ${kindOf(answer)} and not a Secret or undefined.`);
  return answer.reveal();
}

/** Equal, without either of them in the failure: a value may be a real one, and is long. */
export function sameText(found: string | undefined, wanted: string | undefined, what: string): void {
  if (found === wanted) return;
  const shape = (text: string | undefined) => (text === undefined ? 'nothing' : `${text.length} characters`);
  let at = 0;
  while (found !== undefined && wanted !== undefined && found[at] === wanted[at]) at++;
  assert.fail(`${what}: wanted ${shape(wanted)}, and got ${shape(found)}${found && wanted ? `, different from character ${at + 1} on` : ''}.`);
}

/** What `call` ends with, as it is: it must end, and with a failure. */
export async function thrownBy(call: () => unknown, what: string): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await soon(call(), what);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return error;
  }
  return assert.fail(`${what} did not fail, and answered ${kindOf(answer)}.`);
}

/** The error of ours that `call` ends with. */
export async function failureOf(call: () => unknown, what: string): Promise<KnownKeyturnError> {
  const error = await thrownBy(call, what);
  assert.ok(isKeyturnError(error), `${what} ended with ${kindOf(error)}, which is no error of Keyturn.`);
  return error;
}

export async function endsWith(code: KnownKeyturnError['code'], call: () => unknown, what: string): Promise<void> {
  const error = await failureOf(call, what);
  assert.equal(error.code, code, `${what} ended with ${error.name}.`);
}

/** `promise`, but not for longer than a few seconds. */
export async function soon<T>(promise: T | Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = later(() => {
      reject(new assert.AssertionError({ message: `${what} did not end within ${soonMs / 1_000} s.` }));
    }, soonMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel(timer);
  }
}

/** Whether `holds` becomes true within `ms`, looked at in every turn of the event loop: with no timer, which would itself keep it alive. */
export async function becomesTrue(holds: () => boolean, ms: number): Promise<boolean> {
  const giveUpAt = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > giveUpAt) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

/** Everything that can be seen of `thing`, by printing it in any way. */
export function printed(thing: unknown): string {
  const ways = [
    () => String(thing),
    () => inspect(thing, { depth: 20, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity }),
    () => JSON.stringify(thing),
    () => JSON.stringify(Object.getOwnPropertyDescriptors(thing)),
    () => (thing as Error).stack,
  ];
  return ways
    .map((way) => {
      try {
        return way() ?? '';
      } catch {
        return '';
      }
    })
    .join('\n');
}

/** What kind of thing it is, and not what it says. */
export function kindOf(thing: unknown): string {
  if (thing === undefined) return 'undefined';
  if (isSecret(thing)) return 'a Secret';
  if (thing instanceof Error) return `an error of the class ${thing.name}`;
  return Array.isArray(thing) ? `a list of ${thing.length}` : thing === null ? 'null' : `a ${typeof thing}`;
}
