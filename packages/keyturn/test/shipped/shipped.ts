/** The package as users get it: built from a copy of the repository, packed by npm, and installed into an empty project. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Workplace } from '../pages/workplace.ts';
import { npmCache } from './fetched.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Manifest {
  readonly type: string;
  readonly engines: { readonly node: string };
  readonly bin: Record<string, string>;
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { readonly optional?: boolean }>;
  readonly scripts?: Record<string, string>;
}

export class Shipped {
  readonly root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'keyturn-shipped-')));
  /** Where it was built: no file of the package may know. */
  readonly built: string;
  readonly tarball: string;
  /** What is in the tarball, unpacked by nobody but `tar`. */
  readonly unpacked: string;
  readonly manifest: Manifest;
  /** A copy: npm keeps there what it installs. */
  readonly #npmCache = join(this.root, 'npm-cache');

  constructor() {
    fs.cpSync(npmCache, this.#npmCache, { recursive: true });
    const workplace = new Workplace();
    this.built = workplace.root;
    try {
      const packed = this.#npm(join(workplace.root, 'packages/keyturn'), 'pack', '--silent', '--ignore-scripts', '--pack-destination', this.root);
      this.tarball = join(this.root, packed.stdout.trim());
    } finally {
      workplace.remove();
    }
    ended(this.run('tar', ['-xzf', this.tarball], this.root));
    this.unpacked = join(this.root, 'package');
    this.manifest = readManifest(this.unpacked);
  }

  /** Every subpath that users may import, as they write it. */
  get doors(): string[] {
    return Object.entries(this.manifest.exports).flatMap(([subpath, door]) => (typeof door === 'string' ? [] : [`keyturn${subpath.slice(1)}`]));
  }

  /** A project that was empty before the package was installed. */
  project(): string {
    const folder = fs.mkdtempSync(join(this.root, 'project-'));
    fs.writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    fs.mkdirSync(join(folder, '.git'));
    fs.mkdirSync(`${folder}-home`, { mode: 0o700 });
    this.#npm(folder, 'install', this.tarball, '--offline', '--no-audit', '--no-fund');
    return folder;
  }

  npmList(folder: string): string[] {
    const { stdout } = this.#npm(folder, 'ls', '--all', '--parseable');
    return stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((path) => path.slice(join(folder, 'node_modules/').length));
  }

  /** Runs a program with the commands of `cwd` and `node` on its path, a home of its own, and nothing else of this machine's environment. */
  run(file: string, args: readonly string[], cwd: string, { node = process.execPath, input = '', env = {} }: RunOptions = {}): Ran {
    const { status, stdout, stderr, error } = spawnSync(file, args, {
      cwd,
      env: {
        PATH: [join(cwd, 'node_modules/.bin'), dirname(node), process.env['PATH']].join(delimiter),
        HOME: `${cwd}-home`,
        TMPDIR: tmpdir(),
        ...env,
      },
      encoding: 'utf8',
      input,
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    if (error) throw error;
    return { code: status, stdout, stderr };
  }

  remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  #npm(cwd: string, ...args: readonly string[]): Ran {
    return ended(this.run('npm', [...args, '--cache', this.#npmCache, '--logs-max=0', '--no-update-notifier'], cwd));
  }
}

export interface RunOptions {
  readonly node?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** `ran`, which ended well. */
export function ended(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(`It ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
  return ran;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(fs.readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Paths below `folder`, with `/`. */
export function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
