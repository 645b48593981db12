import { runJest } from '../testing/test-programs.mjs';

export const name = 'coverage of the constructs';

const ALL = { branches: 100, functions: 100, lines: 100, statements: 100 };

/** Each line and branch of the constructs is run by their own tests. */
export const run = () =>
  runJest('unit', { CDK_VALIDATION: 'false' }, [
    ...['slow', '--testPathPatterns', 'test/lib/', '--maxWorkers=100%'],
    ...['--coverage', '--coverageReporters', 'text', '--coverageDirectory', '.sandbox/coverage'],
    ...['--collectCoverageFrom', 'lib/**/*.ts', '--coverageThreshold', JSON.stringify({ global: ALL })],
  ]);
