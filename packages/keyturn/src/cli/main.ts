#!/usr/bin/env node
/** `keyturn`: the one place that decides how the process ends. It ends by itself, with what is said here; nothing calls process.exit. */
import { CommanderError } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { report } from './failure.ts';
import { type Call, calledCommand, createProgram } from './program.ts';
import { ReaderGone, systemTerminal } from './terminal.ts';
import { usageError } from './usage.ts';
import { version } from './version.ts';
import { tellWarnings } from './warnings.ts';

const terminal = systemTerminal();

async function main(args: readonly string[]): Promise<number> {
  const call: Call = { exitCode: exitCodes.done, json: undefined };
  const ours = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const name = calledCommand(ours);
  try {
    if (ours[0] === '--version' || ours[0] === '-V') terminal.write(`${version()}\n`);
    else await createProgram(terminal, call, name).parseAsync(args, { from: 'user' });
    return call.exitCode;
  } catch (error) {
    if (error instanceof ReaderGone) return exitCodes.readerGone;
    const how = { json: call.json ?? ours.includes('--json'), exitCode: name === 'run' ? exitCodes.beforeCommand : undefined };
    if (!(error instanceof CommanderError)) return report(error, terminal, how);
    if (error.code === 'commander.helpDisplayed') return exitCodes.done;
    // Called without a command: the help was the answer, on standard error.
    if (error.code === 'commander.help') return exitCodes.usage;
    return report(usageError(error, name), terminal, how);
  }
}

tellWarnings(terminal);
main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    // Nobody reads the report itself.
    process.exitCode = error instanceof ReaderGone ? exitCodes.readerGone : exitCodes.internal;
  },
);
