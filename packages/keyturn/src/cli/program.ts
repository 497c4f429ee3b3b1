/** The command line: commands, options and help. What a command does is loaded when it is called. */
import { Command } from 'commander';
import {
  completionHelp,
  configHelp,
  configShowHelp,
  deleteHelp,
  explainHelp,
  getHelp,
  initHelp,
  listHelp,
  programHelp,
  runHelp,
  setHelp,
  trustHelp,
} from './help.ts';
import type { Terminal } from './terminal.ts';

export interface Call {
  /** The exit code, once a command has run. */
  exitCode: number;
  /** Whether it was told to answer with JSON; `undefined` until the command line is understood. */
  json: boolean | undefined;
}

/** Describes one command, and says how it is run. */
type Describe = (command: Command, done: (exitCode: number) => void, terminal: Terminal) => void;

const commands: Readonly<Record<string, Describe>> = {
  get(command, done, terminal) {
    command
      .description('write the value of a secret to standard output, and nothing else')
      .argument('<ref>', 'the secret: name, name#field, name?version=V#field, provider://name')
      .option('--raw', 'write it byte for byte on a terminal, too')
      .addHelpText('after', getHelp)
      .action(async (ref: string) => {
        const { get } = await import('./commands/get.ts');
        done(await get(ref, command.optsWithGlobals(), terminal));
      });
  },
  set(command, done, terminal) {
    command
      .description('write a secret; its value comes from standard input or a hidden prompt')
      .argument('<ref>', 'the secret, or one field of it')
      .option('--raw', 'keep the final line end')
      .addHelpText('after', setHelp)
      .action(async (ref: string) => {
        const { set } = await import('./commands/set.ts');
        done(await set(ref, command.optsWithGlobals(), terminal));
      });
  },
  delete(command, done, terminal) {
    command
      .description('delete a secret, or one field of it')
      .argument('<ref>', 'the secret, or one field of it')
      .addHelpText('after', deleteHelp)
      .action(async (ref: string) => {
        const { remove } = await import('./commands/delete.ts');
        done(await remove(ref, command.optsWithGlobals(), terminal));
      });
  },
  list(command, done, terminal) {
    command
      .description('list names, without values, of every provider that can')
      .argument('[prefix]', 'what the names begin with')
      .option('--provider <NAME>', 'of this provider only')
      .addHelpText('after', listHelp)
      .action(async (prefix: string | undefined) => {
        const { list } = await import('./commands/list.ts');
        done(await list(prefix, command.optsWithGlobals(), terminal));
      });
  },
  run(command, done, terminal) {
    const collect = (value: string, all: string[]) => [...all, value];
    command
      .description('run a command with secrets in its environment or in files, and mask them in its output')
      .usage('[options] -- COMMAND…')
      .argument('<command...>', 'the command and its arguments')
      .option('--env <NAME=REF>', 'give the command the variable NAME with the secret REF; may be repeated', collect, [] as string[])
      .option('--file <NAME=REF>', 'write the secret REF to a file in memory, and give the variable NAME its path; may be repeated', collect, [] as string[])
      .option('--mask', 'mask on a terminal too; needs npm install @lydell/node-pty')
      .option('--no-mask', 'do not mask: the command writes to where keyturn would')
      .passThroughOptions()
      .addHelpText('after', runHelp)
      .action(async (words: string[]) => {
        const { run } = await import('./commands/run.ts');
        done(await run(words, command.optsWithGlobals(), terminal));
      });
  },
  explain(command, done, terminal) {
    command
      .description('tell where a secret would come from and why, without its value')
      .argument('<ref>', 'the secret, or one field of it')
      .addHelpText('after', explainHelp)
      .action(async (ref: string) => {
        const { explain } = await import('./commands/explain.ts');
        done(await explain(ref, command.optsWithGlobals(), terminal));
      });
  },
  init(command, done, terminal) {
    command
      .description('write a keyturn.yaml with comments in the working directory')
      .option('--yes', 'ask nothing, and take what can be seen')
      .addHelpText('after', initHelp)
      .action(async () => {
        const { init } = await import('./commands/init.ts');
        done(init(command.optsWithGlobals(), terminal));
      });
  },
  config(command, done, terminal) {
    command.description('tell about the configuration').usage('show [options]').helpCommand(false).addHelpText('after', configHelp);
    const show = withCommonOptions(command.command('show'))
      .description('show every setting and where it comes from, the providers, and what run gives')
      .addHelpText('after', configShowHelp)
      .action(async () => {
        const { showConfig } = await import('./commands/config.ts');
        done(await showConfig(show.optsWithGlobals(), terminal));
      });
  },
  trust(command, done, terminal) {
    command
      .description('let a configuration file that is found, not named, do what needs trust, until it changes')
      .argument('<file>', 'a keyturn.yaml or keyturn.json')
      .option('--yes', 'do not ask')
      .option('--remove', 'end the trust')
      .addHelpText('after', trustHelp)
      .action(async (file: string) => {
        const { trust } = await import('./commands/trust.ts');
        done(await trust(file, command.optsWithGlobals(), terminal));
      });
  },
  completion(command, done, terminal) {
    command
      .description('write a script that completes keyturn in a shell')
      .addArgument(command.createArgument('<shell>', 'whose script').choices(['bash', 'zsh', 'fish', 'providers']))
      .addHelpText('after', completionHelp)
      .action(async (shell: string) => {
        const { completion } = await import('./commands/completion.ts');
        done(await completion(shell, command.optsWithGlobals(), terminal, createProgram(terminal, { exitCode: 0, json: undefined }, undefined)));
      });
  },
};

/** The command that is called: the first word that is no option, if there is such a command. */
export function calledCommand(args: readonly string[]): string | undefined {
  const name = args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--config');
  return name !== undefined && Object.hasOwn(commands, name) ? name : undefined;
}

/**
 * A program whose errors and exits are thrown as CommanderError: only `main` ends the process.
 * @param called described alone if it is known, because describing all of them takes a tenth of a whole `get`
 */
export function createProgram(terminal: Terminal, call: Call, called: string | undefined): Command {
  const program = withCommonOptions(new Command('keyturn'))
    .description('Hands programs the secrets they need: from the environment, a file or a cloud, checked and masked.')
    .usage('COMMAND [options]')
    .option('-V, --version', 'show the version')
    .addHelpText('after', programHelp)
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.write(text);
      },
      writeErr: (text) => {
        terminal.say(text.trimEnd());
      },
      // Errors are thrown, and told by `report`.
      outputError: () => undefined,
    })
    .hook('preAction', (_program, command) => {
      call.json = command.optsWithGlobals()['json'] === true;
      if (call.json) terminal.showNothing();
    });
  const done = (exitCode: number) => {
    call.exitCode = exitCode;
  };
  for (const [name, describe] of Object.entries(commands)) {
    if (called === undefined || called === name) describe(withCommonOptions(program.command(name)), done, terminal);
  }
  return program;
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--config <FILE>', 'the configuration file; else KEYTURN_CONFIG, else keyturn.yaml is looked for')
    .option('--json', 'answer, and fail, with JSON on standard output');
}
