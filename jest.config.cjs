const shared = {
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // A copy of package.json lies there.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  testEnvironment: '<rootDir>/test/helpers/environment.cjs',
  setupFilesAfterEnv: ['<rootDir>/test/helpers/no-leaks.ts'],
};

module.exports = {
  reporters: ['default', '<rootDir>/test/helpers/summary-reporter.cjs'],
  maxWorkers: 2,
  projects: [
    { ...shared, displayName: 'structure', testMatch: ['<rootDir>/test/structure/**/*.test.ts'] },
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'integration',
      setupFilesAfterEnv: [...shared.setupFilesAfterEnv, '<rootDir>/test/helpers/second-try.ts'],
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
    },
    { ...shared, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.test.ts'] },
  ],
};
