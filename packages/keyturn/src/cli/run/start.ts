/** Starts the command without a shell, masks its output where it is to be masked, and waits for both to end. */
import { processScrubber } from '../../redaction/registry.ts';
import { isTerminal } from '../terminal.ts';
import { launch, type Started } from './launch.ts';
import { pass } from './output.ts';
import { type PlacedFiles, placeFiles } from './secret-files.ts';
import { forwardSignals } from './signals.ts';

/** Nothing, what is no terminal, or terminals too. */
export type Mask = 'nothing' | 'streams' | 'everything';

export interface StartOptions {
  readonly env: Record<string, string | undefined>;
  /** What is to stand in files, by the variables that get their paths. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly mask: Mask;
}

/**
 * The exit code that the command ended with.
 *
 * Waits for the output too: as long as anything that the command left running can write, somebody has to mask it.
 * @throws NotStarted
 */
export async function start(command: readonly string[], { env, files, mask }: StartOptions): Promise<number> {
  const isOnTerminal = mask === 'everything' && [1, 2].some(isTerminal);
  const launching = isOnTerminal ? await terminalLaunch() : plainLaunch(mask);
  const unpin = processScrubber.pin();
  let started: Started | undefined;
  // From here to the start nothing waits: a signal that comes meanwhile is passed on afterwards, and the files do not stay.
  const stopForwarding = forwardSignals((signal) => started?.kill(signal), isOnTerminal);
  let placed: PlacedFiles | undefined;
  const atEnd = () => {
    placed?.remove();
    stopForwarding();
  };
  try {
    placed = placeFiles(files);
    started = launching(command, { ...env, ...placed.paths });
    const ended = started.ended.finally(atEnd);
    const [exitCode] = await Promise.all([ended, ...started.outputs.map(([from, to, done]) => pass(from, to, processScrubber.stream()).finally(done))]);
    return exitCode;
  } finally {
    atEnd();
    unpin();
  }
}

type Launch = (command: readonly string[], env: StartOptions['env']) => Started;

function plainLaunch(mask: Mask): Launch {
  return (command, env) => launch(command, env, mask !== 'nothing');
}

/** Loaded beforehand, because it may be missing. */
async function terminalLaunch(): Promise<Launch> {
  const { loadPseudoTerminals } = await import('./pseudo-terminal.ts');
  const { launchOnTerminal } = await import('./terminal-launch.ts');
  const terminals = loadPseudoTerminals();
  return (command, env) => launchOnTerminal(terminals, command, env);
}
