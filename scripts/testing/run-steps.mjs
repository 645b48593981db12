import { performance } from 'node:perf_hooks';

/** What a step answers when it did what it does without running tests. */
export const NO_TESTS = { passed: 0, failed: 0, skipped: 0, withoutTests: true };

/**
 * A step that failed counts as one failure at least, so that the last line never speaks of none. A step that was
 * to run tests and ran none has failed: a wrong pattern would pass for ever.
 */
export function judge(counts) {
  const ranNothing = !counts.withoutTests && counts.passed + counts.failed === 0;
  return ranNothing ? { ...counts, failed: 1, reason: 'it ran no test' } : counts;
}

async function perform(step) {
  const since = performance.now();
  const outcome = await step
    .run()
    .then(judge)
    .catch((error) => ({ passed: 0, failed: 1, skipped: 0, reason: error.message }));
  if (outcome.reason) process.stderr.write(`${step.name}: ${outcome.reason}\n`);
  return { name: step.name, seconds: (performance.now() - since) / 1000, ...outcome };
}

function row({ name, seconds, passed, failed, skipped, withoutTests }) {
  const time = seconds === undefined ? 'not run' : `${seconds.toFixed(1)} s`;
  const verdict = seconds === undefined ? '' : failed > 0 ? 'FAILED' : 'ok';
  const counts = withoutTests || seconds === undefined ? ['', '', ''] : [passed, failed, skipped];
  const columns = counts.map((count) => String(count).padStart(8)).join('');
  return `${name.padEnd(28)}${time.padStart(10)}${columns}  ${verdict}`.trimEnd();
}

/**
 * Runs steps ({ name, run }) in their order, up to the first that fails (or all, if told so), and ends with a table
 * and the line "N passed, N failed". Answers the exit code.
 */
export async function runSteps(steps, { keepGoing = false, print = (text) => process.stdout.write(`${text}\n`) } = {}) {
  const results = [];
  for (const step of steps) {
    const stopped = !keepGoing && results.some(({ failed }) => failed > 0);
    if (stopped) {
      results.push({ name: step.name, passed: 0, failed: 0, skipped: 0 });
      continue;
    }
    print(`\n== ${step.name}`);
    results.push(await perform(step));
  }
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  const heading = `${'step'.padEnd(28)}${'time'.padStart(10)}${['passed', 'failed', 'skipped'].map((word) => word.padStart(8)).join('')}`;
  print(['', heading, ...results.map(row), ''].join('\n'));
  print(`${total('passed')} passed, ${total('failed')} failed`);
  return total('failed') > 0 || results.length === 0 ? 1 : 0;
}
