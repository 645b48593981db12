import type { Command } from 'commander';
import { PARKED_BECAUSE } from '../core/delivery/failures';
import { WORK_QUEUES } from '../core/delivery/redrive-report';
import { KINDS } from '../core/evidence/incarnation';
import { SUBJECT_FORMS } from '../core/trace/parse-subject';
import { shown } from './arguments';
import { bashCompletion } from './completion-bash';
import { fishCompletion } from './completion-fish';
import { type CompletedCommand, completionTree, type Meanings } from './completion-tree';
import { zshCompletion } from './completion-zsh';
import { EXIT } from './exit-codes';

const SHELLS: Readonly<Record<string, (program: string, tree: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const MEANINGS: Meanings = {
  code: { kind: 'words', words: PARKED_BECAUSE },
  file: { kind: 'files' },
  folder: { kind: 'folders' },
  kind: { kind: 'words', words: KINDS },
  queue: { kind: 'words', words: WORK_QUEUES },
  shell: { kind: 'words', words: Object.keys(SHELLS) },
  // as far as it is the same for all subjects of a form.
  subject: {
    kind: 'beginnings',
    words: [...new Set(SUBJECT_FORMS.flatMap((form) => /^[a-z][a-z0-9-]*:?\/+/.exec(form)?.[0] ?? []))].sort(),
  },
};

export function addCompletion(program: Command): void {
  const command: Command = program
    .command('completion')
    .description('prints a script by which a shell completes verbs, options and the forms of subjects')
    .argument('<shell>', `whose script: ${Object.keys(SHELLS).join(', ')}`)
    .addHelpText(
      'after',
      `
The script starts no program, and knows what this version understands: print it again after an upgrade. To have it in every
shell, put it where the shell looks:
  bash  ml-lineage completion bash > ~/.local/share/bash-completion/completions/ml-lineage
  zsh   ml-lineage completion zsh > "\${fpath[1]}/_ml-lineage"
  fish  ml-lineage completion fish > ~/.config/fish/completions/ml-lineage.fish

Exit codes: ${EXIT.verified} printed, ${EXIT.usage} not understood.

Example:
  ml-lineage completion bash`,
    )
    .action((shell: string) => {
      const script = new Map(Object.entries(SHELLS)).get(shell);
      if (!script) {
        return command.error(`<shell> must be one of ${Object.keys(SHELLS).join(', ')}, got ${shown(shell)}`);
      }
      process.stdout.write(script(program.name(), completionTree(program, MEANINGS)));
    });
}
