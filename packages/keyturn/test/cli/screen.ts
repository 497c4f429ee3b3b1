/** A real terminal, which `script` lends. */
import { spawn, spawnSync } from 'node:child_process';
import { command, quoted, type Sandbox } from './keyturn.ts';

export const hasScript = spawnSync('script', ['-qfec', 'true', '/dev/null']).status === 0;
if (!hasScript) console.info('skipped: terminal tests need `script` of util-linux');

interface Looking {
  readonly env?: Record<string, string>;
  /** Typed as soon as `prompt` has appeared. */
  readonly keys?: string;
  readonly prompt?: string;
  /** Told all that has appeared, each time something does. */
  readonly onShown?: (shown: string) => void;
}

/** What appears on the terminal, and the exit code. */
export async function screen(box: Sandbox, line: string, { env = {}, keys, prompt = '', onShown }: Looking = {}) {
  const shell = `keyturn() { ${command.map(quoted).join(' ')} "$@"; }; ${line}`;
  const child = spawn('script', ['-qfec', shell, '/dev/null'], { cwd: box.work, env: box.env({ TERM: 'xterm', SHELL: '/bin/sh', ...env }), stdio: 'pipe' });
  let shown = '';
  let hasTyped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    onShown?.(shown);
    if (keys === undefined || hasTyped || !shown.includes(prompt)) return;
    hasTyped = true;
    setTimeout(() => child.stdin.write(keys), 200);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { shown: shown.replaceAll('\r\n', '\n'), code };
}
