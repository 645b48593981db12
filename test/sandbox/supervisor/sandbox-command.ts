import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../../sandbox/project-paths';

/** Runs npm run sandbox's program, without the set-up and build that go before it. */
export function sandboxCommand(...args: string[]) {
  const tsx = join(projectRoot, 'node_modules', '.bin', 'tsx');
  return spawnSync(tsx, [join(projectRoot, 'sandbox', 'command.ts'), ...args], { encoding: 'utf8', timeout: 120_000 });
}
