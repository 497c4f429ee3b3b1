/** The environment keeps the contract, with a prefix and without. */
import { env, environmentName } from '../../src/providers/env.ts';
import { everywhere } from './everywhere.ts';

const own = 'a process may always read its own environment';

for (const prefix of [undefined, 'MYAPP']) {
  everywhere(prefix === undefined ? 'the environment' : 'the environment with a prefix', {
    powers: ['fieldOf'],
    place(options) {
      const variables: Record<string, string> = {};
      return {
        provider: env({ ...options, prefix, env: variables, allowEmpty: true }),
        put(name, value) {
          variables[environmentName({ name }, prefix) as string] = value as string;
        },
        remove(name) {
          delete variables[environmentName({ name }, prefix) as string];
        },
      };
    },
    cannotHold: { bytes: 'a variable is text' },
    faults: { unavailable: own, login: own, denied: own, invalid: 'any text is a secret', silent: own, conflict: 'it cannot be written', recover: own },
  });
}
