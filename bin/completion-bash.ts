import type { Completed, CompletedCommand, CompletedOption } from './completion-tree';

/**
 * A script that completes for bash, from 3.2 on. It starts no program.
 */
export function bashCompletion(program: string, tree: readonly CompletedCommand[]): string {
  const name = `_${program.replace(/-/g, '_')}`;
  return `# completion of ${program} for bash
${name}() {
  local line="\${COMP_LINE:0:COMP_POINT}" path='' words='' kind='' word before current
  # bash takes words apart at colons, of which names of models are full.
  local -a typed
  read -r -a typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=('')
  local last=$((\${#typed[@]} - 1))
  current="\${typed[last]}"
  before="\${typed[last - 1]}"
  for word in "\${typed[@]:1:last - 1}"; do
    case "$path/$word" in
${tree.flatMap(({ path, commands }) => commands.map((one) => `    ${quoted(`${path}/${one.name}`)}) path=${quoted(joined(path, one.name))} ;;`)).join('\n')}
    esac
  done
  case "$path/$before" in
${tree.flatMap(({ path, options }) => options.flatMap((option) => valueCase(path, option))).join('\n')}
    *)
      case "$path/$current" in
${tree.map(({ path, options }) => `        ${quoted(`${path}/-`)}*) words=${quoted(options.map(({ flag }) => flag).join(' '))} ;;`).join('\n')}
${tree.map((command) => `        ${quoted(`${command.path}/`)}*) ${setWords(argumentOf(command))} ;;`).join('\n')}
      esac
      ;;
  esac
  case "$kind" in
    files | folders)
      local IFS=$'\\n' action=file
      [[ $kind == folders ]] && action=directory
      COMPREPLY=($(compgen -A "$action" -- "$current"))
      compopt -o filenames 2>/dev/null
      ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
  [[ $kind == beginnings ]] && compopt -o nospace 2>/dev/null
  # what is in front of the last colon stands there already.
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("\${COMPREPLY[@]#"\${current%"\${current##*:}"}"}")
  fi
}
complete -F ${name} ${program}
`;
}

function valueCase(path: string, { flag, value }: CompletedOption): string[] {
  return value ? [`    ${quoted(`${path}/${flag}`)}) ${setWords(value)} ;;`] : [];
}

function argumentOf({ commands, argument }: CompletedCommand): Completed {
  return commands.length > 0 ? { kind: 'words', words: commands.map(({ name }) => name) } : argument;
}

function setWords(completed: Completed): string {
  const words = 'words' in completed ? completed.words : [];
  return `kind=${completed.kind} words=${quoted(words.join(' '))}`;
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path} ${name}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
