export { createDatabase, type OwnDatabase } from './database';
export { eventually } from './eventually';
export { useDatabase, useNats, usePostgres, useRedis } from './spec-servers';
export { Wire } from './wire';
export { removeDirectory, scratchDirectory } from './scratch-directory';
