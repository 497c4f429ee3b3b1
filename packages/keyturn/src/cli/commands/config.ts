/** `keyturn config show`: every setting with its value and where that comes from, and what else the configuration says. Never a secret. */
import type { Config } from '../../config/config.ts';
import { defaultProviders } from '../../config/default-providers.ts';
import { type Layers, loadLayers } from '../../config/load.ts';
import { getAt } from '../../config/set-at.ts';
import { settings } from '../../config/settings.ts';
import type { Answer } from '../answers.ts';
import { exitCodes } from '../exit-codes.ts';
import type { CommonOptions } from '../session.ts';
import { shownOption } from '../shown-option.ts';
import { harmless, type Terminal } from '../terminal.ts';

type ShownConfig = Answer<'config show'>;
type ShownSetting = ShownConfig['settings'][number];

export async function showConfig({ config: file, json }: CommonOptions, terminal: Terminal): Promise<number> {
  const shown = shownConfig(await loadLayers({ ...(file !== undefined && { file }) }));
  terminal.write(json ? `${JSON.stringify(shown)}\n` : `${asText(shown, terminal.hasColour)}\n`);
  return exitCodes.done;
}

function shownConfig(layers: Layers): ShownConfig {
  const { file, providers = defaultProviders, onUnavailable = {}, secrets = {}, run }: Config = layers.config;
  return {
    file: file ?? null,
    settings: settings.map((setting) => shownSetting(setting, layers)),
    providers: providers.map(({ kind, options: { name = kind, ...options } }) => ({ name: String(name), kind, options: shownOption(options) as object })),
    onUnavailable,
    secrets,
    run: { env: Object.keys(run?.env ?? {}), file: Object.keys(run?.file ?? {}) },
  };
}

function shownSetting({ path, default: otherwise }: (typeof settings)[number], { config, fromFile, variables }: Layers): ShownSetting {
  const variable = variables.get(path);
  const value = String(getAt(config, path) ?? otherwise);
  if (variable !== undefined) return { setting: path, value, from: 'variable', variable };
  return { setting: path, value, from: getAt(fromFile, path) === undefined ? 'default' : 'file' };
}

function asText({ file, settings: all, providers, onUnavailable, secrets, run }: ShownConfig, hasColour: boolean): string {
  const dim = (text: string) => (hasColour ? `\x1b[2m${text}\x1b[0m` : text);
  const sources = { default: dim('default'), file: harmless(file ?? ''), variable: '' };
  const parts = [
    `Configuration: ${harmless(file ?? 'none; the environment, then your own secrets file')}.`,
    section('Settings:', table(all.map(({ setting, value, from, variable }) => [setting, value, variable ?? sources[from]]))),
    section('Providers, asked in this order:', table(providers.map(({ name, kind, options }) => [name, kind, pairs(options)]))),
    section('While a provider cannot be reached:', table(Object.entries(onUnavailable).map(([name, policy]) => [harmless(name), String(policy)]))),
    section('Settings of single secrets:', table(Object.entries(secrets).map(([ref, limits]) => [harmless(ref), pairs(limits as object)]))),
    section('Variables that run gives:', table(run.env.map((name) => [harmless(name)]))),
    section('Files that run gives, by the variable with the path:', table(run.file.map((name) => [harmless(name)]))),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function section(title: string, rows: readonly string[]): string {
  return rows.length === 0 ? '' : [title, ...rows].join('\n');
}

/** Columns as wide as the widest of each. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)), []);
  return rows.map((row) => `  ${row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!))).join('  ')}`.trimEnd());
}

function pairs(options: object): string {
  const told = Object.entries(options).map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`);
  return harmless(told.join(', '));
}
