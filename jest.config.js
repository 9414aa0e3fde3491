const { existsSync } = require('node:fs');
const { join } = require('node:path');

/** The oldest Postgres that is promised, where Debian puts it. Machines without it test on the embedded one only. */
const FLOOR = '/usr/lib/postgresql/15/bin';

/** What talks SQL of its own: its specs run on the floor too. */
const STORES = ['event-store', 'postgres', 'processes', 'projections', 'telemetry', 'work'];

const onTheFloor = STORES.map((name) => ({
  preset: '../../../jest.preset.js',
  rootDir: join(__dirname, 'libs/platform', name),
  testMatch: ['**/*.int.spec.ts'],
  displayName: `${name} on Postgres 15`,
  setupFiles: [join(__dirname, 'libs/platform/testing/src/jest/oldest-postgres.cjs')],
}));

module.exports = {
  projects: [
    '<rootDir>/{apps,libs,tools}/**/jest.config.cjs',
    ...(existsSync(join(FLOOR, 'initdb')) ? onTheFloor : []),
  ],
  testTimeout: 120_000,
  maxWorkers: 2,
};
