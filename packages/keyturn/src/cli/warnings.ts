/** Warnings of the library, said as the command says things: one line without the process id and the stack advice. */
import type { Terminal } from './terminal.ts';

/** Takes over Node's own listener for warnings, and leaves it what is not ours. */
export function tellWarnings(terminal: Terminal): void {
  const others = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning: Error & { code?: string }) => {
    if (warning.code?.startsWith('KEYTURN_')) terminal.say(`keyturn: ${warning.message}`);
    else for (const listener of others) listener.call(process, warning);
  });
}
