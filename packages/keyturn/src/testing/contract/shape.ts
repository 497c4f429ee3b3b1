/** What a provider is before it is asked: its name, settings, powers and identity. */
import assert from 'node:assert/strict';
import { identityOf } from '../../core/provider.ts';
import { type Check, powers, printed } from './check.ts';

const settings = { match: ['contract*/**', 'contract*'], ttl: '7m', staleIfError: '3m' } as const;

export const shape: readonly Check[] = [
  {
    title: 'it has the name it was given, and says of what kind it is',
    async run({ hands, provider }) {
      assert.match(provider.name, /^[a-z][a-z0-9-]*$/, 'The name is no provider name.');
      assert.match(provider.kind ?? provider.name, /^[a-z][a-z0-9-]*$/, 'The kind is none.');
      const other = await hands.open({ name: 'another-name' });
      try {
        assert.equal(other.provider.name, 'another-name', 'place({ name }) made a provider with another name.');
        assert.equal(other.provider.kind, provider.kind, 'The kind does not go with the name.');
      } finally {
        await other.provider.close?.();
        await other.release?.();
      }
    },
  },
  {
    title: 'it carries match, ttl and staleIfError as they were given',
    async run({ hands }) {
      const other = await hands.open({ name: 'with-settings', ...settings });
      try {
        const { match, ttl, staleIfError } = other.provider;
        assert.deepEqual({ match, ttl, staleIfError }, settings);
      } finally {
        await other.provider.close?.();
        await other.release?.();
      }
    },
  },
  {
    title: 'it has the powers that it is said to have, and no others',
    async run({ hands, provider }) {
      const found = powers.filter((power) => provider[power] !== undefined);
      assert.deepEqual(
        found,
        powers.filter((power) => hands.powers.has(power)),
        'The provider has other powers than `powers` says.',
      );
      for (const power of found) assert.equal(typeof provider[power], 'function', `${power} is no method.`);
    },
  },
  {
    title: 'its identity stays the same, and shows neither credentials nor values',
    async run(given) {
      const before = identityOf(given.provider);
      await given.putAll('one');
      await given.get('one');
      assert.equal(typeof before, 'string', 'The identity is no text.');
      assert.equal(identityOf(given.provider), before, 'The identity changed.');
      shows(before, given.canary, given.place.credentials, 'The identity');
    },
  },
  {
    title: 'printing it shows neither credentials nor values',
    async run(given) {
      await given.putAll('one');
      await given.get('one');
      shows(printed(given.provider), given.canary, given.place.credentials, 'The printed provider');
    },
  },
];

export function shows(text: string, canary: string, credentials: readonly string[] = [], what: string): void {
  assert.ok(!text.includes(canary), `${what} shows a value.`);
  for (const credential of credentials) assert.ok(!text.includes(credential), `${what} shows a credential.`);
}
