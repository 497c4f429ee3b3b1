/** A secret that holds many keeps the contract as a provider of its own. */
import { bundle } from '../../src/core/bundle.ts';
import { fakeProvider } from '../../src/testing/index.ts';
import { everywhere } from './everywhere.ts';

everywhere('a bundle', {
  powers: ['getMany', 'check', 'close'],
  place(options) {
    const source = fakeProvider({}, options);
    const members: Record<string, string> = {};
    const store = () => {
      source.rotate('prod/app', JSON.stringify(members));
    };
    return {
      provider: bundle(source, 'prod/app'),
      source,
      put(name, value) {
        members[name] = value as string;
        store();
      },
      remove(name) {
        delete members[name];
        store();
      },
    };
  },
  cannotHold: { bytes: 'a member of a JSON document is text' },
  faults: {
    unavailable: ({ source }) => {
      source.fail('unavailable');
    },
    login: ({ source }) => {
      source.fail('login');
    },
    denied: 'a bundle is refused as a whole',
    invalid: ({ source }) => {
      source.rotate('prod/app', 'no JSON object');
    },
    silent: ({ source }) => {
      source.slow('none');
    },
    conflict: 'a bundle is not written',
    recover: ({ source }) => {
      source.recover();
    },
  },
  asked: ({ source }) => source.calls.length,
});
