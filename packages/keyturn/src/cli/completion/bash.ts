/** The completion script for bash, from 3.2 on. */
import { type Level, quoted, type Value } from './spec.ts';

export function bashScript(levels: readonly Level[]): string {
  const taking = levels.flatMap(({ path, options }) => options.filter(({ value }) => value).flatMap(({ flags }) => flags.map((flag) => `${path} ${flag}`)));
  const words = levels.flatMap(({ path, commands }) => commands.map(({ name }) => ({ path, name, next: `${path} ${name}`.trimStart() })));
  return `# Completion of keyturn for bash. In ~/.bashrc: source <(keyturn completion bash)
_keyturn() {
  local current=\${COMP_WORDS[COMP_CWORD]} place='' option='' word
  local -i argument=0 i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $option ]]; then
      [[ $word == '=' ]] || option=''
      continue
    fi
    case $word in
      --)
        _keyturn_rest $((i + 1))
        return
        ;;
      -*)
        case "$place $word" in
          ${taking.map(quoted).join(' | ')}) option=$word ;;
        esac
        ;;
      *)
        case "$place|$word" in
${words.map(({ path, name, next }) => `          ${quoted(`${path}|${name}`)}) place=${quoted(next)} ;;`).join('\n')}
          *) argument=argument+1 ;;
        esac
        ;;
    esac
  done
  [[ $current == '=' ]] && current=''
  if [[ -n $option ]]; then
    case "$place $option" in
${levels.flatMap(optionValues).join('\n')}
    esac
    return
  fi
  case $place in
${levels.map(levelCase).join('\n')}
  esac
}

_keyturn_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$current")
}

_keyturn_files() {
  local file
  compopt -o filenames 2>/dev/null
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current")
}

# What a reference may begin with. Names of secrets are not completed: that would ask every provider.
_keyturn_references() {
  compopt -o nospace 2>/dev/null
  _keyturn_words "$("\${COMP_WORDS[0]}" completion providers 2>/dev/null | sed 's|$|://|')"
}

# After --: the command that is run, and what it takes.
_keyturn_rest() {
  local word
  if declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif ((COMP_CWORD == $1)); then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -c -- "$current")
  else
    _keyturn_files
  fi
}

complete -F _keyturn keyturn
`;
}

function optionValues({ path, options }: Level): string[] {
  return options.flatMap(({ flags, value }) => {
    const action = value && actionFor(value);
    return action === undefined ? [] : [`      ${flags.map((flag) => quoted(`${path} ${flag}`)).join(' | ')}) ${action} ;;`];
  });
}

function levelCase({ path, commands, options, arguments: values }: Level): string {
  const flags = options.flatMap((option) => option.flags);
  const actions = values.flatMap((value, index) => {
    const action = actionFor(value);
    return action === undefined ? [] : [`      elif ((argument == ${index})); then ${action}`];
  });
  const names = commands.length === 0 ? [] : [`      elif ((argument == 0)); then _keyturn_words ${quoted(commands.map(({ name }) => name).join(' '))}`];
  return [
    `    ${quoted(path)})`,
    `      if [[ $current == -* ]]; then _keyturn_words ${quoted(flags.join(' '))}`,
    ...names,
    ...actions,
    '      fi',
    '      ;;',
  ].join('\n');
}

function actionFor(value: Value): string | undefined {
  switch (value.kind) {
    case 'words':
      return `_keyturn_words ${quoted(value.words.join(' '))}`;
    case 'file':
      return '_keyturn_files';
    case 'provider':
      return `_keyturn_words "$("\${COMP_WORDS[0]}" completion providers 2>/dev/null)"`;
    case 'reference':
      return '_keyturn_references';
    case 'command':
      return '_keyturn_rest $COMP_CWORD';
    case 'unknown':
      return undefined;
  }
}
