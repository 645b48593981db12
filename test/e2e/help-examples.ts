import type { Finished } from '../../sandbox/walk/run-program';

export interface HelpExample {
  readonly verb: string;
  /** what stands behind the name of the program. */
  readonly args: readonly string[];
}

/**
 * The one example in the help of each verb that the help of the program leads to. A verb without one is an error.
 */
export async function examplesOf(
  ask: (args: readonly string[]) => Promise<Finished>,
  path: readonly string[] = [],
): Promise<HelpExample[]> {
  const { output } = await ask([...path, '--help']);
  const verbs = verbsOf(output);
  if (verbs.length > 0) {
    const examples: HelpExample[] = [];
    for (const verb of verbs) {
      examples.push(...(await examplesOf(ask, [...path, verb])));
    }
    return examples;
  }
  const verb = path.join(' ');
  const [example, ...more] = [...output.matchAll(/^Example:\n {2}ml-lineage (.+)$/gm)].map(([, text]) => text);
  if (example === undefined || more.length > 0 || !example.startsWith(verb)) {
    throw new Error(`the help of ${verb} has to have one example of it, it has ${[example, ...more].join('; ')}`);
  }
  return [{ verb, args: example.split(' ') }];
}

function verbsOf(help: string): string[] {
  const [, commands = ''] = help.split(/^Commands:$/m);
  const names = [...commands.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name ?? '');
  return names.filter((name) => name !== 'help');
}
