/** Starts the command without a shell, masks its output where it is to be masked, and waits for both to end. */
import { processScrubber } from '../../redaction/registry.ts';
import { launch, type Started } from './launch.ts';
import { pass } from './output.ts';
import { type PlacedFiles, placeFiles } from './secret-files.ts';
import { forwardSignals } from './signals.ts';

export interface StartOptions {
  readonly env: Record<string, string | undefined>;
  /** What is to stand in files, by the variables that get their paths. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly isMasked: boolean;
}

/**
 * The exit code that the command ended with.
 *
 * Waits for the output too: as long as anything that the command left running can write, somebody has to mask it.
 * @throws NotStarted
 */
export async function start(command: readonly string[], { env, files, isMasked }: StartOptions): Promise<number> {
  const unpin = processScrubber.pin();
  let started: Started | undefined;
  // From here to the start nothing waits: a signal that comes meanwhile is passed on afterwards, and the files do not stay.
  const stopForwarding = forwardSignals((signal) => started?.kill(signal));
  let placed: PlacedFiles | undefined;
  const atEnd = () => {
    placed?.remove();
    stopForwarding();
  };
  try {
    placed = placeFiles(files);
    started = launch(command, { ...env, ...placed.paths }, isMasked);
    const ended = started.ended.finally(atEnd);
    const [exitCode] = await Promise.all([ended, ...started.outputs.map(([from, to]) => pass(from, to, processScrubber.stream()))]);
    return exitCode;
  } finally {
    atEnd();
    unpin();
  }
}
