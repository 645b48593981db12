import { join } from 'node:path';
import type { StoredStatement } from '../../core/evidence/verify-chain';
import { projectRoot } from '../../sandbox/project-paths';
import { stackNameOf } from '../../sandbox/walk/deployment';
import { finish } from '../../sandbox/walk/run-program';
import { type Estate, PLATFORM } from './estate';

const COMMAND = join(projectRoot, 'assets', 'ml-lineage.cjs');
// as the help of the command says.
const EXIT_CODE: Readonly<Record<string, number>> = { verified: 0, conflict: 1, recorded: 2, unresolved: 2 };

/**
 * Asks the command line about one job of each status, as an auditor does.
 *
 * @returns what it answers otherwise than it has to
 */
export async function askCommandLine(
  { sandbox }: Estate,
  statements: ReadonlyMap<string, readonly StoredStatement[]>,
): Promise<string[]> {
  const examples = new Map<string, { name: string; keyid: string }>();
  for (const [name, chain] of statements) {
    const last = chain.at(-1);
    if (last && 'outcome' in last.statement.predicate) {
      examples.set(last.statement.predicate.outcome.status, { name, keyid: last.keyid });
    }
  }
  const failures = Object.keys(EXIT_CODE)
    .filter((status) => !examples.has(status))
    .map((status) => `no job came to be ${status}`);
  for (const [status, { name, keyid }] of examples) {
    const args = ['evidence', 'verify', name, '--stack', stackNameOf(PLATFORM), '--trust', keyid];
    const { code, output, errors } = await finish(process.execPath, [COMMAND, ...args], {
      environment: sandbox.processEnvironment(),
    });
    if (code !== EXIT_CODE[status]) {
      failures.push(`ml-lineage evidence verify ${name} (${status}) ended with ${code}: ${output} ${errors}`);
    }
  }
  return failures;
}
