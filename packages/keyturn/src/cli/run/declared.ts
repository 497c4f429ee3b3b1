/** What `run` gives to its command: variables, each with the secret that it holds, or whose file it names. */
import { refuseMeetingNames } from '../../config/meeting-names.ts';
import type { Config } from '../../config/config.ts';
import { InvalidSecretError, type KeyturnError } from '../../core/errors.ts';
import { formatRef } from '../../core/ref.ts';
import type { Secret } from '../../core/secret.ts';
import type { Secrets } from '../../secrets.ts';
import { ManyFailures, UsageError } from '../failure.ts';

export interface Declared {
  /** The reference of each variable's secret. */
  readonly refs: Readonly<Record<string, string>>;
  /** Those of the variables that get a file's path. */
  readonly files: ReadonlySet<string>;
}

/** What was asked on the command line: `NAME=REF`, each. */
export interface Asked {
  readonly env: readonly string[];
  readonly file: readonly string[];
}

export interface Values {
  readonly variables: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `run.env` and `run.file` of the configuration, and over them what `--env NAME=REF` and `--file NAME=REF` say. */
export function declared({ run = {} }: Config, asked: Asked): Declared {
  const refs = Object.create(null) as Record<string, string>;
  const files = new Set<string>();
  const given = { env: pairs('--env', asked.env), file: pairs('--file', asked.file) };
  for (const [sources, what] of [
    [{ env: run.env ?? {}, file: run.file ?? {} }, 'run.env and run.file'],
    [given, '--env and --file'],
  ] as const) {
    for (const name of Object.keys(sources.file)) {
      if (Object.hasOwn(sources.env, name))
        throw new UsageError(`${name} is given by both ${what}.`, 'One variable holds a value or a path: choose one of them.');
    }
    for (const [name, ref] of Object.entries(sources.env)) {
      refs[name] = ref;
      files.delete(name);
    }
    for (const [name, ref] of Object.entries(sources.file)) {
      refs[name] = ref;
      files.add(name);
    }
  }
  for (const name of Object.keys(refs)) {
    if (!variableName.test(name))
      throw new UsageError(`${JSON.stringify(name)} is no name of a variable.`, 'Use letters, digits and underscores, and begin with no digit.');
    if (name.startsWith('KEYTURN_')) throw new UsageError(`${name} is a variable of keyturn itself, which the command is never given.`, 'Choose another name.');
  }
  return { refs, files };
}

function pairs(option: string, given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      // What stands there may be a value by mistake: it is not quoted.
      if (at < 1 || at === text.length - 1)
        throw new UsageError(`${option} wants a variable and a reference.`, `For example ${option} DB_PASSWORD=prod/db#password.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/**
 * What each variable, and each file, is to hold, all read in one batch.
 * @throws ManyFailures with every one that could not be had
 */
export async function readAll(secrets: Secrets, { refs, files }: Declared, config: Config): Promise<Values> {
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
  const names = Object.keys(refs).filter((name) => attempt(name, () => secrets.peek(refs[name]!)));
  if (failures.length === 0) refuseMeetingNames(refs, config.providers);
  const errors: KeyturnError[] = [];
  const results = await secrets.prefetch(
    names.map((name) => refs[name]!),
    { onError: (error) => errors.push(error) },
  );
  const values = { variables: new Map<string, string>(), files: new Map<string, Uint8Array>() };
  for (const [index, name] of names.entries()) {
    const secret = results[index];
    if (!secret) failures.push({ about: name, error: errors.shift() });
    else if (files.has(name)) values.files.set(name, secret.bytes());
    else attempt(name, () => values.variables.set(name, valueFor(name, secret)));
  }
  if (failures.length > 0) {
    const total = Object.keys(refs).length;
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
