import type { Completed, CompletedCommand, CompletedOption } from './completion-tree';

/**
 * A script that completes for zsh. It starts no program.
 */
export function zshCompletion(program: string, tree: readonly CompletedCommand[]): string {
  const name = `_${program}`;
  return `#compdef ${program}
# completion of ${program} for zsh
${name}() {
  local at='' word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at/$word" in
${tree.flatMap(({ path, commands }) => commands.map((one) => `    ${quoted(`${path}/${one.name}`)}) at=${quoted(path === '' ? one.name : `${path} ${one.name}`)} ;;`)).join('\n')}
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${tree.flatMap(({ path, options }) => options.flatMap((option) => valueCase(path, option))).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    case "$at" in
${tree.map(({ path, options }) => `    ${quoted(path)}) found=(${options.map(({ flag, description }) => described(flag, description)).join(' ')}) ;;`).join('\n')}
    esac
    _describe -o option found
    return
  fi
  case "$at" in
${tree.map((command) => `  ${quoted(command.path)}) ${argumentCode(command)} ;;`).join('\n')}
  esac
}
compdef ${name} ${program}
`;
}

function valueCase(path: string, { flag, value }: CompletedOption): string[] {
  return value ? [`  ${quoted(`${path} ${flag}`)}) ${code(value)}; return ;;`] : [];
}

function argumentCode({ commands, argument }: CompletedCommand): string {
  return commands.length > 0
    ? `found=(${commands.map(({ name, description }) => described(name, description)).join(' ')}); _describe command found`
    : code(argument);
}

function code(completed: Completed): string {
  switch (completed.kind) {
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'words':
      return `compadd -- ${completed.words.map(quoted).join(' ')}`;
    case 'beginnings':
      return `compadd -S '' -- ${completed.words.map(quoted).join(' ')}`;
    case 'nothing':
      return ':';
  }
}

function described(name: string, description: string): string {
  return quoted(`${name.replaceAll(':', '\\:')}:${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
