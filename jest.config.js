/** @type {import('jest').Config} */
const typescript = {
  transform: { '^.+\\.ts$': ['ts-jest', { diagnostics: false }] },
  moduleFileExtensions: ['ts', 'js', 'json'],
  testEnvironment: 'node',
};

/** @type {import('jest').Config} */
module.exports = {
  globalSetup: '<rootDir>/scripts/testing/jest-temporary-folder.mjs',
  globalTeardown: '<rootDir>/scripts/testing/jest-remove-temporary-folder.mjs',
  // no test measures time; on a busy machine each takes many times as long as alone.
  testTimeout: 30_000,
  projects: [
    {
      ...typescript,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.(slow|e2e|full)\\.test\\.ts$'],
    },
    {
      // with programs and hosts beside them, or with whole stacks: too slow to be run at each step of one's work.
      ...typescript,
      displayName: 'slow',
      testMatch: ['<rootDir>/test/**/*.slow.test.ts'],
    },
    {
      ...typescript,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.e2e.test.ts'],
    },
    {
      ...typescript,
      displayName: 'full',
      testMatch: ['<rootDir>/test/**/*.full.test.ts'],
    },
  ],
};
