import type { Completed, CompletedCommand } from './completion-tree';

/**
 * A script that completes for fish. It starts no program.
 */
export function fishCompletion(program: string, tree: readonly CompletedCommand[]): string {
  const at = `__${program.replace(/-/g, '_')}_at`;
  const paths = tree.map(({ path }) => path).filter(Boolean);
  return `# completion of ${program} for fish
function ${at} --argument-names wanted
    set -l path
    for word in (commandline -opc)[2..]
        if contains -- (string join -- ' ' $path $word) ${paths.map(quoted).join(' ')}
            set -a path $word
        end
    end
    test "$path" = "$wanted"
end
complete -c ${program} -f
${tree.flatMap((command) => linesOf(`complete -c ${program} -n ${quoted(`${at} ${quoted(command.path)}`)}`, command)).join('\n')}
`;
}

function linesOf(beginning: string, { commands, options, argument }: CompletedCommand): string[] {
  return [
    ...commands.map(({ name, description }) => `${beginning} -a ${name} -d ${quoted(description)}`),
    ...options.map(({ flag, description, value }) => {
      const taken = value === undefined ? '' : ` -x${wordsOf(value)}`;
      return `${beginning} -l ${flag.replace(/^--/, '')}${taken} -d ${quoted(description)}`;
    }),
    ...('words' in argument ? [`${beginning}${wordsOf(argument)}`] : []),
  ];
}

function wordsOf(completed: Completed): string {
  switch (completed.kind) {
    case 'files':
      return ` -a ${quoted('(__fish_complete_path)')}`;
    case 'folders':
      return ` -a ${quoted('(__fish_complete_directories)')}`;
    case 'nothing':
      return '';
    case 'words':
    case 'beginnings':
      return ` -a ${quoted(completed.words.join(' '))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
