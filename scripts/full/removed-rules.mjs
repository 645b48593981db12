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
const NO_MUTANT = { name: 'any change' };

/** It takes a few minutes; a mutant for which a test never ends must not hold up what comes after. */
const MINUTES = 10;

/** Tries what is waiting, one after the other, until nothing is. */
async function work(waiting, tell, deadline) {
  try {
    while (waiting.length > 0) await workFor(MUTANTS_OF_A_WORKER, waiting, tell, deadline);
  } catch (error) {
    // what cannot be completed is not gone on with by the other worker.
    waiting.length = 0;
    throw error;
  }
}

function workFor(count, waiting, tell, deadline) {
  // as in the unit tests: nag packs and templates are validated by the tests that are about them.
  const worker = fork(WORKER, { cwd: projectRoot, env: { ...process.env, CDK_VALIDATION: 'false' } });
  let left = count;
  let tried = 'no test';
  return new Promise((resolve, reject) => {
    const end = (settle, reason) => {
      worker.removeAllListeners();
      clearTimeout(timer);
      worker.kill('SIGKILL');
      settle(reason);
    };
    const fail = (what) => end(reject, new Error(`${what}: it ran ${tried}, and ${waiting.length} more were waiting`));
    const timer = setTimeout(() => fail(`no time was left after ${MINUTES} minutes`), deadline - Date.now());
    worker.once('error', ({ message }) => fail(message));
    worker.once('exit', (code, signal) => fail(`a worker ended by ${signal ?? `exit code ${code}`}`));
    worker.on('message', (answer) => {
      if (answer !== 'ready') tell(answer);
      left -= 1;
      const next = left < 0 ? undefined : waiting.shift();
      if (!next) {
        end(resolve);
        return;
      }
      tried = `the tests without ${next.name}`;
      worker.send(next);
    });
  });
}

/**
 * Removes each rule, refusal, warning and right of the constructs, one at a time: their tests have to notice.
 */
export async function run() {
  const say = (text) => process.stdout.write(`${text}\n`);
  const deadline = Date.now() + MINUTES * 60_000;
  let unchanged;
  const tellUnchanged = ({ failure }) => {
    unchanged = failure;
  };
  await work([NO_MUTANT], tellUnchanged, deadline);
  if (unchanged) throw new Error(`the tests fail without any change: ${unchanged}`);

  const waiting = mutants();
  const all = waiting.length;
  const survivors = [];
  const tell = ({ name: removed, failure }) => {
    if (!failure) {
      survivors.push(removed);
      say(`NOT NOTICED: without ${removed}`);
    } else if (process.env.VERBOSE) {
      say(`noticed: without ${removed}: ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, () => work(waiting, tell, deadline)));
  return { passed: all - survivors.length, failed: survivors.length, skipped: 0 };
}
