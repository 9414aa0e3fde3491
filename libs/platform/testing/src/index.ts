export { createDatabase, type Database, type OwnDatabase } from './database';
export { eventually } from './eventually';
export { LocalServer } from './servers/local-server';
export { useDatabase, useNats, usePostgres, useRedis } from './spec-servers';
export { removeDirectory, scratchDirectory } from './scratch-directory';
