import { fork } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { projectRoot } from '../setup/project.mjs';
import { mutants } from './removed-rules/mutants.mjs';

export const name = 'removed rules and rights';

const WORKERS = 2;
const WORKER = join(projectRoot, 'scripts', 'full', 'removed-rules', 'worker.mjs');
/** A process keeps something of all that it has loaded. */
const MUTANTS_OF_A_WORKER = 25;
const NO_MUTANT = { name: 'nothing removed' };

/** Tries what is waiting, one after the other, until nothing is. */
async function work(waiting, tell) {
  while (waiting.length > 0) await workFor(MUTANTS_OF_A_WORKER, waiting, tell);
}

function workFor(count, waiting, tell) {
  // as in the unit tests: nag packs and templates are validated by the tests that are about them.
  const worker = fork(WORKER, { cwd: projectRoot, env: { ...process.env, CDK_VALIDATION: 'false' } });
  let left = count;
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code, signal) => reject(new Error(`a worker ended with ${signal ?? `exit code ${code}`}`)));
    worker.on('message', (answer) => {
      if (answer !== 'ready') tell(answer);
      left -= 1;
      const next = left < 0 ? undefined : waiting.shift();
      if (next) {
        worker.send(next);
        return;
      }
      worker.removeAllListeners('exit');
      worker.kill();
      resolve();
    });
  });
}

/**
 * Removes each rule, refusal, warning and right of the constructs, one at a time: their tests have to notice.
 */
export async function run() {
  const say = (text) => process.stdout.write(`${text}\n`);
  let unchanged;
  await work([NO_MUTANT], ({ failure }) => {
    unchanged = failure;
  });
  if (unchanged) throw new Error(`the tests fail without any change: ${unchanged}`);

  const waiting = mutants();
  const all = waiting.length;
  const survivors = [];
  const tell = ({ name: removed, failure }) => {
    if (!failure) survivors.push(removed);
    if (process.env.VERBOSE) say(`${failure ? 'noticed' : 'SURVIVED'}: ${removed}: ${failure ?? ''}`);
  };
  await Promise.all(Array.from({ length: WORKERS }, () => work(waiting, tell)));
  for (const survivor of survivors.sort()) say(`NOT NOTICED: without ${survivor}`);
  return { passed: all - survivors.length, failed: survivors.length, skipped: 0 };
}
