/** Front door of `keyturn/redaction`: hides known values in logs and in the output of child processes. */
export { processScrubber, Scrubber } from './registry.ts';
export { ScrubStream } from './stream.ts';

export type { AddOptions, ScrubberOptions } from './registry.ts';
