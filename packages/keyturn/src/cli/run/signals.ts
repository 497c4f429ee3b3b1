/** Signals on their way to the command. */
import { isTerminal } from '../terminal.ts';
import { processStat } from './process-stat.ts';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const;
/** What a terminal sends to everybody in its foreground, the command included. */
const fromTerminal: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT', 'SIGWINCH']);

/**
 * Passes signals on by `kill` until the returned function is called; from then on they act on us as on any program.
 * To be called before the command is started: one that came right after would end us, and leave the command alone.
 *
 * In a terminal's foreground Ctrl-C reaches the command without us, and a second one is what many programs take for "at once, without cleaning up".
 *
 * @param isElsewhere the command is not on our terminal, so nothing reaches it without us
 */
export function forwardSignals(kill: (signal: NodeJS.Signals) => void, isElsewhere: boolean): () => void {
  const listeners = forwarded.map((signal) => {
    const listener = () => {
      if (isElsewhere || !fromTerminal.has(signal) || !isInForeground()) kill(signal);
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

/** Whether our process group is the one that our terminal's keys act on. */
function isInForeground(): boolean {
  const stat = processStat('self');
  return stat ? stat.terminal !== '0' && stat.group === stat.foreground : [0, 1, 2].some(isTerminal);
}
