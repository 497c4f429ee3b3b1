/**
 * What each command answers with `--json`, as JSON Schema, by the command's name; `error` is the answer of any of them that failed.
 * The build writes them into the package. The commands take only their types from here, by `import type`: nothing of it is loaded with them.
 *
 * A new command that answers gets a line here, and writes what `Answer<'its-name'>` says. Answers may get further members in a later version:
 * so the schemas do not refuse unknown ones, and the tests close them before they check what the command writes.
 */

const text = (description: string) => ({ description, type: 'string' }) as const;
const count = (description: string) => ({ description, type: 'integer', minimum: 0 }) as const;
const duration = (description: string) => ({ description, type: 'number', minimum: 0 }) as const;
const flag = (description: string) => ({ description, type: 'boolean' }) as const;
const textOrNull = (description: string) => ({ description, type: ['string', 'null'] }) as const;
const oneOf = <const Word extends string>(description: string, words: readonly Word[]) => ({ description, enum: words }) as const;
const list = <const Item>(description: string, items: Item) => ({ description, type: 'array', items }) as const;

/** An object; its `optional` members are left out where they would say nothing. */
function object<const Members extends Readonly<Record<string, object>>, const Optional extends keyof Members = never>(
  description: string,
  properties: Members,
  optional: readonly Optional[] = [],
) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name as unknown as Optional)) as Exclude<keyof Members, Optional>[];
  return { description, type: 'object', properties, required } as const;
}

/** An object with whatever members. */
const open = (description: string) => ({ description, type: 'object' }) as const;

const ref = text('Canonical text of the reference.');

const failure = {
  code: text('Which error: its class in upper snake case without “Error”, for example SECRET_NOT_FOUND; USAGE; INTERNAL.'),
  message: text('What went wrong, and where; never with a value.'),
  hint: textOrNull('What to do about it.'),
  ref: textOrNull('Canonical text of the reference that it is about.'),
  provider: textOrNull('Name of the provider that failed.'),
  exitCode: count('The exit code of the command.'),
} as const;

const members = { code: failure.code, message: failure.message, hint: text('What to do about it.') } as const;

export const answers = {
  get: object('The value of a secret, and where it came from.', {
    ref,
    value: text('The value, in the encoding that encoding names.'),
    encoding: oneOf('utf8: value is the text. base64: the bytes are no UTF-8 text.', ['utf8', 'base64']),
    version: textOrNull('Its version; null where the provider has none.'),
    provider: text('Name of the provider that answered.'),
    fetchedAt: duration('When it was read from its source, in ms since 1970.'),
    ageMs: count('How old it is.'),
    stale: flag('Whether it is past its ttl and covers an outage.'),
  }),
  set: object('Where a value was written.', {
    ref,
    provider: text('Name of the provider that it was written to.'),
    version: textOrNull('The version that was made; null where the provider has none.'),
    shadowedBy: textOrNull('Name of an earlier provider that has this name too: reads go on giving its value.'),
  }),
  delete: object('Whether there was something to delete. The exit code is 4 when there was not.', {
    ref,
    deleted: flag('Whether it was there.'),
  }),
  list: object('Names, without values.', {
    items: list(
      'In the order of their names.',
      object('One name.', { name: text('The name of a secret.'), provider: text('Name of the provider that has it.') }),
    ),
  }),
  explain: object(
    'Where a secret would come from, and why; without its value. The exit code is that of the read.',
    {
      ref,
      outcome: oneOf('How the read ended.', ['found', 'absent', 'failed']),
      provider: text('Name of the provider that has it.'),
      version: text('Its version.'),
      steps: list(
        'What each provider said, in the order of the chain.',
        object(
          'One provider.',
          {
            provider: text('Its name.'),
            outcome: oneOf('Its part in the read.', ['found', 'absent', 'not asked', 'no match', 'failed']),
            durationMs: duration('How long it took.'),
            ...members,
          },
          ['durationMs', 'code', 'message', 'hint'],
        ),
      ),
      cache: object(
        'What the cache held before.',
        {
          state: oneOf('The command starts with an empty cache: nothing.', ['fresh', 'stale', 'absent', 'nothing']),
          provider: text('Name of the provider that it came from.'),
          version: text('Its version.'),
          ageMs: duration('How old it is.'),
          freshForMs: duration('How long it is used without a read.'),
          staleForMs: duration('How long after that it may cover an outage.'),
          outage: text('The code of the last failure, while the source cannot be reached.'),
        },
        ['provider', 'version', 'ageMs', 'freshForMs', 'staleForMs', 'outage'],
      ),
      error: object('Why it failed, or is absent although a document was found.', members, ['hint']),
    },
    ['provider', 'version', 'error'],
  ),
  init: object('What was written.', {
    file: text('Path of the new configuration file.'),
    providers: list('Kinds of the providers that it names, in the order in which they are asked.', text('A kind.')),
    files: list('The files with secrets that it names.', text('A name.')),
    ignored: list(
      'What is not committed from now on.',
      object('One file.', { file: text('Its path.'), list: text('The list that it was added to: a .gitignore.') }),
    ),
  }),
  trust: object(
    'Whether a configuration file is trusted now.',
    {
      file: text('Its path.'),
      trusted: flag('Whether it may do what needs trust.'),
      needsTrust: list(
        'What in it needs trust.',
        object(
          'One setting.',
          { setting: text('Where it stands.'), does: text('What it does.'), value: text('What it is set to, as far as that may be shown.') },
          ['value'],
        ),
      ),
      wasTrusted: flag('With --remove: whether it was trusted before.'),
    },
    ['needsTrust', 'wasTrusted'],
  ),
  'config show': object('What the configuration comes to.', {
    file: textOrNull('Path of the configuration file; null without one.'),
    settings: list(
      'Every setting.',
      object(
        'One setting.',
        {
          setting: text('Its path.'),
          value: text('As a person would write it.'),
          from: oneOf('Where it comes from.', ['default', 'file', 'variable']),
          variable: text('The variable, if that is where it comes from.'),
        },
        ['variable'],
      ),
    ),
    providers: list(
      'In the order in which they are asked.',
      object('One provider.', {
        name: text('Its name.'),
        kind: text('What it is.'),
        options: open('Its options, addresses without user, password and query.'),
      }),
    ),
    onUnavailable: open('By a provider’s name, stop or next.'),
    secrets: open('Settings of single secrets, by reference.'),
    run: object('What keyturn run gives; the references are left out, because somebody may have written a value there.', {
      env: list('Names of variables.', text('A name.')),
      file: list('Names of variables with the path of a file.', text('A name.')),
    }),
  }),
  completion: object('A script for a shell.', { shell: text('Which shell.'), script: text('The script.') }),
  'completion providers': object('What a reference may begin with.', { items: list('In the order in which they are asked.', text('A provider’s name.')) }),
  error: object('A failure of any command.', {
    error: object(
      'What went wrong.',
      {
        ...failure,
        errors: list('Of several failures, each.', object('One of them.', { about: text('What it is about: for run, a variable.'), ...failure })),
      },
      ['errors'],
    ),
  }),
} as const;

/** Commands without an answer of their own: what `run` writes is its command’s output. */
export const unanswering = ['run'] as const;

export type Answer<Name extends keyof typeof answers> = Value<(typeof answers)[Name]>;

interface Scalars {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly null: null;
  /** One whose members are not told. */
  readonly object: object;
}

/** The type of what a schema describes. */
type Value<Schema> = Schema extends { readonly enum: readonly (infer Word)[] }
  ? Word
  : Schema extends { readonly type: 'array'; readonly items: infer Item }
    ? readonly Value<Item>[]
    : Schema extends { readonly properties: infer Members; readonly required: readonly (infer Required)[] }
      ? { readonly [Name in keyof Members as Name extends Required ? Name : never]: Value<Members[Name]> } & {
          readonly [Name in keyof Members as Name extends Required ? never : Name]?: Value<Members[Name]> | undefined;
        }
      : Schema extends { readonly type: readonly (infer Type extends keyof Scalars)[] }
        ? Scalars[Type]
        : Schema extends { readonly type: infer Type extends keyof Scalars }
          ? Scalars[Type]
          : never;
