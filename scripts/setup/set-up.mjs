import { performance } from 'node:perf_hooks';
import { certificatesAreReady, makeCertificates } from './certificates.mjs';
import { installNodeModules, nodeModulesMatch } from './node-modules.mjs';
import { findPython } from './python.mjs';
import { environmentIsReady, installEnvironment, PYTHON_SETS } from './python-environments.mjs';
import { withSetupLock } from './setup-lock.mjs';
import { checkToolchain } from './toolchain.mjs';
import { installUv, uvIsReady } from './uv.mjs';

const REMINDER_MILLISECONDS = 20_000;

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** What is to be done; nothing of it starts another process, so that a set-up with nothing to do takes milliseconds. */
function pendingSteps(sets) {
  const python = process.env.PYTHON ? findPython().python : undefined;
  return {
    nodeModules: !nodeModulesMatch(),
    uv: !uvIsReady(),
    sets: sets.filter((set) => !environmentIsReady(set, python)),
    certificates: !certificatesAreReady(),
  };
}

const nothingIn = ({ nodeModules, uv, sets, certificates }) =>
  !nodeModules && !uv && sets.length === 0 && !certificates;

/** Says what has finished and how long it took, and now and then what is still going on. */
function createProgress(log) {
  const running = new Map();
  const reminder = setInterval(() => {
    const steps = [...running].map(([title, since]) => `${title} (${seconds(since)})`);
    if (steps.length > 0) log(`setup: still at ${steps.join(', ')}`);
  }, REMINDER_MILLISECONDS);
  return {
    async step(title, work) {
      const since = performance.now();
      running.set(title, since);
      await work();
      running.delete(title);
      log(`setup: ${title.padEnd(24)} ${seconds(since)}`);
    },
    end: () => clearInterval(reminder),
  };
}

async function perform(pending, log) {
  const { npm, python } = checkToolchain();
  const progress = createProgress(log);
  const pythonSteps = async () => {
    if (pending.uv) await progress.step('uv', () => installUv(python));
    // one after the other: sets share packages, and the later ones find them in the cache.
    for (const set of pending.sets) await progress.step(`python set ${set}`, () => installEnvironment(set, python));
    if (pending.certificates) await progress.step('certificate', makeCertificates);
  };
  const nodeSteps = async () => {
    if (pending.nodeModules) await progress.step('node modules', () => installNodeModules(npm));
  };
  try {
    const outcomes = await Promise.allSettled([nodeSteps(), pythonSteps()]);
    const failures = outcomes.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
    if (failures.length > 0) throw new Error(failures.join('\n\n'));
  } finally {
    progress.end();
  }
}

/**
 * Brings the checkout to where everything can run, with other sets of Python packages beside the usual ones if they are
 * asked for. Answers whether there was anything to do.
 */
export async function setUp(log = (line) => process.stderr.write(`${line}\n`), moreSets = []) {
  const since = performance.now();
  const sets = [...PYTHON_SETS, ...moreSets];
  if (nothingIn(pendingSteps(sets))) return false;
  return withSetupLock(
    async () => {
      // another set-up may have done it all while this one waited.
      const pending = pendingSteps(sets);
      if (nothingIn(pending)) return false;
      await perform(pending, log);
      log(`setup: done in ${seconds(since)}`);
      return true;
    },
    { onWait: (pid) => log(`setup: waiting for another set-up (process ${pid})`) },
  );
}

/** For programs that can do nothing without it. */
export async function setUpOrExit(moreSets = []) {
  try {
    await setUp(undefined, moreSets);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
