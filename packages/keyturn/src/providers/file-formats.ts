/** Which format a secrets file has, by its path, and the readers of each. */
import { basename, extname } from 'node:path';
import { dotenvFormat } from './dotenv.ts';
import type { FileFormat } from './file-format.ts';
import { jsonFormat } from './file-json.ts';

export type FormatName = 'json' | 'yaml' | 'dotenv';

export const knownEndings = '.json, .yaml, .yml, .env';

/** By the ending, else by a name that begins with `.env` (`.env.local`); `undefined` for any other. */
export function formatNameOf(path: string): FormatName | undefined {
  const name = basename(path);
  switch (extname(name).toLowerCase()) {
    case '.json':
      return 'json';
    case '.yaml':
    case '.yml':
      return 'yaml';
    case '.env':
      return 'dotenv';
    default:
      return name.startsWith('.env') ? 'dotenv' : undefined;
  }
}

/** The formats that need nothing loaded. */
export const instantFormats = { json: jsonFormat, dotenv: dotenvFormat } as const;

/** The YAML reader is loaded when the first YAML file is met: it costs as much as Node's own start. */
export async function loadFormat(name: FormatName): Promise<FileFormat> {
  return name === 'yaml' ? (await import('./file-yaml.ts')).yamlFormat : instantFormats[name];
}
