import { evaluate } from './evaluate';

interface Outcome {
  readonly code: number;
  readonly lines: string[];
}

function run(steps: string, options = '{}'): Outcome {
  return evaluate(
    'testing/run-steps.mjs',
    `(async () => {
      const lines = [];
      const print = (text) => lines.push(...text.split('\\n'));
      const counts = (passed, failed, skipped = 0) => async () => ({ passed, failed, skipped });
      const code = await m.runSteps(${steps}, { ...${options}, print });
      return { code, lines };
    })()`,
  ) as Outcome;
}

test('the last line adds up all steps', () => {
  const { code, lines } = run("[{ name: 'a', run: counts(3, 0, 1) }, { name: 'b', run: counts(4, 0) }]");
  expect([code, lines.at(-1)]).toEqual([0, '7 passed, 0 failed']);
  expect(lines.find((line) => line.startsWith('a '))).toMatch(/^a +\d+\.\d s +3 +0 +1 {2}ok$/);
});

test('what follows a failure is not run, and said not to be', () => {
  const { code, lines } = run("[{ name: 'a', run: counts(3, 2) }, { name: 'b', run: counts(4, 0) }]");
  expect([code, lines.at(-1)]).toEqual([1, '3 passed, 2 failed']);
  expect(lines.find((line) => line.startsWith('b '))).toMatch(/^b +not run$/);
});

test('what follows a failure is run if asked for', () => {
  const steps = "[{ name: 'a', run: counts(3, 2) }, { name: 'b', run: counts(4, 0) }]";
  expect(run(steps, '{ keepGoing: true }').lines.at(-1)).toBe('7 passed, 2 failed');
});

test('a step that ran no test has failed', () => {
  const { code, lines } = run("[{ name: 'a', run: counts(0, 0, 9) }]");
  expect([code, lines.at(-1)]).toEqual([1, '0 passed, 1 failed']);
});

test('a step without tests counts for nothing, unless it fails', () => {
  const steps = "[{ name: 'a', run: async () => m.NO_TESTS }, { name: 'b', run: counts(2, 0) }]";
  expect(run(steps)).toMatchObject({ code: 0 });
  expect(run(steps).lines.at(-1)).toBe('2 passed, 0 failed');
  const failing = "[{ name: 'a', run: async () => { throw new Error('broken'); } }, { name: 'b', run: counts(2, 0) }]";
  expect(run(failing)).toMatchObject({ code: 1 });
  expect(run(failing).lines.at(-1)).toBe('0 passed, 1 failed');
});

test('no step at all is no success', () => expect(run('[]').code).toBe(1));

const PROGRAMS = 'testing/test-programs.mjs';

test('a report of pytest is read', () => {
  const report =
    '<testsuites name="x"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"></testsuite></testsuites>';
  const counts = evaluate(PROGRAMS, `m.readPytestReport(${JSON.stringify(report)})`);
  expect(counts).toEqual({ passed: 4, failed: 3, skipped: 3 });
});

test('a report of jest is read, a suite that could not be loaded as a failure', () => {
  const report = JSON.stringify({
    numPassedTests: 5,
    numFailedTests: 1,
    numRuntimeErrorTestSuites: 1,
    numPendingTests: 2,
    numTodoTests: 1,
  });
  const counts = evaluate(PROGRAMS, `m.readJestReport(${JSON.stringify(report)})`);
  expect(counts).toEqual({ passed: 5, failed: 2, skipped: 3 });
});

test.each([
  ['undefined, 2', { passed: 0, failed: 1 }],
  ['{ passed: 3, failed: 0, skipped: 0 }, 1', { passed: 3, failed: 1 }],
  ['{ passed: 3, failed: 2, skipped: 0 }, 1', { passed: 3, failed: 2 }],
  ['{ passed: 3, failed: 0, skipped: 0 }, 0', { passed: 3, failed: 0 }],
])('the exit code of a program is believed (%s)', (args, expected) => {
  expect(evaluate(PROGRAMS, `m.settle(${args}, 'program')`)).toMatchObject(expected);
});
