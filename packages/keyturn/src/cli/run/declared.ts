/** What `run` gives to its command: variables, and the secret that each stands for. */
import { refuseMeetingNames } from '../../config/meeting-names.ts';
import type { Config } from '../../config/config.ts';
import { InvalidSecretError, type KeyturnError } from '../../core/errors.ts';
import { formatRef } from '../../core/ref.ts';
import type { Secret } from '../../core/secret.ts';
import type { Secrets } from '../../secrets.ts';
import { ManyFailures, UsageError } from '../failure.ts';

export type Declared = Readonly<Record<string, string>>;

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `run.env` of the configuration, and over it what `--env NAME=REF` says. */
export function declared(config: Config, given: readonly string[]): Declared {
  const all = Object.assign(Object.create(null) as Record<string, string>, config.run?.env);
  for (const text of given) {
    const at = text.indexOf('=');
    // What stands there may be a value by mistake: it is not quoted.
    if (at < 1 || at === text.length - 1) throw new UsageError('--env wants a variable and a reference.', 'For example --env DB_PASSWORD=prod/db#password.');
    all[text.slice(0, at)] = text.slice(at + 1);
  }
  for (const name of Object.keys(all)) {
    if (!variableName.test(name))
      throw new UsageError(`${JSON.stringify(name)} is no name of a variable.`, 'Use letters, digits and underscores, and begin with no digit.');
    if (name.startsWith('KEYTURN_')) throw new UsageError(`${name} is a variable of keyturn itself, which the command is never given.`, 'Choose another name.');
  }
  return all;
}

/**
 * The value of each variable, all read in one batch.
 * @throws ManyFailures with every one that could not be had
 */
export async function readAll(secrets: Secrets, all: Declared, config: Config): Promise<Map<string, string>> {
  const failures: { about: string; error: unknown }[] = [];
  const attempt = (about: string, work: () => unknown): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      failures.push({ about, error });
      return false;
    }
  };
  // A malformed reference, or one to an unknown provider, would fail the batch as a whole. A look into memory tells without a read.
  const names = Object.keys(all).filter((name) => attempt(name, () => secrets.peek(all[name]!)));
  if (failures.length === 0) refuseMeetingNames(all, config.providers);
  const errors: KeyturnError[] = [];
  const results = await secrets.prefetch(
    names.map((name) => all[name]!),
    { onError: (error) => errors.push(error) },
  );
  const values = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const secret = results[index];
    if (secret) attempt(name, () => values.set(name, valueFor(name, secret)));
    else failures.push({ about: name, error: errors.shift() });
  }
  if (failures.length > 0) {
    const total = Object.keys(all).length;
    throw new ManyFailures(`${failures.length} of ${total} ${total === 1 ? 'secret' : 'secrets'} cannot be had, so nothing was started:`, failures);
  }
  return values;
}

/** Text that a variable can carry: any other would arrive cut or changed. */
function valueFor(name: string, secret: Secret): string {
  const value = secret.reveal();
  if (!value.includes('\0') && value.isWellFormed()) return value;
  const ref = formatRef(secret.ref);
  throw new InvalidSecretError(`${ref} holds a character that no variable can carry.`, {
    ref,
    provider: secret.provider,
    hint: `Give ${name} another secret: NUL and half characters cannot be passed on.`,
  });
}
