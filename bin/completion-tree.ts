import type { Command, Option } from 'commander';

/**
 * What can stand for the value of an option or for an argument.
 */
export type Completed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  /** beginnings: more is to be typed behind each. */
  | { readonly kind: 'beginnings'; readonly words: readonly string[] }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletedOption {
  readonly flag: string;
  readonly description: string;
  /** absent: the option takes no value. */
  readonly value?: Completed;
}

/**
 * What can be typed behind the words that lead to a command.
 */
export interface CompletedCommand {
  /** the words behind the program's name, joined by spaces; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  readonly argument: Completed;
}

/**
 * What can stand for an argument or a value, by the name that the help has for it between angle brackets.
 */
export type Meanings = Readonly<Record<string, Completed>>;

/**
 * Everything that a program understands, from its own tree of commands.
 */
export function completionTree(command: Command, meanings: Meanings, path: readonly string[] = []): CompletedCommand[] {
  const commands = command.commands.map((one) => ({ name: one.name(), description: one.description() }));
  const [argument] = command.registeredArguments;
  return [
    {
      path: path.join(' '),
      commands,
      options: command
        .createHelp()
        .visibleOptions(command)
        .map((option) => completedOption(option, meanings)),
      argument: meantBy(argument?.name(), meanings),
    },
    ...command.commands.flatMap((one) => completionTree(one, meanings, [...path, one.name()])),
  ];
}

function completedOption({ long, short, flags, description }: Option, meanings: Meanings): CompletedOption {
  const flag = long ?? short ?? flags;
  const [, value] = /<([a-z]+)/.exec(flags) ?? [];
  return value === undefined ? { flag, description } : { flag, description, value: meantBy(value, meanings) };
}

function meantBy(name: string | undefined, meanings: Meanings): Completed {
  return (name === undefined ? undefined : meanings[name]) ?? { kind: 'nothing' };
}
