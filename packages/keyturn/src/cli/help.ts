/** What stands below the options in the help of each command. Every example works as it stands, and a test runs them. */

export const programHelp = `
Examples:
  PROD_DB_PASSWORD=example keyturn get prod/db#password
  PROD_DB_PASSWORD=example keyturn run --env PGPASSWORD=prod/db#password -- env

Without a configuration file the environment is asked, then your own secrets file (~/.config/keyturn/secrets.json or .yaml).
Only failures are told on standard error; with KEYTURN_LOG_LEVEL=debug, or info or warn, what else happens too.

Exit codes: 0 done; 1 configuration or usage; 2 a source cannot be reached; 3 login or permission; 4 secret missing or malformed; 70 internal.
`;

export const getHelp = `
On a terminal the value ends with a line end, and control characters are shown escaped; elsewhere it is written byte for byte.

Example:
  PROD_DB_PASSWORD=example keyturn get prod/db#password
`;

export const setHelp = `
One final line end of standard input is left out, unless --raw. The value is never an argument: other users can read those.

Example:
  printf example | keyturn set file://prod/db#password
`;

export const deleteHelp = `
AWS keeps a deleted secret recoverable for 30 days. Exit code 4: there was none.

Example:
  printf example | keyturn set file://prod/old && keyturn delete file://prod/old
`;

export const listHelp = `
Example:
  keyturn list prod/
`;

export const runHelp = `
The secrets are run.env and run.file of the configuration and what --env and --file name, read before the command starts; if one is missing, nothing is started.
Output that is not a terminal is masked, with --mask terminals too. KEYTURN_ variables are kept from the command.

Example:
  PROD_DB_PASSWORD=example keyturn run --env PGPASSWORD=prod/db#password -- env

Exit codes: the command's own; 128+N when signal N ended it; 125 when keyturn failed before it; 126 not executable; 127 not found.
`;

export const explainHelp = `
Example:
  PROD_DB_PASSWORD=example keyturn explain prod/db#password
`;

export const initHelp = `
It looks for secrets.yaml, secrets.json and .env, for AWS_ variables and ~/.aws/config, and asks for what it cannot see. In a repository
those files are added to .gitignore, unless they are ignored already. No file is ever overwritten.

Example:
  keyturn init
`;

export const configHelp = `
Example:
  keyturn config show
`;

export const configShowHelp = `
Nothing is read but the configuration: no secret, and no provider is asked. A password in an address is never shown.

Example:
  KEYTURN_CACHE_TTL=1m keyturn config show
`;

export const trustHelp = `
A file that was found may not name the address that requests with your credentials go to, nor give a command variables that make it run code.
What it would do is shown, and you are asked. The trust ends with any change of the file.

Example:
  printf '{}' > keyturn.json && keyturn trust keyturn.json
`;

export const completionHelp = `
Put one of these where your shell starts:
  ~/.bashrc                    source <(keyturn completion bash)
  ~/.zshrc, after compinit     source <(keyturn completion zsh)
  ~/.config/fish/config.fish   keyturn completion fish | source

Commands, options, files and the names of providers are completed. Names of secrets are not: that would ask every provider.
With "providers" it writes the names of the providers instead; the scripts ask for them.

Example:
  keyturn completion bash
`;
