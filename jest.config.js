const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { compilerOptions } = require('./tsconfig.base.json');

/** The oldest supported Postgres, where Debian installs it. */
const POSTGRES_15 = '/usr/lib/postgresql/15/bin';

/** Libraries with SQL of their own; their integration specs also run on the oldest supported Postgres. */
const STORES = ['event-store', 'postgres', 'processes', 'projections', 'telemetry', 'work'];

const support = (file) => join(__dirname, 'libs/platform/testing/src/jest', file);

/** SWC compiles and tsc checks the types; the names of the libraries come from tsconfig.base.json. */
const workspace = {
  displayName: 'workspace',
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools'],
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  globalSetup: support('global-setup.cjs'),
  globalTeardown: support('global-teardown.cjs'),
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
    // A library of ES modules only: Node requires it, and Jest does not.
    'node_modules/jose/.+\\.js$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  moduleNameMapper: Object.fromEntries(
    Object.entries(compilerOptions.paths).map(([name, files]) => [
      `^${name.replace('*', '(.+)')}$`,
      files.map((file) => file.replace('./', '<rootDir>/').replace('*', '$1')),
    ]),
  ),
};

const onPostgres15 = {
  ...workspace,
  displayName: 'Postgres 15',
  testMatch: [`<rootDir>/libs/*/{${STORES}}/**/*.int.spec.ts`],
  testPathIgnorePatterns: ['/node_modules/', 'timescale-'],
  setupFiles: [support('oldest-postgres.cjs')],
};

module.exports = {
  projects: [workspace, ...(existsSync(join(POSTGRES_15, 'initdb')) ? [onPostgres15] : [])],
  // Enough for outages and leases: a spec that takes longer is stuck.
  testTimeout: 180_000,
  // Specs wait more than they compute: a third one uses the two cores that CI has.
  maxWorkers: 3,
  testSequencer: support('spread-end-to-end.cjs'),
  // Each file leaves something of its modules in its worker.
  workerIdleMemoryLimit: '1GB',
};
