/** Memory keeps the contract. Nothing of it can fail. */
import { memory } from '../../src/providers/memory.ts';
import { calm } from '../providers/scratch.ts';
import { everywhere } from './everywhere.ts';

const always = 'memory is always there';

everywhere('memory', {
  powers: ['getMany', 'set', 'delete', 'list', 'check'],
  place(options) {
    const provider = memory({}, options);
    return {
      provider,
      put: async (name, value) => void (await provider.set({ name }, value, calm)),
      remove: async (name) => void (await provider.delete({ name }, calm)),
    };
  },
  faults: {
    unavailable: always,
    login: always,
    denied: always,
    invalid: 'whatever it is given is a secret',
    silent: always,
    conflict: always,
    recover: always,
  },
});
