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
export async function loadConfig(options: LoadOptions = {}): Promise<Config> {
  return (await loadLayers(options)).config;
}

/** A configuration, and where it comes from. */
export interface Layers {
  /** All of it. */
  readonly config: Config;
  /** What the file says. */
  readonly fromFile: Config;
  /** Variables that set something, by the setting's path. */
  readonly variables: ReadonlyMap<string, string>;
}

export async function loadLayers({ file, env = process.env, cwd = process.cwd() }: LoadOptions = {}): Promise<Layers> {
  const found = discover({ file, env, cwd });
  const fromFile = found ? await trusted(found, env) : {};
  return { fromFile, ...overlay(fromFile, env) };
}

/** What the file says. Loaded when there is one: most commands need none of it. */
export async function readFound(found: Found): Promise<{ config: Config; text: string }> {
  const [{ readConfigFile }, { parseTree }, { interpret }] = await Promise.all([import('./read-file.ts'), import('./tree.ts'), import('./interpret.ts')]);
  const text = readConfigFile(found);
  return { config: interpret(await parseTree(text, found.path), found), text };
}

/** The same, of a file that may do what it says: it was named, does nothing that needs trust, or is trusted. */
async function trusted(found: Found, env: SearchOptions['env']): Promise<Config> {
  const { config, text } = await readFound(found);
  if (!found.isDiscovered) return config;
  const powers = (await import('./powers.ts')).powersOf(config);
  if (powers.length > 0) (await import('./trust.ts')).requireTrust(found.path, text, powers, env);
  return config;
}

function overlay(config: Config, env: Readonly<Record<string, string | undefined>>): Pick<Layers, 'config' | 'variables'> {
  const variables = new Map<string, string>();
  const merged: Record<string, unknown> = { ...config };
  const known = new Map(settings.map((setting) => [variableOf(setting.path), setting]));
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('KEYTURN_') || text === undefined || text === '') continue;
    const setting = known.get(variable);
    if (setting) {
      setAt(merged, setting.path, settingOf(setting.type, text, variable));
      variables.set(setting.path, variable);
    } else refuseSlip(variable, [...known.keys(), ...otherVariables]);
  }
  return { config: merged as Config, variables };
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
