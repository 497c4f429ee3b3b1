/** The repository built in a folder of its own, as a fresh clone would be, so that nothing here disturbs who builds meanwhile. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '../../../..');
const copied = [
  'package.json',
  'tsconfig.json',
  'LICENSE',
  'README.md',
  'tools',
  'examples',
  'packages/keyturn/package.json',
  'packages/keyturn/tsconfig.json',
  'packages/keyturn/src',
];

export interface Ran {
  readonly code: number | null;
  /** Standard output and standard error as they came, in one. */
  readonly output: string;
}

export class Workplace {
  readonly root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'keyturn-pages-')));
  readonly #modules = this.#folder('node_modules');
  readonly #bin = this.#folder('node_modules/.bin');

  /** @param change done to the copy before it is built */
  constructor(change: (root: string) => void = () => undefined) {
    for (const path of copied) fs.cpSync(join(root, path), join(this.root, path), { recursive: true });
    change(this.root);
    for (const name of fs.readdirSync(join(root, 'node_modules'))) {
      if (name !== 'keyturn' && !name.startsWith('.')) fs.symlinkSync(join(root, 'node_modules', name), join(this.#modules, name));
    }
    fs.symlinkSync('../packages/keyturn', join(this.#modules, 'keyturn'));
    for (const tool of ['tsc', 'esbuild', 'dotenv']) fs.symlinkSync(fs.realpathSync(join(root, 'node_modules/.bin', tool)), join(this.#bin, tool));
    const { code, output } = this.run(process.execPath, ['tools/build.mjs'], this.root);
    if (code !== 0) throw new Error(`The build ended with ${code}:\n${output}`);
  }

  /** A new empty folder, from which `keyturn` and the cloud SDKs are found as in any project. */
  project(): string {
    const folder = fs.mkdtempSync(join(this.root, 'project-'));
    fs.writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    // Where the search for a configuration file ends.
    fs.mkdirSync(join(folder, '.git'));
    fs.mkdirSync(`${folder}-home`, { mode: 0o700 });
    return folder;
  }

  /** Runs a program with `keyturn` and the tests' Node on its path, a home of the project's own, and nothing else of this machine's environment. */
  run(file: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Ran {
    const { status, stdout, stderr, error } = spawnSync(file, args, {
      cwd,
      env: {
        PATH: [this.#bin, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
        HOME: `${cwd}-home`,
        TMPDIR: tmpdir(),
        ...env,
      },
      encoding: 'utf8',
      input: '',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    if (error) throw error;
    return { code: status, output: stdout + stderr };
  }

  remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  #folder(name: string): string {
    const path = join(this.root, name);
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }
}
