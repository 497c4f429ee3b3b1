/** The contract, over the shelf as users import it. */
import { test } from 'node:test';
import { shelf } from 'keyturn/shelf';
import { providerContract } from 'keyturn/testing';
import { startShelf } from './shelf-server.mjs';

providerContract({
  test,
  powers: ['check'],
  async place(options) {
    const server = await startShelf();
    return {
      server,
      provider: shelf({ ...options, address: server.address }),
      put: (name, value) => void server.notes.set(name, value),
      remove: (name) => void server.notes.delete(name),
      release: () => server.close(),
    };
  },
  faults: {
    unavailable: ({ server }) => void server.instead.set('*', 'Fire'),
    login: ({ server }) => void server.instead.set('*', 'WhoAreYou'),
    denied: ({ server }, name) => void server.instead.set(name, 'NotYours'),
    invalid: ({ server }, name) => void server.instead.set(name, 'Illegible'),
    silent: ({ server }) => void server.instead.set('*', 'silence'),
    conflict: 'a shelf is only read',
    recover: ({ server }) => server.instead.clear(),
  },
  asked: ({ server }) => server.asked(),
});
