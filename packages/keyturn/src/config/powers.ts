/** What a configuration could do to the user: settings that would run code or be sent credentials. A file that was merely found needs the user's trust for them. */
import type { Config } from './config.ts';
import { type OptionType, powerfulTypes, providerOptions } from './settings.ts';

export interface Power {
  /** Where it stands: `providers[0].aws-secrets-manager.endpoint`. */
  readonly setting: string;
  /** What it does, in words that follow the setting's name. */
  readonly does: string;
  /** What it is set to, as far as that may be shown: of an address its origin. */
  readonly value?: string;
}

/** Variables whose text usual programs run, load code from, or send their requests to. Such a list is never complete: it takes away the easy ways. */
const codeVariables = [
  /^(?:LD|DYLD)_/,
  /^(?:PATH|HOME|ENV|IFS|SHELL|BASH_ENV|PS4|PROMPT_COMMAND|ZDOTDIR|EDITOR|VISUAL|PAGER|BROWSER|LESSOPEN|\w+_ASKPASS)$/,
  /^GIT_(?:SSH|SSH_COMMAND|EXEC_PATH|CONFIG\w*|EDITOR|SEQUENCE_EDITOR|PAGER|PROXY_COMMAND|EXTERNAL_DIFF|TEMPLATE_DIR)$/,
  /^(?:NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)|PYTHON(?:PATH|HOME|STARTUP|BREAKPOINT)|PERL5(?:LIB|OPT|DB)|RUBY(?:LIB|OPT))$/,
  /^(?:JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|_JAVA_OPTIONS|CLASSPATH|RUSTC_WRAPPER|OPENSSL_(?:CONF|MODULES|ENGINES)|DOCKER_HOST|KUBECONFIG)$/,
  /^(?:SSL_CERT_(?:FILE|DIR)|\w+_CA_BUNDLE|AWS_(?:ENDPOINT_URL\w*|CONFIG_FILE|SHARED_CREDENTIALS_FILE)|\w+_(?:PROXY|proxy))$/,
];

export function powersOf({ providers = [], run }: Config): Power[] {
  const ofProviders = providers.flatMap(({ kind, options }, index) =>
    Object.entries<OptionType>(providerOptions[kind]).flatMap(([key, type]) => {
      const does = powerfulTypes[type];
      const value = options[key];
      if (does === undefined || value === undefined) return [];
      const shown = type === 'endpoint' ? originOf(value) : undefined;
      return [{ setting: `providers[${index}].${kind}.${key}`, does, ...(shown !== undefined && { value: shown }) }];
    }),
  );
  // Whatever part of `run` gives a variable, by a value or by a file with one.
  const given = Object.entries<object>(run ?? {}).flatMap(([part, names]) => Object.keys(names).map((name) => ({ part, name })));
  const ofRun = given.filter(({ name }) => codeVariables.some((pattern) => pattern.test(name)));
  return [
    ...ofProviders,
    ...ofRun.map(({ part, name }) => ({ setting: `run.${part}.${name}`, does: 'decides what code a command runs, or who gets its requests' })),
  ];
}

function originOf(value: unknown): string | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value).origin : undefined;
}
