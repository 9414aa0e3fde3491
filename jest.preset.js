const { compilerOptions } = require('./tsconfig.base.json');

const fromRoot = (path) => require('node:path').join(__dirname, path);

/** One Jest setup for every project: SWC compiles, tsc type-checks, tsconfig.base.json names the libs once. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  globalSetup: fromRoot('libs/platform/testing/src/jest/global-setup.cjs'),
  setupFilesAfterEnv: [fromRoot('libs/platform/testing/src/jest/once-more.cjs')],
  globalTeardown: fromRoot('libs/platform/testing/src/jest/global-teardown.cjs'),
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  moduleNameMapper: Object.fromEntries(
    Object.entries(compilerOptions.paths).map(([name, [file]]) => [`^${name}$`, fromRoot(file)]),
  ),
};
