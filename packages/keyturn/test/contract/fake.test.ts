/** The fake provider is a provider, and its faults are what they are called. */
import { type FakeProvider, fakeProvider } from '../../src/testing/index.ts';
import { everywhere } from './everywhere.ts';

everywhere('the fake provider', {
  powers: ['getMany', 'set', 'delete', 'list', 'check', 'close'],
  place(options) {
    const source: FakeProvider = fakeProvider({}, options);
    return {
      provider: source,
      source,
      put: (name, value) => {
        source.rotate(name, value);
      },
      remove: (name) => {
        source.remove(name);
      },
    };
  },
  faults: {
    unavailable: ({ source }) => {
      source.fail('unavailable');
    },
    login: ({ source }) => {
      source.fail('login');
    },
    denied: ({ source }, name) => {
      source.fail('denied', name);
    },
    invalid: ({ source }, name) => {
      source.fail('invalid', name);
    },
    silent: ({ source }) => {
      source.slow('none');
    },
    conflict: ({ source }, name) => {
      source.fail('conflict', name);
    },
    recover: ({ source }) => {
      source.recover();
    },
  },
  asked: ({ source }) => source.calls.length,
});
