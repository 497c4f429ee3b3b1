/** loadConfig(): the configuration file and the KEYTURN_ variables, as one checked configuration. */
import { ConfigurationError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import type { Config } from './config.ts';
import { discover, type Found, type SearchOptions } from './discover.ts';
import { setAt } from './set-at.ts';
import { otherVariables, settings, variableOf } from './settings.ts';
import { settingOf } from './values.ts';

export interface LoadOptions extends Partial<SearchOptions> {}

/**
 * What the file says, and over it what the environment says.
 *
 * ```ts
 * const config = await loadConfig();              // keyturn.yaml of the working directory, if there is one
 * const secrets = await createFromConfig(config);
 * ```
 * @param options.file the file to read; otherwise `KEYTURN_CONFIG`, otherwise it is looked for
 * @throws ConfigurationError that names the setting, the nearest known one, and the mend; never with a value in it
 */
export async function loadConfig({ file, env = process.env, cwd = process.cwd() }: LoadOptions = {}): Promise<Config> {
  const found = discover({ file, env, cwd });
  const config = found ? await read(found) : {};
  return overlay(config, env);
}

/** Loaded when there is a file: most commands need none of it. */
async function read(found: Found): Promise<Config> {
  const [{ readConfigFile }, { parseTree }, { interpret }] = await Promise.all([import('./read-file.ts'), import('./tree.ts'), import('./interpret.ts')]);
  return interpret(await parseTree(readConfigFile(found), found.path), found);
}

function overlay(config: Config, env: Readonly<Record<string, string | undefined>>): Config {
  const merged: Record<string, unknown> = { ...config };
  const known = new Map(settings.map((setting) => [variableOf(setting.path), setting]));
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('KEYTURN_') || text === undefined || text === '') continue;
    const setting = known.get(variable);
    if (setting) setAt(merged, setting.path, settingOf(setting.type, text, variable));
    else refuseSlip(variable, [...known.keys(), ...otherVariables]);
  }
  return merged as Config;
}

/** Other variables may belong to other programs, or to another version. One letter off, it is a setting that would be silently ignored. */
function refuseSlip(variable: string, known: readonly string[]): void {
  if (known.includes(variable)) return;
  const near = nearest(
    variable.slice('KEYTURN_'.length),
    known.map((name) => name.slice('KEYTURN_'.length)),
  );
  if (near === undefined) return;
  throw new ConfigurationError(`The environment variable ${variable} is not known.`, { hint: `Did you mean KEYTURN_${near}?` });
}
