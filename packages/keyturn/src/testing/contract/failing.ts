/** How a provider fails: by the error that says what happened, about itself, and with nothing in it that nobody may see. */
import assert from 'node:assert/strict';
import { isKeyturnError } from '../../core/errors.ts';
import { calm, type Check, type ContractFault, endsWith, type Given, kindOf, printed, sameText, soon, textOf } from './check.ts';
import { shows } from './shape.ts';

const ownFields = new Set(['message', 'stack', 'name', 'code', 'ref', 'provider', 'hint', 'errors']);

export const failing: readonly Check[] = [
  {
    title: 'a place that cannot be asked is ProviderUnavailableError',
    fault: 'unavailable',
    async run(given) {
      await given.putAll('one');
      await given.cause('unavailable', 'one');
      await endsWith('PROVIDER_UNAVAILABLE', () => given.get('one'), 'A read of a place that cannot be asked');
      await endsWith('PROVIDER_UNAVAILABLE', () => given.get('two'), 'A read of what is not there, of a place that cannot be asked,');
    },
  },
  {
    title: 'check() throws while the place cannot be asked',
    power: 'check',
    fault: 'unavailable',
    async run(given) {
      await given.cause('unavailable', 'one');
      await endsWith('PROVIDER_UNAVAILABLE', () => given.can('check')(calm), 'check() of a place that cannot be asked');
    },
  },
  {
    title: 'a refusal of one secret is AccessDeniedError, and of that one only',
    fault: 'denied',
    async run(given) {
      const valueOf = await given.putAll('one', 'two');
      await given.cause('denied', 'one');
      await endsWith('ACCESS_DENIED', () => given.get('one'), 'A read that was refused');
      sameText(await given.read('two'), valueOf('two'), 'Of another secret');
    },
  },
  {
    title: 'a refusal of our own login is AuthenticationError, and no verdict on the secret',
    fault: 'login',
    async run(given) {
      await given.putAll('one');
      await given.cause('login', 'one');
      await endsWith('AUTHENTICATION', () => given.get('one'), 'A read without a login');
    },
  },
  {
    title: 'what is there and cannot be read is InvalidSecretError, and not absent',
    fault: 'invalid',
    async run(given) {
      await given.putAll('one');
      await given.cause('invalid', 'one');
      await endsWith('INVALID_SECRET', () => given.get('one'), 'A read of what is no secret');
    },
  },
  {
    title: 'a failure is over when its cause is',
    fault: 'recover',
    async run(given) {
      for (const fault of ['unavailable', 'login', 'denied', 'invalid'] as const) {
        if (!given.hands.faults.has(fault)) continue;
        await given.put('one', `${given.canary} before`);
        await given.cause(fault, 'one');
        await given.get('one').catch(() => undefined);
        await given.cause('recover', 'one');
        await given.put('one', `${given.canary} after`);
        sameText(await given.read('one'), `${given.canary} after`, `After ${fault}`);
      }
    },
  },
  {
    title: 'a place that fails is asked once: trying again is for others',
    fault: 'unavailable',
    counted: true,
    async run(given) {
      await given.putAll('one');
      await given.get('one');
      await given.cause('unavailable', 'one');
      const before = given.hands.asked(given.place);
      await given.get('one').catch(() => undefined);
      const times = given.hands.asked(given.place) - before;
      assert.ok(times <= 1, `One read that failed asked ${times} times.`);
    },
  },
  {
    title: 'every failure is an error of Keyturn, about this provider',
    async run(given) {
      for (const [what, error] of await allFailures(given)) {
        assert.ok(isKeyturnError(error), `${what} ended with ${kindOf(error)}, which is no error of Keyturn.`);
        assert.ok(error.provider === undefined || error.provider === given.provider.name, `${what}: the error names another provider.`);
        assert.ok(error.message !== '' && !/\p{Cc}/u.test(error.message), `${what}: the error has no message in one line.`);
      }
    },
  },
  {
    title: 'no failure carries an error or a part of others',
    async run(given) {
      for (const [what, error] of await allFailures(given)) {
        if (!isKeyturnError(error)) continue;
        const more = Reflect.ownKeys(error).filter((key) => typeof key === 'string' && !ownFields.has(key));
        assert.deepEqual(more, [], `${what}: the error carries more than those of Keyturn do.`);
      }
    },
  },
  {
    title: 'no failure shows a value or a credential',
    async run(given) {
      for (const [what, error] of await allFailures(given)) shows(printed(error), given.canary, given.place.credentials, `The error of ${what}`);
    },
  },
];

/** Every failure that can be had here, by what was done. */
async function allFailures(given: Given): Promise<[string, unknown][]> {
  const failures: [string, unknown][] = [];
  const { provider } = given;
  const one = given.ref('one');
  const note = async (what: string, call: (() => Promise<unknown>) | false | undefined) => {
    if (!call) return;
    try {
      const answer = await soon(call(), what);
      for (const each of Array.isArray(answer) ? answer : []) if (each instanceof Error) failures.push([what, each]);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      failures.push([what, error]);
    }
  };
  const everything = async (when: string) => {
    await note(`get ${when}`, async () => textOf(await provider.get(one, calm)));
    await note(`getMany ${when}`, provider.getMany && (() => provider.getMany!([one, one], calm)));
    await note(`versionOf ${when}`, provider.versionOf && (() => provider.versionOf!(one, calm)));
    await note(`list ${when}`, provider.list && (() => provider.list!('', calm)));
    await note(`check ${when}`, provider.check && (() => provider.check!(calm)));
    await note(`set ${when}`, provider.set && (() => provider.set!(one, `${given.canary} to write`, calm)));
    await note(`set of a field ${when}`, provider.set && (() => provider.set!({ ...one, field: 'field' }, `${given.canary} to write`, calm)));
    await note(`set of a version ${when}`, provider.set && (() => provider.set!({ ...one, version: 'v' }, `${given.canary} to write`, calm)));
  };
  await given.put('one', `{ "broken": ${given.canary}`);
  await everything('of what is no document');
  for (const fault of ['invalid', 'denied', 'login', 'unavailable'] satisfies ContractFault[]) {
    if (!given.hands.faults.has(fault)) continue;
    await given.put('one', `{"password":"${given.canary}"}`);
    await given.cause(fault, 'one');
    await everything(`while ${fault}`);
    // Without a way back the first fault is the last.
    if (!given.hands.faults.has('recover')) break;
    await given.cause('recover', 'one');
  }
  return failures;
}
