/** The completion script for fish. */
import type { Level, Value } from './spec.ts';

export function fishScript(levels: readonly Level[]): string {
  const taking = levels.flatMap(({ path, options }) => options.filter(({ value }) => value).flatMap(({ flags }) => flags.map((flag) => `${path} ${flag}`)));
  const words = levels.flatMap(({ path, commands }) => commands.map(({ name }) => `${path} ${name}`.trimStart()));
  return `# Completion of keyturn for fish. In ~/.config/fish/config.fish: keyturn completion fish | source
# The command that is being typed, how many arguments it has so far, and a dash when what follows is a command of its own.
function __keyturn_place
  set -l place ''
  set -l argument 0
  set -l option ''
  for word in (commandline -opc)[2..-1]
    if test -n "$option"
      set option ''
    else if test "$word" = --
      echo '-'
      return
    else if string match -q -- '-*' $word
      contains -- "$place $word" ${taking.map(quoted).join(' ')}; and set option $word
    else if contains -- (string trim -- "$place $word") ${words.map(quoted).join(' ')}
      set place (string trim -- "$place $word")
    else
      set argument (math $argument + 1)
    end
  end
  echo "$place|$argument"
end

function __keyturn_in
  string match -q -- "$argv[1]|*" (__keyturn_place)
end

function __keyturn_at
  test (__keyturn_place) = "$argv[1]|$argv[2]"
end

# Names of secrets are not completed: that would ask every provider.
function __keyturn_references
  keyturn completion providers 2>/dev/null | string replace -r '$' '://'
end

function __keyturn_after
  test (__keyturn_place) = '-'
end

# What the command takes that is run.
function __keyturn_rest
  set -l words (commandline -opc)
  set -l at (contains -i -- -- $words)
  set -l rest $words[(math $at + 1)..-1]
  complete -C (string join ' ' -- (string escape -- $rest) (commandline -ct))
end

complete -c keyturn -f
complete -c keyturn -n __keyturn_after -a '(__keyturn_rest)'
${levels.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, options, arguments: values }: Level): string[] {
  const inside = `complete -c keyturn -n ${quoted(`__keyturn_in ${quoted(path)}`)}`;
  const at = (argument: number) => `complete -c keyturn -n ${quoted(`__keyturn_at ${quoted(path)} ${argument}`)}`;
  return [
    ...commands.map(({ name, help }) => `${at(0)} -a ${quoted(name)} -d ${quoted(help)}`),
    ...options.map(({ flags, help, value }) => {
      const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${quoted(flag.slice(2))}` : `-s ${quoted(flag.slice(1))}`));
      return `${inside} ${names.join(' ')}${value ? ` -r ${answers(value)}` : ''} -d ${quoted(help)}`;
    }),
    ...values.flatMap((value, argument) => (value.kind === 'unknown' ? [] : [`${at(argument)} ${answers(value)}`])),
  ];
}

function answers(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `-a ${quoted(value.words.join(' '))}`;
    case 'file':
      return '-F';
    case 'provider':
      return `-a '(keyturn completion providers 2>/dev/null)'`;
    case 'reference':
      return `-a '(__keyturn_references)'`;
    case 'command':
      return `-a '(__fish_complete_command)'`;
    case 'unknown':
      return '';
  }
}

/** In single quotes, where fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
