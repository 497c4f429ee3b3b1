/** The completion script for zsh. */
import { type Level, quoted, type Value } from './spec.ts';

export function zshScript(levels: readonly Level[]): string {
  const taking = levels.flatMap(({ path, options }) => options.filter(({ value }) => value).flatMap(({ flags }) => flags.map((flag) => `${path} ${flag}`)));
  const words = levels.flatMap(({ path, commands }) => commands.map(({ name }) => ({ path, name, next: `${path} ${name}`.trimStart() })));
  return `#compdef keyturn
# Completion of keyturn for zsh. In ~/.zshrc, after compinit: source <(keyturn completion zsh)
_keyturn() {
  local place='' option='' word
  local -i argument=0 i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ -n $option ]]; then
      option=''
      continue
    fi
    case $word in
      --)
        _keyturn_rest $((i + 1))
        return
        ;;
      -*)
        case "$place $word" in
          (${taking.map(quoted).join(' | ')}) option=$word ;;
        esac
        ;;
      *)
        case "$place|$word" in
${words.map(({ path, name, next }) => `          (${quoted(`${path}|${name}`)}) place=${quoted(next)} ;;`).join('\n')}
          (*) argument+=1 ;;
        esac
        ;;
    esac
  done
  if [[ -z $option && \${words[CURRENT]} == --*=* ]]; then
    option=\${words[CURRENT]%%=*}
    compset -P '*='
  fi
  if [[ -n $option ]]; then
    case "$place $option" in
${levels.flatMap(optionValues).join('\n')}
      (*) _message 'a value' ;;
    esac
    return
  fi
  case $place in
${levels.map(levelCase).join('\n')}
  esac
}

# Names of secrets are not completed: that would ask every provider.
_keyturn_providers() {
  local -a names
  names=(\${(f)"$(\${(Q)words[1]} completion providers 2>/dev/null)"})
  if [[ $1 == references ]]; then
    compadd -S '' -- \${^names}://
  else
    compadd -- $names
  fi
}

# After --: the command that is run, and what it takes.
_keyturn_rest() {
  shift $(($1 - 1)) words
  ((CURRENT -= $1 - 1))
  _normal
}

if [[ \${funcstack[1]} == _keyturn ]]; then
  _keyturn "$@"
else
  compdef _keyturn keyturn
fi
`;
}

function optionValues({ path, options }: Level): string[] {
  return options.flatMap(({ flags, value }) => {
    const action = value && actionFor(value);
    return action === undefined ? [] : [`      (${flags.map((flag) => quoted(`${path} ${flag}`)).join(' | ')}) ${action} ;;`];
  });
}

function levelCase({ path, commands, options, arguments: values }: Level): string {
  const flags = options.flatMap(({ flags: each, help }) => each.map((flag) => described(flag, help)));
  const names = commands.map(({ name, help }) => described(name, help));
  const branches = [
    `if [[ \${words[CURRENT]} == -* ]]; then`,
    `  found=(${flags.join(' ')})`,
    `  _describe -o 'option' found`,
    ...(names.length === 0 ? [] : ['elif ((argument == 0)); then', `  found=(${names.join(' ')})`, `  _describe 'command' found`]),
    ...values.flatMap((value, index) => {
      const action = actionFor(value);
      return action === undefined ? [] : [`elif ((argument == ${index})); then`, `  ${action}`];
    }),
    'fi',
    ';;',
  ];
  return [`    (${quoted(path)})`, ...branches.map((line) => `      ${line}`)].join('\n');
}

function described(name: string, help: string): string {
  return quoted(`${name.replaceAll(':', '\\:')}:${help}`);
}

function actionFor(value: Value): string | undefined {
  switch (value.kind) {
    case 'words':
      return `compadd -- ${value.words.map(quoted).join(' ')}`;
    case 'file':
      return '_files';
    case 'provider':
      return '_keyturn_providers';
    case 'reference':
      return '_keyturn_providers references';
    case 'command':
      return '_keyturn_rest $CURRENT';
    case 'unknown':
      return undefined;
  }
}
