/** A home, a repository in it and nothing else of the machine's. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { problemInConfiguration } from '../support/schemas.ts';

export class Machine {
  readonly root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'keyturn-config-')));
  readonly home = join(this.root, 'home');

  constructor() {
    fs.mkdirSync(this.home, { mode: 0o700 });
    onTestFinished(() => {
      fs.rmSync(this.root, { recursive: true, force: true });
    });
  }

  file(path: string, text = '', mode = 0o644): string {
    const full = join(this.root, path);
    this.folder(dirname(path));
    fs.writeFileSync(full, text);
    fs.chmodSync(full, mode);
    return full;
  }

  folder(path: string, mode?: number): string {
    const full = join(this.root, path);
    fs.mkdirSync(full, { recursive: true, mode: 0o755 });
    if (mode !== undefined) fs.chmodSync(full, mode);
    return full;
  }

  /** A file that loads has nothing in it that the published schema would call wrong, whatever the test looks at. */
  async load(options: { cwd?: string; file?: string; env?: Record<string, string> } = {}): Promise<Config> {
    const config = await loadConfig({
      cwd: join(this.root, options.cwd ?? 'home'),
      env: { HOME: this.home, ...options.env },
      ...(options.file !== undefined && { file: options.file }),
    });
    const problem = config.file === undefined ? undefined : problemInConfiguration(fs.readFileSync(config.file, 'utf8'), config.file);
    if (problem !== undefined) throw new Error(`${config.file} loads, but by the schema: ${problem}`);
    return config;
  }
}
