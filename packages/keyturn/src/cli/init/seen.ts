/** What can be seen without asking: files with secrets, traces of AWS, a repository. Nothing is run, and no secret is read. */
import fs from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Seen {
  /** Files with secrets in the folder, by name. */
  readonly files: readonly string[];
  /** AWS is used here; `hasRegion` when its SDK will find a region by itself. */
  readonly aws: { readonly hasRegion: boolean } | undefined;
  /** The root of the repository that the folder is in. */
  readonly repository: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const secretsFiles = ['secrets.yaml', 'secrets.yml', 'secrets.json', '.env'];
const awsVariables = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

export function look(folder: string, env: Environment): Seen {
  return { files: secretsFiles.filter((name) => isFile(join(folder, name))), aws: awsIn(env), repository: repositoryOf(folder) };
}

function awsIn(env: Environment): Seen['aws'] {
  const file = env['AWS_CONFIG_FILE'] || join(env['HOME'] || homedir(), '.aws', 'config');
  const config = textOf(file);
  if (config === undefined && !awsVariables.some((name) => env[name])) return undefined;
  return { hasRegion: Boolean(env['AWS_REGION'] || env['AWS_DEFAULT_REGION']) || hasRegion(config ?? '', env['AWS_PROFILE'] || 'default') };
}

function hasRegion(config: string, profile: string): boolean {
  const sections = config.split(/^[ \t]*\[/m).slice(1);
  const own = sections.find((section) => {
    const name = section.slice(0, Math.max(0, section.indexOf(']'))).trim();
    return name === profile || name.replace(/^profile\s+/, '') === profile;
  });
  return own !== undefined && /^[ \t]*region[ \t]*=[ \t]*\S/m.test(own);
}

function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (fs.existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

function isFile(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function textOf(path: string): string | undefined {
  try {
    const stat = fs.statSync(path);
    return stat.isFile() && stat.size < 1_048_576 ? fs.readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
