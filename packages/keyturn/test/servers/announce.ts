/** Before the first test: one plain line for each server that is missing, and the end of the run where none may be. */
import { isCi, lookForServers, missingLine } from './needs.ts';

export default function announce(): void {
  const missing = lookForServers();
  for (const server of missing) console.log(missingLine(server));
  if (missing.length > 0 && isCi()) throw new Error(`CI=true, and these servers are missing: ${missing.join(', ')}.`);
}
