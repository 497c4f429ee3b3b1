/** The suite of the suite: a provider with one fault fails exactly the check that guards against it. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { isKeyturnError } from '../../src/core/errors.ts';
import type { ProviderOptions } from '../../src/core/provider.ts';
import type { ContractFault } from '../../src/testing/contract/check.ts';
import { type ContractOptions, type ContractPlace, type Fault, fakeProvider, providerContract } from '../../src/testing/index.ts';
import { checks } from '../../src/testing/provider-contract.ts';
import { allPowers, credential, type Sabotage, sabotages, type Scene, type Whole } from './sabotage.ts';

interface Stage extends ContractPlace {
  readonly scene: Scene;
}

/** A provider with every power, whole but for what `sabotage` breaks. */
function stage(sabotage: Sabotage | undefined, options: ProviderOptions): Stage {
  const source = fakeProvider({}, sabotage?.options?.(options) ?? options);
  let hasChanged = false;
  const good: Whole = {
    ...source,
    fieldOf: () => undefined,
    async versionOf(ref, options) {
      const version = (await source.get(ref, options))?.version;
      return version === undefined ? undefined : { version };
    },
    hasChanged() {
      const answer = hasChanged;
      hasChanged = false;
      return answer;
    },
  };
  const scene: Scene = { source, present: new Set(), faults: new Set(), removed: new Set(), after: [] };
  return {
    scene,
    provider: Object.defineProperties({ ...good }, Object.getOwnPropertyDescriptors(sabotage?.provider?.(good, scene) ?? {})),
    credentials: [credential],
    put(name, value) {
      source.rotate(name, value);
      scene.present.add(name);
      hasChanged = true;
    },
    remove(name) {
      source.remove(name);
      scene.removed.add(name);
      hasChanged = true;
    },
    release() {
      for (const each of scene.after) each();
    },
  };
}

const causing =
  (fault: ContractFault, word?: Fault) =>
  ({ scene }: Stage, name: string) => {
    scene.faults.add(fault);
    if (word === undefined) scene.source.slow('none');
    else scene.source.fail(word, fault === 'unavailable' || fault === 'login' ? '**' : name);
  };

const faults: ContractOptions<Stage>['faults'] = {
  unavailable: causing('unavailable', 'unavailable'),
  login: causing('login', 'login'),
  denied: causing('denied', 'denied'),
  invalid: causing('invalid', 'invalid'),
  conflict: causing('conflict', 'conflict'),
  silent: causing('silent'),
  recover({ scene }) {
    scene.faults.clear();
    scene.source.recover();
  },
};

/** Runs the suite, one check after another, and gives the titles of those that failed. */
async function failedChecks(sabotage?: Sabotage): Promise<string[]> {
  const registered: [string, () => Promise<void>][] = [];
  providerContract<Stage>({
    test: (title, run) => registered.push([title, run]),
    place: (options) => stage(sabotage, options),
    powers: sabotage?.powers ?? allPowers,
    faults,
    asked: ({ scene }) => scene.source.calls.length,
  });
  const failed: string[] = [];
  for (const [title, run] of registered) await run().catch(() => failed.push(title));
  return failed;
}

beforeEach(() => {
  vi.spyOn(console, 'debug').mockImplementation(() => undefined);
});

test('a provider without a fault passes every check', async () => {
  expect(await failedChecks()).toEqual([]);
});

test('every check has a provider that fails it', () => {
  expect(new Set(sabotages.map(({ breaks }) => breaks))).toEqual(new Set(checks.map(({ title }) => title)));
});

describe('a provider that', () => {
  test.each(sabotages)('$what is seen, by one check', async (sabotage) => {
    expect(await failedChecks(sabotage)).toEqual([sabotage.breaks]);
  });
});

describe('what cannot be tested', () => {
  const skipped = (options: Partial<ContractOptions>, skip?: (title: string) => void) => {
    const run: string[] = [];
    const left: string[] = [];
    const test = Object.assign((title: string) => run.push(title), skip ?? { skip: (title: string) => left.push(title) });
    providerContract({ test, place: (settings) => stage(undefined, settings), ...options });
    return { run, left };
  };

  test('is skipped, and says why', () => {
    const { run, left } = skipped({ faults: { denied: 'everybody may read it' }, cannotHold: { bytes: 'it is paper' } });
    expect(left).toContain('a refusal of one secret is AccessDeniedError, and of that one only (skipped: everybody may read it)');
    expect(left).toContain('bytes come back byte for byte (skipped: it is paper)');
    expect(left).toContain('a failure is over when its cause is (skipped: the suite was not told how, as faults.recover)');
    expect(run.join()).not.toContain('skipped');
    expect(run).toContain('what is not there is undefined');
  });

  test('is not left out in silence where a runner cannot skip', () => {
    const titles: string[] = [];
    providerContract({ test: (title) => titles.push(title), place: (settings) => stage(undefined, settings), cannotHold: { empty: 'it has no room' } });
    expect(titles).toContain('an empty value is a value (skipped: it has no room)');
  });

  test('powers that it has not are no tests', () => {
    const { run, left } = skipped({ powers: [] });
    expect([...run, ...left].join()).not.toContain('list gives');
  });
});

test.each([
  [{ place: undefined }, 'place is no function'],
  [{ test: 'node:test' }, 'test is no function'],
  [{ powers: ['fly'] }, '"fly" is no power'],
  [{ faults: { fire: 'none' } }, 'unknown option "fire"'],
  [{ cannotHold: { water: 'none' } }, 'unknown option "water"'],
  [{ nameof: String }, 'unknown option "nameof"'],
  [{ nameOf: 'contract' }, 'nameOf is not a function'],
])('an option that is wrong is named: %j', (wrong, said) => {
  const options = { test, place: () => stage(undefined, {}), ...wrong };
  let error: unknown;
  try {
    providerContract(options as never);
  } catch (thrown) {
    error = thrown;
  }
  expect(isKeyturnError(error) && error.code).toBe('CONFIGURATION');
  expect(String(error)).toContain(said);
});
