/** What each part and option of the configuration file is for, one sentence or two each: for the schema and the pages. The command never loads it. */
import { prefixText } from '../providers/env-names.ts';
import { providerName } from '../providers/provider-options.ts';
import type { Config } from './config.ts';
import type { commonOptions, ProviderKind, providerOptions, secretOptions, SettingPath, structuredParts } from './settings.ts';

export interface OptionText {
  readonly help: string;
  /** What it could be set to, as it stands in YAML; none where the default will do. */
  readonly example?: string;
  /** As a person would write it; none where it depends on the machine or on another setting. */
  readonly default?: string;
  /** What the text must look like. */
  readonly pattern?: RegExp;
}

type GroupOf<Path> = Path extends `${infer Group}.${string}` ? Group : never;

/** What `cache.ttl` and its like stand in. */
export const groupTexts = {
  cache: 'How long values are used and kept, and how many.',
  log: 'What is told about reads, never with a value.',
} as const satisfies Readonly<Record<GroupOf<SettingPath>, string>>;

export const partTexts = {
  providers: 'Who is asked for secrets, in this order; the first that has one answers. Default: env, then file.',
  onUnavailable: 'By a provider’s name, what happens while it cannot be reached: stop, or the next one is asked. Never when it refuses.',
  secrets: 'Settings of single secrets, by reference. They come before those of the provider and of the cache.',
  run: 'What keyturn run gives its command.',
} as const satisfies Readonly<Record<(typeof structuredParts)[number], string>>;

export const runTexts = {
  env: 'The command’s variables, each with the reference of its secret.',
  file: 'Variables with the path of a file in memory, each with the reference of the secret in it.',
} as const satisfies Readonly<Record<keyof NonNullable<Config['run']>, string>>;

export const secretTexts = {
  ttl: { help: 'How long this secret is used before it is read again.' },
  staleIfError: { help: 'How long past its ttl this secret may cover an outage of its source.' },
} as const satisfies Readonly<Record<keyof typeof secretOptions, OptionText>>;

export const commonTexts = {
  name: {
    example: 'other',
    help: 'What it is called in references, name://…, and in this file; by default its kind. Two of a kind need one each.',
    pattern: providerName,
  },
  match: { example: "['prod/**']", help: 'The names that it is asked for, by default all. * stays within a segment between slashes, ** does not.' },
  ttl: { example: '10m', help: 'How long its values are used before they are read again, by default as long as cache.ttl says.' },
  staleIfError: { example: '2h', help: 'How long past their ttl its values may cover an outage, by default as long as cache.staleIfError says.' },
} as const satisfies Readonly<Record<keyof typeof commonOptions, OptionText>>;

interface ProviderText<Option extends string> {
  readonly help: string;
  readonly options: Readonly<Record<Option, OptionText>>;
}

export const providerTexts: { readonly [Kind in ProviderKind]: ProviderText<keyof (typeof providerOptions)[Kind] & string> } = {
  env: {
    help: 'Environment variables: prod/db#password is PROD_DB_PASSWORD, else a member of the JSON in PROD_DB.',
    options: {
      prefix: {
        example: 'MYAPP',
        help: 'Only variables that begin with it and an underscore answer. Without it only unmistakable names are answered.',
        pattern: prefixText,
      },
      allowEmpty: {
        example: 'true',
        help: 'Whether a variable set to nothing is a value. Otherwise it is absent, and the next provider is asked.',
        default: 'false',
      },
    },
  },
  file: {
    help: 'A JSON, YAML or dotenv file, or a folder with one file for each secret.',
    options: {
      path: {
        example: 'secrets.yaml',
        help: 'The file or folder, relative to this file; by default keyturn/secrets.json, .yaml or .yml in your configuration folder.',
      },
      strictModes: { example: 'true', help: 'Whether a file that others may read is refused. Otherwise it is warned about once.', default: 'false' },
    },
  },
  'aws-secrets-manager': {
    help: 'AWS Secrets Manager. Needs @aws-sdk/client-secrets-manager, installed in your project.',
    options: {
      region: { example: 'eu-west-1', help: 'Where names are looked up; by default AWS_REGION, AWS_DEFAULT_REGION, then what the SDK finds.' },
      profile: { example: 'default', help: 'A profile of the AWS configuration files; by default AWS_PROFILE, else the SDK’s chain of credentials.' },
      roleArn: {
        example: 'arn:aws:iam::123456789012:role/reader',
        help: 'A role to assume with those credentials. Needs @aws-sdk/credential-providers, installed in your project.',
      },
      endpoint: {
        example: 'https://secretsmanager.eu-west-1.amazonaws.com',
        help: 'Another address than AWS’s own. A file that was found rather than named needs keyturn trust for it.',
      },
      bundle: { example: 'prod/app', help: 'One secret that holds many: a JSON object in which every reference is looked up.' },
      versionCheck: { example: 'true', help: 'Whether it is asked if a secret changed before that is read again.', default: 'false' },
      timeout: { help: 'How long one call may take, with connecting and logging in; attemptTimeout bounds it too.', default: '10s' },
    },
  },
};
