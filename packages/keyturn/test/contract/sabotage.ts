/** Providers that break the contract in one way each: the check that guards it must see it, and no other may. */
import { posix } from 'node:path';
import { AccessDeniedError, AuthenticationError, ConflictError, InvalidSecretError, isKeyturnError, SecretNotFoundError } from '../../src/core/errors.ts';
import type { Provider, ProviderOptions, ReadOptions } from '../../src/core/provider.ts';
import type { SecretRef } from '../../src/core/ref.ts';
import { Secret } from '../../src/core/secret.ts';
import { calm, type ContractFault, type Power } from '../../src/testing/contract/check.ts';
import type { FakeProvider } from '../../src/testing/index.ts';

/** All powers, all there. */
export type Whole = Required<Omit<Provider, 'kind' | 'identity' | 'versionCheck' | 'match' | 'ttl' | 'staleIfError'>> & Provider;

export interface Scene {
  readonly source: FakeProvider;
  /** What the place was made to do, and was not told to end. */
  readonly faults: Set<ContractFault>;
  /** Put behind the provider's back. */
  readonly present: Set<string>;
  /** Removed behind the provider's back. */
  readonly removed: Set<string>;
  /** Done when the check is over. */
  readonly after: (() => void)[];
}

export const credential = 'login-of-this-test';

type Break = (good: Whole, scene: Scene) => Partial<Whole> & Record<string, unknown>;

export interface Sabotage {
  /** What is wrong with it. */
  readonly what: string;
  /** Title of the check that must fail. */
  readonly breaks: string;
  readonly provider?: Break;
  readonly options?: (options: ProviderOptions) => ProviderOptions;
  readonly powers?: readonly Power[];
}

type Get = Provider['get'];
const tick = () => new Promise((resolve) => setImmediate(resolve));
const never = () => new Promise<never>(() => undefined);
const isOne = ({ name }: SecretRef) => name.endsWith('/one');
const isEmpty = async ({ list }: Whole, options: ReadOptions) => (await list('', options)).length === 0;
const codeOf = (error: unknown) => (isKeyturnError(error) ? error.code : undefined);

/** Its text, or `undefined` for none and for bytes. */
function textOf(secret: Secret | undefined): string | undefined {
  try {
    return secret?.reveal();
  } catch {
    return undefined;
  }
}

/** A `get` that changes what a good one answers. */
const answering =
  (change: (answer: Secret | undefined, ref: SecretRef) => Secret | undefined): Break =>
  ({ get }) => ({ get: async (ref, options) => change(await get(ref, options), ref) });

/** The same secret with another text. */
const withText = (secret: Secret, value: string) => new Secret({ ref: secret.ref, value, provider: secret.provider, version: secret.version });

/** A call that does something else when a good one fails with `code`. */
function instead<A extends unknown[], T>(
  call: (...given: A) => Promise<T>,
  code: string,
  otherwise: (...given: A) => T | Promise<T>,
): (...given: A) => Promise<T> {
  return async (...given) => {
    try {
      return await call(...given);
    } catch (error) {
      if (codeOf(error) !== code) throw error;
      return otherwise(...given);
    }
  };
}

export const allPowers: readonly Power[] = ['getMany', 'fieldOf', 'set', 'delete', 'list', 'versionOf', 'check', 'hasChanged', 'close'];

const ofShape: Sabotage[] = [
  {
    what: 'forgets the name it was given',
    breaks: 'it has the name it was given, and says of what kind it is',
    options: (options) => (options.name === 'another-name' ? {} : options),
  },
  {
    what: 'forgets its match',
    breaks: 'it carries match, ttl and staleIfError as they were given',
    options: ({ match, ...options }) => (options.name === 'with-settings' ? options : { ...options, ...(match && { match }) }),
  },
  {
    what: 'has a power that nobody said',
    breaks: 'it has the powers that it is said to have, and no others',
    powers: allPowers.filter((power) => power !== 'hasChanged'),
  },
  {
    what: 'has another identity each time',
    breaks: 'its identity stays the same, and shows neither credentials nor values',
    provider: (good) => {
      let times = 0;
      return Object.defineProperty({ ...good }, 'identity', { get: () => `fake:${++times}` });
    },
  },
  {
    what: 'has its login in its identity',
    breaks: 'its identity stays the same, and shows neither credentials nor values',
    provider: (good) => Object.defineProperty({ ...good }, 'identity', { get: () => `fake:${credential}`, enumerable: false }),
  },
  {
    what: 'has its login in a member that prints',
    breaks: 'printing it shows neither credentials nor values',
    provider: () => ({ token: credential }),
  },
  {
    what: 'has values in a member that prints',
    breaks: 'printing it shows neither credentials nor values',
    provider: ({ get }) => {
      const seen = new Map<string, string | undefined>();
      return {
        seen,
        async get(ref, options) {
          const answer = await get(ref, options);
          seen.set(ref.name, textOf(answer));
          return answer;
        },
      };
    },
  },
];

const ofReading: Sabotage[] = [
  {
    what: 'throws for what is not there',
    breaks: 'what is not there is undefined',
    provider: (good) => ({
      async get(ref, options) {
        const answer = await good.get(ref, options);
        if (!answer && isOne(ref) && (await isEmpty(good, options))) throw new SecretNotFoundError('none');
        return answer;
      },
    }),
  },
  {
    what: 'goes on answering what was removed',
    breaks: 'what was removed is undefined from then on',
    provider: ({ get }, { removed }) => {
      const seen = new Map<string, Secret>();
      return {
        async get(ref, options) {
          const answer = await get(ref, options);
          if (answer) seen.set(ref.name, answer);
          return removed.has(ref.name) ? seen.get(ref.name) : answer;
        },
      };
    },
  },
  {
    what: 'keeps a value',
    breaks: 'what was put last is answered: nothing is kept',
    provider: ({ get }) => {
      let kept: Secret | undefined;
      return {
        async get(ref, options) {
          const answer = await get(ref, options);
          if (textOf(answer)?.endsWith(' second')) kept = answer;
          return textOf(answer)?.endsWith(' third') ? kept : answer;
        },
      };
    },
  },
  {
    what: 'composes letters',
    breaks: 'text comes back character for character',
    provider: answering((answer) => {
      const text = textOf(answer);
      return answer && text !== undefined && text.normalize('NFC') !== text ? withText(answer, text.normalize('NFC')) : answer;
    }),
  },
  {
    what: 'takes the quotes off',
    breaks: 'text comes back character for character',
    provider: answering((answer) => (answer && textOf(answer)?.startsWith('"canary') ? withText(answer, 'x') : answer)),
  },
  {
    what: 'takes an empty value for none',
    breaks: 'an empty value is a value',
    provider: answering((answer) => (textOf(answer) === '' ? undefined : answer)),
  },
  {
    what: 'cuts what is long',
    breaks: 'a value of 64 KiB comes back whole',
    provider: answering((answer) => (answer && (textOf(answer)?.length ?? 0) > 60_000 ? withText(answer, textOf(answer)?.slice(0, 60_000) ?? '') : answer)),
  },
  {
    what: 'takes bytes for text',
    breaks: 'bytes come back byte for byte',
    provider: answering((answer) => (answer?.bytes().length === 256 ? withText(answer, new TextDecoder().decode(answer.bytes())) : answer)),
  },
  {
    what: 'answers for another reference',
    breaks: 'a document comes back whole, for the reference that was asked',
    provider: answering((answer, ref) => answer && new Secret(answer, { ref: { ...ref, field: 'password' } })),
  },
  {
    what: 'answers in the name of another provider',
    breaks: 'a document comes back whole, for the reference that was asked',
    provider: answering((answer) => answer && new Secret(answer, { provider: 'somebody-else' })),
  },
  {
    what: 'counts seconds',
    breaks: 'it says truly when the value was read',
    provider: answering((answer) => {
      if (!answer || !textOf(answer)?.endsWith('of one')) return answer;
      const clock = { now: () => performance.now(), wallNow: () => Date.now() / 1_000, sleep: never };
      return new Secret({ ref: answer.ref, value: answer.reveal(), provider: answer.provider, version: answer.version, clock });
    }),
  },
  {
    what: 'has another version at each read',
    breaks: 'a version lasts as long as its value',
    provider: ({ get }) => {
      const times = new Map<string, number>();
      return {
        async get(ref, options) {
          const answer = await get(ref, options);
          if (!answer?.version || ref.version !== undefined) return answer;
          const time = (times.get(answer.version) ?? 0) + 1;
          times.set(answer.version, time);
          return time === 1 ? answer : new Secret({ ref, value: answer.bytes(), provider: answer.provider, version: `${answer.version}-${time}` });
        },
      };
    },
  },
  {
    what: 'answers the present value for any version',
    breaks: 'a version is answered with its own value, or not at all',
    provider: ({ get }) => ({ get: async (ref, options) => (await get(ref, options)) ?? get({ name: ref.name }, options) }),
  },
  {
    what: 'remembers what it is asked in one place for all reads',
    breaks: 'reads at the same time get each their own',
    provider: ({ get }) => {
      let asked: SecretRef;
      return {
        async get(ref, options) {
          asked = ref;
          await Promise.resolve();
          return get(asked, options);
        },
      };
    },
  },
  {
    what: 'writes into the reference',
    breaks: 'a reference is left as it was given',
    provider: ({ get }) => ({
      async get(ref, options) {
        (ref as { name: string }).name = ref.name.trim();
        return get(ref, options);
      },
    }),
  },
  {
    what: 'fails in its own way over a strange name',
    breaks: 'a strange name leads to no other secret, and to no strange error',
    provider: ({ get }) => ({
      async get(ref, options) {
        return get({ ...ref, name: new Headers({ name: ref.name }).get('name') as string }, options);
      },
    }),
  },
  {
    what: 'takes a name for a path',
    breaks: 'a strange name leads to no other secret, and to no strange error',
    provider: ({ get }) => ({ get: (ref, options) => get({ ...ref, name: posix.normalize(ref.name) }, options) }),
  },
  {
    what: 'writes a log',
    breaks: 'it writes no log',
    provider: ({ get }) => ({
      get(ref, options) {
        console.debug('reading');
        return get(ref, options);
      },
    }),
  },
  {
    what: 'cuts fields from documents',
    breaks: 'a field on its own is answered at once, or not, and never with an error',
    provider: (good, { present }) => ({
      fieldOf: (ref) => (present.has(ref.name) ? new Secret({ ref, value: 'x', provider: good.name }) : undefined),
    }),
  },
  {
    what: 'throws over one field of what is broken',
    breaks: 'a field on its own is answered at once, or not, and never with an error',
    provider: (_, { faults }) => ({
      fieldOf() {
        if (faults.size > 0) throw new InvalidSecretError('broken');
        return undefined;
      },
    }),
  },
  {
    what: 'has a version for what is not there',
    breaks: 'the version is told without the value',
    provider: ({ versionOf }) => ({ versionOf: async (ref, options) => (await versionOf(ref, options)) ?? { version: 'v0' } }),
  },
  { what: 'notices no change', breaks: 'a change is noticed once', provider: () => ({ hasChanged: () => false }) },
  {
    what: 'tells of a change for ever',
    breaks: 'a change is noticed once',
    provider: ({ hasChanged }) => {
      let has = false;
      let times = 0;
      return {
        hasChanged() {
          has = hasChanged() || (has && times > 1);
          times++;
          return has;
        },
      };
    },
  },
  {
    what: 'is not healthy without secrets',
    breaks: 'an empty place is healthy',
    provider: (good) => ({
      async check(options) {
        await good.check(options);
        if (await isEmpty(good, options)) throw new SecretNotFoundError('there is nothing');
      },
    }),
  },
];

const ofEnding: Sabotage[] = [
  {
    what: 'reads for a signal that is over',
    breaks: 'a read whose signal is over before it begins throws the reason',
    provider: ({ get }) => ({ get: (ref, options) => get(ref, options.signal.aborted ? calm : options) }),
  },
  {
    what: 'lists for a signal that is over',
    breaks: 'a read whose signal is over before it begins throws the reason',
    provider: ({ list }) => ({ list: (prefix, options) => list(prefix, options.signal.aborted ? calm : options) }),
  },
  {
    what: 'writes for a signal that is over',
    breaks: 'a write whose signal is over before it begins writes nothing',
    provider: ({ set }) => ({
      async set(ref, value, options) {
        const done = await set(ref, value, calm);
        options.signal.throwIfAborted();
        return done;
      },
    }),
  },
  {
    what: 'ends with an error of its own',
    breaks: 'a read that is ended on its way throws the reason, soon',
    provider: ({ get }, { faults }) => ({
      async get(ref, options) {
        try {
          return await get(ref, options);
        } catch (error) {
          throw faults.has('silent') ? new DOMException('This operation was aborted', 'AbortError') : error;
        }
      },
    }),
  },
  {
    what: 'waits on for a silent place',
    breaks: 'a read that is ended on its way throws the reason, soon',
    provider: ({ get }, { faults }) => ({ get: (ref, options) => get(ref, faults.has('silent') ? calm : options) }),
  },
  {
    what: 'fails in its own way when it is ended meanwhile',
    breaks: 'a read that is ended meanwhile ends with its answer or with the reason',
    provider: ({ get }) => ({
      async get(ref, options) {
        const answer = await get(ref, options);
        await tick();
        if (options.signal.aborted) throw new TypeError('aborted');
        return answer;
      },
    }),
  },
  {
    what: 'shares a read, and its end',
    breaks: 'the end of one read is no end of another',
    provider: ({ get }) => {
      const flights = new Map<string, ReturnType<Get>>();
      const fly: Get = async (ref, options) => {
        try {
          const answer = await get(ref, options);
          await tick();
          options.signal.throwIfAborted();
          return answer;
        } finally {
          flights.delete(JSON.stringify(ref));
        }
      };
      return {
        get(ref, options) {
          const key = JSON.stringify(ref);
          const flight = flights.get(key) ?? fly(ref, options);
          flights.set(key, flight);
          return flight;
        },
      };
    },
  },
  {
    what: 'listens to a signal for ever',
    breaks: 'a read that is done holds on to nothing of its signal',
    provider: ({ get }) => ({
      get(ref, options) {
        if (options.signal !== calm.signal) options.signal.addEventListener('abort', () => undefined);
        return get(ref, options);
      },
    }),
  },
  {
    what: 'cannot be closed twice',
    breaks: 'it can be closed twice, and before it was asked',
    provider: (good, { source }) => {
      let times = 0;
      return {
        async close() {
          if (++times === 2 && source.calls.length === 0) throw new TypeError('already closed');
          await good.close();
        },
      };
    },
  },
  {
    what: 'fails in its own way after its end',
    breaks: 'a read after the close, or during it, ends with an answer or an error of ours',
    provider: (good) => {
      let client: { readonly get: Get } | undefined = good;
      return {
        get: async (ref, options) => (client as { readonly get: Get }).get(ref, options),
        async close() {
          client = undefined;
          await good.close();
        },
      };
    },
  },
  {
    what: 'never answers after its end',
    breaks: 'a read after the close, or during it, ends with an answer or an error of ours',
    provider: (good) => {
      let isClosed = false;
      return {
        get: (ref, options) => (isClosed ? never() : good.get(ref, options)),
        async close() {
          isClosed = true;
          await good.close();
        },
      };
    },
  },
  {
    what: 'leaves a timer',
    breaks: 'when it is closed, nothing of it keeps the process alive',
    provider: ({ get }, { after }) => ({
      get(ref, options) {
        const timer = setInterval(() => undefined, 60_000);
        after.push(() => {
          clearInterval(timer);
        });
        return get(ref, options);
      },
    }),
  },
];

const ofFailing: Sabotage[] = [
  {
    what: 'takes an outage for an absence',
    breaks: 'a place that cannot be asked is ProviderUnavailableError',
    provider: ({ get }) => ({ get: instead(get, 'PROVIDER_UNAVAILABLE', () => undefined) }),
  },
  {
    what: 'calls an outage a refusal',
    breaks: 'a place that cannot be asked is ProviderUnavailableError',
    provider: ({ get, name }) => ({ get: instead(get, 'PROVIDER_UNAVAILABLE', () => Promise.reject(new AccessDeniedError('refused', { provider: name }))) }),
  },
  {
    what: 'is healthy whatever happens',
    breaks: 'check() throws while the place cannot be asked',
    provider: ({ check }) => ({ check: instead(check, 'PROVIDER_UNAVAILABLE', () => undefined) }),
  },
  {
    what: 'takes a refusal for an absence',
    breaks: 'a refusal of one secret is AccessDeniedError, and of that one only',
    provider: ({ get }) => ({ get: instead(get, 'ACCESS_DENIED', () => undefined) }),
  },
  {
    what: 'takes a refusal of one for a refusal of all',
    breaks: 'a refusal of one secret is AccessDeniedError, and of that one only',
    provider: ({ get, name }, { faults }) => ({
      get: async (ref, options) => (faults.has('denied') ? Promise.reject(new AccessDeniedError('refused', { provider: name })) : get(ref, options)),
    }),
  },
  {
    what: 'calls a lost login a refusal of the secret',
    breaks: 'a refusal of our own login is AuthenticationError, and no verdict on the secret',
    provider: ({ get, name }) => ({ get: instead(get, 'AUTHENTICATION', () => Promise.reject(new AccessDeniedError('refused', { provider: name }))) }),
  },
  {
    what: 'takes what it cannot read for an absence',
    breaks: 'what is there and cannot be read is InvalidSecretError, and not absent',
    provider: ({ get }) => ({ get: instead(get, 'INVALID_SECRET', () => undefined) }),
  },
  {
    what: 'keeps a failure',
    breaks: 'a failure is over when its cause is',
    provider: ({ get }) => {
      let kept: Promise<Secret | undefined> | undefined;
      return {
        get(ref, options) {
          if (kept) return kept;
          const answer = get(ref, options);
          answer.catch((error: unknown) => {
            if (codeOf(error) === 'AUTHENTICATION') kept = answer;
          });
          return answer;
        },
      };
    },
  },
  {
    what: 'tries again on its own',
    breaks: 'a place that fails is asked once: trying again is for others',
    provider: ({ get }) => ({ get: instead(get, 'PROVIDER_UNAVAILABLE', (ref, options) => get(ref, options)) }),
  },
  {
    what: 'lets an error of its library out',
    breaks: 'every failure is an error of Keyturn, about this provider',
    provider: ({ versionOf }) => ({ versionOf: instead(versionOf, 'AUTHENTICATION', () => Promise.reject(new TypeError('fetch failed'))) }),
  },
  {
    what: 'blames another provider',
    breaks: 'every failure is an error of Keyturn, about this provider',
    provider: ({ list }) => ({ list: instead(list, 'AUTHENTICATION', () => Promise.reject(new AuthenticationError('refused', { provider: 'vault' }))) }),
  },
  {
    what: 'passes on the cause',
    breaks: 'no failure carries an error or a part of others',
    provider: ({ list, name }) => ({
      list: instead(list, 'AUTHENTICATION', () =>
        Promise.reject(Object.assign(new AuthenticationError('refused', { provider: name }), { cause: new Error('401') })),
      ),
    }),
  },
  {
    what: 'quotes the value that it was to write',
    breaks: 'no failure shows a value or a credential',
    provider: ({ set, name }) => ({
      set: instead(set, 'INVALID_SECRET', (_, value) => Promise.reject(new InvalidSecretError(`no document to put ${String(value)} into`, { provider: name }))),
    }),
  },
  {
    what: 'tells its login in a hint',
    breaks: 'no failure shows a value or a credential',
    provider: ({ check, name }) => ({
      check: instead(check, 'AUTHENTICATION', () => Promise.reject(new AuthenticationError('refused', { provider: name, hint: `Renew ${credential}.` }))),
    }),
  },
];

const ofMany: Sabotage[] = [
  {
    what: 'leaves gaps out',
    breaks: 'many at once come back one for one, in the order of the question',
    provider: ({ getMany }) => ({ getMany: async (refs, options) => (await getMany(refs, options)).filter((answer) => answer !== undefined) }),
  },
  {
    what: 'answers in an order of its own',
    breaks: 'many at once come back one for one, in the order of the question',
    provider: ({ getMany }) => ({
      async getMany(refs, options) {
        const answers = await getMany(refs, options);
        return answers.includes(undefined) ? answers.toReversed() : answers;
      },
    }),
  },
  {
    what: 'reads one page',
    breaks: 'more at once than fit into one call all come back',
    provider: ({ getMany }) => ({ getMany: async (refs, options) => (await getMany(refs, options)).map((answer, index) => (index < 20 ? answer : undefined)) }),
  },
  {
    what: 'fails for all when one fails',
    breaks: 'many at once: the failure of one is no failure of the others',
    provider: ({ getMany }) => ({
      async getMany(refs, options) {
        const answers = await getMany(refs, options);
        const failure = answers.find(isKeyturnError);
        if (failure) throw failure;
        return answers;
      },
    }),
  },
  {
    what: 'takes an outage for so many absences',
    breaks: 'many at once of a place that cannot be asked are not absent',
    provider: ({ getMany }) => ({ getMany: instead(getMany, 'PROVIDER_UNAVAILABLE', (refs) => refs.map(() => undefined)) }),
  },
];

const ofWriting: Sabotage[] = [
  {
    what: 'drops a newline at the end',
    breaks: 'what is set is read, text and version',
    provider: ({ set }) => ({ set: (ref, value, options) => set(ref, typeof value === 'string' ? value.replace(/\n$/, '') : value, options) }),
  },
  {
    what: 'tells a version that is none',
    breaks: 'what is set is read, text and version',
    provider: ({ set }) => ({
      async set(ref, value, options) {
        await set(ref, value, options);
        return { version: 'v0' };
      },
    }),
  },
  {
    what: 'writes bytes as text',
    breaks: 'what is set as bytes is read as bytes',
    provider: ({ set }) => ({ set: (ref, value, options) => set(ref, typeof value === 'string' ? value : new TextDecoder().decode(value), options) }),
  },
  {
    what: 'writes a document anew for a field',
    breaks: 'a field is set, and the rest of its document stays as written',
    provider: ({ get, set }) => ({
      async set(ref, value, options) {
        const done = await set(ref, value, options);
        const text = ref.field === undefined ? undefined : textOf(await get({ name: ref.name }, options));
        return text?.includes('5432.0') ? set({ name: ref.name }, JSON.stringify(JSON.parse(text)), options) : done;
      },
    }),
  },
  {
    what: 'puts a document in the place of what is none',
    breaks: 'a field of what is no document is refused, and nothing changes',
    provider: ({ set }) => ({
      set: instead(set, 'INVALID_SECRET', (ref, value, options) => set({ name: ref.name }, JSON.stringify({ [ref.field ?? '']: value }), options)),
    }),
  },
  {
    what: 'writes whatever version is said',
    breaks: 'a version cannot be written',
    provider: ({ set }) => ({ set: (ref, value, options) => set({ name: ref.name, ...(ref.field !== undefined && { field: ref.field }) }, value, options) }),
  },
  {
    what: 'reads, waits and writes',
    breaks: 'changes at the same time: none that was said to be done is lost',
    provider: ({ get, set }) => ({
      async set(ref, value, options) {
        if (ref.field?.length !== 1) return set(ref, value, options);
        const document = JSON.parse(textOf(await get({ name: ref.name }, options)) ?? '{}') as object;
        await tick();
        return set({ name: ref.name }, JSON.stringify({ ...document, [ref.field]: value }), options);
      },
    }),
  },
  {
    what: 'writes over a change of somebody else',
    breaks: 'a change by somebody else is ConflictError, and stays',
    provider: ({ set }, { source }) => ({
      set: instead(set, 'CONFLICT', (ref, value) => {
        source.rotate(ref.name, value);
        return {};
      }),
    }),
  },
  {
    what: 'gives up for good',
    breaks: 'changes at the same time: none that was said to be done is lost',
    provider: ({ set, name }) => ({
      set: async (ref, value, options) =>
        ref.field?.length === 1 ? Promise.reject(new ConflictError('somebody else writes', { provider: name })) : set(ref, value, options),
    }),
  },
  {
    what: 'says of everything that it was there',
    breaks: 'what is deleted is absent, and what was absent is told so',
    provider: ({ delete: remove }) => ({ delete: async (ref, options) => (await remove(ref, options)) || ref.field === undefined }),
  },
  {
    what: 'deletes the document with the field',
    breaks: 'a field is deleted, and the rest of its document stays as written',
    provider: ({ delete: remove }) => ({ delete: ({ name }, options) => remove({ name }, options) }),
  },
  {
    what: 'lists all names whatever the prefix',
    breaks: 'list gives the names that begin with the prefix, and nothing else',
    provider: ({ list }) => ({ list: (_, options) => list('', options) }),
  },
  {
    what: 'lists what was removed',
    breaks: 'list gives the names that begin with the prefix, and nothing else',
    provider: ({ list }, { removed }) => ({ list: async (prefix, options) => [...(await list(prefix, options)), ...removed] }),
  },
];

export const sabotages: readonly Sabotage[] = [...ofShape, ...ofReading, ...ofEnding, ...ofFailing, ...ofMany, ...ofWriting];
