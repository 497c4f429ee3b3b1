/** What a read answers: the value that is there, whole and exact, or `undefined`. */
import assert from 'node:assert/strict';
import { isKeyturnError } from '../../core/errors.ts';
import { formatRef } from '../../core/ref.ts';
import { isSecret } from '../../core/secret.ts';
import { calm, type Check, kindOf, sameText, soon, textOf } from './check.ts';

/** Values that one reader or another takes for something else. `@` stands for the canary. */
const texts: Readonly<Record<string, string>> = {
  'plain text': '@',
  'a newline at the end': '@\n',
  'spaces and newlines around': ' \n\t@\t\r\n ',
  'several lines': '@\n\n-----BEGIN KEY-----\nMIIB+/=\n-----END KEY-----\n',
  'leading zeros': '012345',
  'a number with a final zero': '1.10',
  'a number too large for JavaScript': '12345678901234567890',
  'the word null': 'null',
  'the word true': 'true',
  'the word undefined': 'undefined',
  'a date': '2024-01-01',
  quotes: `"@" it's`,
  backslashes: '@\\n\\\\',
  'a comment mark': '@ #after',
  variables: '$HOME ${HOME} $(id) `id` %TEMP%',
  'letters of many scripts': 'grün 密码 🔑 @',
  'two spellings of one letter': 'e\u0301 \u00e9 @',
  'spaces that are none': '\u00a0@\u2028\u200b',
  'JSON text in quotes': '"@"',
  'a JSON list': '[1, "@"]',
};

/** Names that mean something to JavaScript, to a file system, or to a server's address. */
const strangeNames = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length'],
  ...['..', '../', '.', './', '*', '**', '%2e%2e', '%00', ' ', 'a b!', "'", '"', '\\', '<x>', '&x=y', '🔑', 'ß'.repeat(512)],
];

export const reading: readonly Check[] = [
  {
    title: 'what is not there is undefined',
    async run(given) {
      assert.equal(kindOf(await given.get('one')), 'undefined', 'In an empty place a read gave something.');
      await given.putAll('two');
      assert.equal(kindOf(await given.get('one')), 'undefined', 'Beside another secret a read gave something.');
    },
  },
  {
    title: 'what was removed is undefined from then on',
    async run(given) {
      const valueOf = await given.putAll('one', 'two');
      sameText(await given.read('one'), valueOf('one'), 'Before the removal');
      await given.remove('one');
      assert.equal(kindOf(await given.get('one')), 'undefined', 'A removed secret is still answered.');
      sameText(await given.read('two'), valueOf('two'), 'The other secret');
    },
  },
  {
    title: 'what was put last is answered: nothing is kept',
    async run(given) {
      for (const time of ['first', 'second', 'third']) {
        await given.put('one', `${given.canary} ${time}`);
        sameText(await given.read('one'), `${given.canary} ${time}`, `After the ${time} value was put`);
      }
    },
  },
  {
    title: 'text comes back character for character',
    async run(given) {
      for (const [what, text] of Object.entries(texts)) {
        const value = text.replaceAll('@', given.canary);
        await given.put('one', value);
        sameText(await given.read('one'), value, `Of text with ${what}`);
      }
    },
  },
  {
    title: 'an empty value is a value',
    holding: 'empty',
    async run(given) {
      await given.put('one', '');
      sameText(await given.read('one'), '', 'Of an empty value');
    },
  },
  {
    title: 'a value of 64 KiB comes back whole',
    async run(given) {
      const value = `${given.canary}${'0123456789abcdef'.repeat(4_096)}`.slice(0, 65_536);
      await given.put('one', value);
      sameText(await given.read('one'), value, 'Of 64 KiB');
    },
  },
  {
    title: 'bytes come back byte for byte',
    holding: 'bytes',
    async run(given) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await given.put('one', bytes);
      const secret = await given.get('one');
      assert.deepEqual(secret && Array.from(secret.bytes()), Array.from(bytes), 'Other bytes came back.');
    },
  },
  {
    title: 'a document comes back whole, for the reference that was asked',
    async run(given) {
      const document = `{ "user": "app",  "password": "${given.canary}", "port": 5432.0, "next": { "a": [1, 2] } }`;
      await given.put('one', document);
      const secret = await given.get('one');
      assert.ok(isSecret(secret), `A read answered ${kindOf(secret)}.`);
      sameText(textOf(secret), document, 'Of a JSON document');
      assert.equal(formatRef(secret.ref), formatRef(given.ref('one')), 'The answer is for another reference.');
      assert.equal(secret.provider, given.provider.name, 'The answer names another provider.');
      assert.equal(secret.stale || secret.fallback, false, 'The answer says stale or fallback, which is not for a provider to say.');
    },
  },
  {
    title: 'it says truly when the value was read',
    async run(given) {
      await given.putAll('one');
      const secret = await given.get('one');
      assert.ok(secret && secret.ageMs >= 0 && secret.ageMs < 3_600_000, 'The value has no age that can be.');
      assert.ok(Math.abs(secret.fetchedAt + secret.ageMs - Date.now()) < 60_000, 'fetchedAt is no time in ms since 1970, or not that of the read.');
    },
  },
  {
    title: 'a version lasts as long as its value',
    async run(given) {
      await given.put('one', `${given.canary} first`);
      const [first, again] = [(await given.get('one'))?.version, (await given.get('one'))?.version];
      assert.ok(first === undefined || (typeof first === 'string' && first !== ''), 'A version is text, or undefined.');
      assert.equal(again, first, 'Two reads of one value had two versions.');
      await given.put('one', `${given.canary} second`);
      const second = (await given.get('one'))?.version;
      assert.ok(first === undefined || second !== first, 'Two values had one version.');
    },
  },
  {
    title: 'a version is answered with its own value, or not at all',
    async run(given) {
      await given.put('one', `${given.canary} first`);
      const first = (await given.get('one'))?.version;
      await given.put('one', `${given.canary} second`);
      const readVersion = async (version: string) => {
        try {
          return await given.read('one', { version });
        } catch (error) {
          assert.ok(isKeyturnError(error), `An unknown version ended with ${kindOf(error)}.`);
          return undefined;
        }
      };
      assert.ok((await readVersion('no-such-version')) === undefined, 'A version that does not exist was answered.');
      if (first === undefined) return;
      assert.ok([`${given.canary} first`, undefined].includes(await readVersion(first)), 'An earlier version was answered with a later value.');
      const second = (await given.get('one'))?.version ?? '';
      sameText(await readVersion(second), `${given.canary} second`, 'Of the present version, asked for by its id');
    },
  },
  {
    title: 'reads at the same time get each their own',
    async run(given) {
      const words = ['one', 'two', 'three', 'four'];
      const valueOf = await given.putAll(...words);
      const asked = Array.from({ length: 32 }, (_, index) => words[index % 4] as string);
      const answers = await soon(Promise.all(asked.map((word) => given.read(word))), 'Reads at the same time');
      for (const [index, word] of asked.entries()) sameText(answers[index], valueOf(word), `Of the read ${index + 1} of 32`);
    },
  },
  {
    title: 'a reference is left as it was given',
    async run(given) {
      const valueOf = await given.putAll('one');
      sameText(textOf(await given.provider.get(Object.freeze(given.ref('one')), calm)), valueOf('one'), 'For a frozen reference');
    },
  },
  {
    title: 'a strange name leads to no other secret, and to no strange error',
    async run(given) {
      await given.putAll('one', 'two');
      const { name } = given.ref('one');
      for (const strange of [...strangeNames, `${name}/../${name}`, `${name}/.`, `./${name}`, `${name}?version=1`, `${name}#x`]) {
        try {
          const answer = await soon(given.provider.get({ name: strange }, calm), 'The read of a strange name');
          assert.equal(kindOf(answer), 'undefined', `${JSON.stringify(strange)} was answered.`);
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.ok(isKeyturnError(error), `${JSON.stringify(strange)} ended with ${kindOf(error)}, which is no error of Keyturn.`);
        }
      }
    },
  },
  {
    title: 'it writes no log',
    async run(given) {
      const ways = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
      const kept = ways.map((way) => console[way]);
      const used = new Set<string>();
      for (const way of ways) console[way] = () => void used.add(way);
      try {
        await given.putAll('one');
        await given.get('one');
        await given.get('two');
      } finally {
        for (const [index, way] of ways.entries()) console[way] = kept[index] as () => void;
      }
      assert.deepEqual([...used], [], 'A read wrote to the console.');
    },
  },
  {
    title: 'a field on its own is answered at once, or not, and never with an error',
    power: 'fieldOf',
    async run(given) {
      const fieldOf = given.can('fieldOf');
      const field = () => fieldOf(given.ref('one', { field: 'password' }));
      assert.equal(kindOf(field()), 'undefined', 'A field that is nowhere was answered.');
      await given.put('one', `{"password":"${given.canary}"}`);
      assert.equal(kindOf(field()), 'undefined', 'A field was cut from its document, which is for the cache to do.');
      for (const fault of ['invalid', 'unavailable'] as const) {
        await given.cause(fault, 'one');
        const answer: unknown = field();
        assert.ok(answer === undefined || isSecret(answer), `During a fault it answered ${kindOf(answer)}.`);
      }
    },
  },
  {
    title: 'the version is told without the value',
    power: 'versionOf',
    async run(given) {
      const versionOf = given.can('versionOf');
      assert.equal(await versionOf(given.ref('one'), calm), undefined, 'What is not there has a version.');
      for (const time of ['first', 'second']) {
        await given.put('one', `${given.canary} ${time}`);
        assert.equal((await versionOf(given.ref('one'), calm))?.version, (await given.get('one'))?.version, `The ${time} version is not that of a read.`);
      }
    },
  },
  {
    title: 'a change is noticed once',
    power: 'hasChanged',
    async run(given) {
      const hasChanged = given.can('hasChanged');
      await given.put('one', `${given.canary} first`);
      await given.get('one');
      hasChanged();
      assert.equal(hasChanged(), false, 'Nothing changed, and it said so not.');
      await given.put('one', `${given.canary} second`);
      assert.equal(hasChanged(), true, 'A change went unnoticed.');
      assert.equal(hasChanged(), false, 'One change was told twice.');
    },
  },
  {
    title: 'an empty place is healthy',
    power: 'check',
    async run(given) {
      await soon(given.can('check')(calm), 'check()');
    },
  },
];
