/** What can be completed, read from the program's own description of itself: a command or an option that is added there is completed at once. */
import type { Argument, Command, Option } from 'commander';

/** What stands in the place of an argument, or after an option. */
export type Value =
  | { readonly kind: 'file' | 'provider' | 'reference' | 'command' | 'unknown' }
  /** One of these. */
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface OptionSpec {
  /** `-h`, `--help`. */
  readonly flags: readonly string[];
  readonly help: string;
  /** What follows it, if anything does. */
  readonly value: Value | undefined;
}

/** What can be typed after the words of a command. */
export interface Level {
  /** The words after `keyturn`: `config show`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly help: string }[];
  readonly options: readonly OptionSpec[];
  readonly arguments: readonly Value[];
}

/** Every level of `program`, outermost first. */
export function levelsOf(program: Command, path = ''): Level[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const level: Level = {
    path,
    commands: commands.map((command) => ({ name: command.name(), help: command.description() })),
    options: help.visibleOptions(program).map(optionOf),
    arguments: program.registeredArguments.map(argumentOf),
  };
  return [level, ...commands.flatMap((command) => levelsOf(command, `${path} ${command.name()}`.trimStart()))];
}

function optionOf(option: Option): OptionSpec {
  const { short, long, description, flags, argChoices } = option;
  const placeholder = /[<[]([^\]>]+)[\]>]$/.exec(flags)?.[1];
  return { flags: [short, long].filter((flag) => flag !== undefined), help: description, value: placeholder === undefined ? undefined : valueOf() };

  function valueOf(): Value {
    if (argChoices) return { kind: 'words', words: argChoices };
    if (placeholder === 'FILE') return { kind: 'file' };
    return { kind: option.attributeName() === 'provider' ? 'provider' : 'unknown' };
  }
}

function argumentOf(argument: Argument): Value {
  if (argument.argChoices) return { kind: 'words', words: argument.argChoices };
  switch (argument.name()) {
    case 'ref':
      return { kind: 'reference' };
    case 'file':
      return { kind: 'file' };
    case 'command':
      return { kind: 'command' };
    default:
      return { kind: 'unknown' };
  }
}

/** `text` in single quotes, as bash and zsh read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
