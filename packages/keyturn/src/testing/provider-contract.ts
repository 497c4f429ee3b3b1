/** The contract of a provider as tests, for any test runner: what every provider of Keyturn passes, and others can be held to. */
import { ConfigurationError } from '../core/errors.ts';
import { checkKeys, checkKind, type ProviderOptions } from '../core/provider.ts';
import {
  type Check,
  type ContractFault,
  contractFaults,
  type ContractPlace,
  Given,
  type GivenHands,
  type Holding,
  holdings,
  type Power,
  powers,
} from './contract/check.ts';
import { ending } from './contract/ending.ts';
import { failing } from './contract/failing.ts';
import { many } from './contract/many.ts';
import { reading } from './contract/reading.ts';
import { shape } from './contract/shape.ts';
import { writing } from './contract/writing.ts';

/** @internal All of them, for the tests that each can fail. */
export const checks: readonly Check[] = [...shape, ...reading, ...ending, ...failing, ...many, ...writing];

type Register = (title: string, run: () => Promise<void>) => unknown;

export interface ContractOptions<Place extends ContractPlace = ContractPlace> {
  /** `test` of node:test, vitest, jest or any runner that takes a title and a function. What cannot be tested is told to its `skip`. */
  readonly test: Register & { readonly skip?: Register };
  /** Makes a new, empty place and a provider of it, with these options of every provider. Called for each test. */
  readonly place: (options: ProviderOptions) => Place | Promise<Place>;
  /** The optional methods that the provider has. Default: none. */
  readonly powers?: readonly Power[] | undefined;
  /** A name that the place allows, with `word` in it, which is small letters and digits. Default `contract/${word}`. */
  readonly nameOf?: ((word: string) => string) | undefined;
  /** How the place is made to fail, or, as text, why it cannot be; what is left out is skipped too. */
  readonly faults?: { readonly [fault in ContractFault]?: ((place: Place, name: string) => void | Promise<void>) | string } | undefined;
  /** What the place cannot hold, and why. */
  readonly cannotHold?: { readonly [holding in Holding]?: string } | undefined;
  /** How often the place was asked so far. */
  readonly asked?: ((place: Place) => number) | undefined;
}

/**
 * Registers the contract of `core/provider.ts` as tests, one for each duty. They wait in real time, and for nothing longer than a few seconds.
 *
 * ```ts
 * import test from 'node:test';
 *
 * providerContract({
 *   test,
 *   powers: ['check'],
 *   place(options) {
 *     const shelf = new Map();
 *     return { provider: shelfProvider(shelf, options), put: (name, value) => shelf.set(name, value), remove: (name) => shelf.delete(name) };
 *   },
 * });
 * ```
 * @throws ConfigurationError when an option is unknown or wrong
 */
export function providerContract<Place extends ContractPlace>(options: ContractOptions<Place>): void {
  checkContractOptions(options);
  const { test, place, nameOf = (word) => `contract/${word}`, faults = {}, cannotHold = {}, asked } = options;
  const hands: GivenHands = {
    open: async (settings) => place(settings),
    nameOf,
    powers: new Set(options.powers),
    holdings: new Set(holdings.filter((holding) => cannotHold[holding] === undefined)),
    faults: new Map(contractFaults.flatMap((fault) => (typeof faults[fault] === 'function' ? [[fault, faults[fault]] as never] : []))),
    asked: (asked ?? (() => 0)) as GivenHands['asked'],
  };
  for (const check of checks) {
    if (check.power !== undefined && !hands.powers.has(check.power)) continue;
    const reason = whyNot(check, options);
    if (reason === undefined) test(check.title, () => make(check, hands));
    else (test.skip ?? test)(`${check.title} (skipped: ${reason})`, async () => undefined);
  }
}

async function make(check: Check, hands: GivenHands): Promise<void> {
  const place = await hands.open({});
  try {
    await check.run(new Given(hands, place));
  } finally {
    await place.provider.close?.();
    await place.release?.();
  }
}

function whyNot<Place extends ContractPlace>(check: Check, { faults = {}, cannotHold = {}, asked }: ContractOptions<Place>): string | undefined {
  const { fault, holding, counted } = check;
  if (holding !== undefined && cannotHold[holding] !== undefined) return cannotHold[holding];
  const cause = fault === undefined ? undefined : faults[fault];
  if (fault !== undefined && typeof cause !== 'function') return cause ?? `the suite was not told how, as faults.${fault}`;
  if (counted && !asked) return 'the place does not count how often it is asked';
  return undefined;
}

function checkContractOptions<Place extends ContractPlace>(options: ContractOptions<Place>): void {
  checkKeys('providerContract', options, ['test', 'place', 'powers', 'nameOf', 'faults', 'cannotHold', 'asked']);
  const { test, place, powers: expected = [], nameOf, faults = {}, cannotHold = {}, asked } = options;
  checkKeys('providerContract: faults', faults, contractFaults);
  checkKeys('providerContract: cannotHold', cannotHold, holdings);
  for (const [name, value] of Object.entries({ test, place })) {
    if (typeof value !== 'function')
      throw new ConfigurationError(`providerContract: ${name} is no function.`, { hint: 'Give the test of your runner, and a function that makes a place.' });
  }
  for (const [name, value] of Object.entries({ nameOf, asked })) checkKind(`providerContract: ${name}`, value, typeof value === 'function', 'a function');
  const unknown = expected.find((power) => !powers.includes(power));
  if (unknown !== undefined)
    throw new ConfigurationError(`providerContract: "${unknown}" is no power of a provider.`, { hint: `There are ${powers.join(', ')}.` });
}
